"""Blocks of one person, by whatever id they were made, are the blocks of who that is now."""

from collections.abc import Collection

from services.matching.commands.keep_apart import settle_pair
from services.matching.domain.block import Block
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def merge_blocks(transaction: Transaction, store: Store, makers: Collection[str]) -> None:
    """Looks again at all blocks of these ids, and of whose they were until now; bears repetition, and undoes itself.

    A block between two who are one person, and one that says what another says, stays without effect until they are two
    again.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    theirs = store.blocks.naming(session, tenant, makers)
    if not theirs:
        return
    were = {each.by_id for each in theirs if each.made_by in makers} | {
        each.member_id for each in theirs if each.made_of in makers
    }
    people = were | set(store.merges.survivors(tenant, makers, session).values())
    found = store.blocks.naming(session, tenant, {*makers, *people, *store.merges.merged_into(tenant, people, session)})
    names = {each for block in found for each in (block.made_by, block.made_of)}
    who = store.merges.survivors(tenant, names, session)
    said: set[tuple[str, str]] = set()
    settled: list[tuple[Block, Block]] = []
    for block in found:
        direction = (who[block.made_by], who[block.made_of])
        counts = direction[0] != direction[1] and direction not in said
        said.add(direction)
        settled.append((block, block.between(*direction, now, counts=counts)))
    # Those that give way first: no two may say the same at any moment.
    for before, after in sorted(settled, key=lambda each: each[1].counts):
        if after is not before:
            store.blocks.save(session, after)
    pairs = {frozenset((each.by_id, each.member_id)) for both in settled for each in both}
    for pair in sorted(sorted(each) for each in pairs if len(each) == 2):
        settle_pair(transaction, store, *pair)
