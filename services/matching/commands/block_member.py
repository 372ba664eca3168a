"""A member blocks another, and lifts that again."""

from services.matching.commands.keep_apart import settle_pair
from services.matching.domain.block import Block, BlocksThemselves
from services.matching.store import Store
from shared.errors import NotFound
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def block_member(transaction: Transaction, store: Store, by: str, member_id: str) -> Block:
    """The block; one that there is already stays as it is. Raises BlocksThemselves, NotFound."""
    tenant, session = transaction.tenant, transaction.session
    other = _known(transaction, store, member_id)
    if other == by:
        raise BlocksThemselves
    # Of two who do so at once, each other or twice the same, the second sees the first.
    store.pairs.take(session, tenant, by, other)
    found = store.blocks.of(session, tenant, by, other)
    if found is not None:
        return found
    block = Block(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        by_id=by,
        member_id=other,
        since=transaction.now,
        made_by=by,
        made_of=other,
    )
    store.blocks.insert(session, block)
    settle_pair(transaction, store, by, other)
    return block


def lift_block(transaction: Transaction, store: Store, by: str, member_id: str) -> None:
    """There is none of theirs any more; the other one's stays. Raises NotFound."""
    other = _known(transaction, store, member_id)
    store.pairs.take(transaction.session, transaction.tenant, by, other)
    if store.blocks.lift(transaction.session, transaction.tenant, by, other):
        settle_pair(transaction, store, by, other)


def _known(transaction: Transaction, store: Store, member_id: str) -> str:
    """Who that is now. Raises NotFound for whom profiles have not told of."""
    now = store.merges.survivor(transaction.tenant, member_id, transaction.session)
    if store.copies.find(transaction.tenant, now, transaction.session) is None:
        raise NotFound("member", member_id)
    return now
