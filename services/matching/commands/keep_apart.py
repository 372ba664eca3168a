"""Two people are kept apart from now on, or no longer: told once for both, and what lives between them ends."""

from dataclasses import replace

from services.matching.commands.close_mentorship import end_mentorship
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.domain.block import pair_key
from services.matching.domain.mentorship import BLOCKED
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

UNTOLD = "withdrawn"
"""Why a request between the two is over: the same as where one of them left the program."""


def settle_pair(transaction: Transaction, store: Store, one: str, other: str) -> None:
    """Makes the pair what the blocks between the two say. Bears being repeated; tells only of a change.

    Where they are kept apart from now on, open requests between them end without saying why, live mentorships end with
    the reason `blocked`, by nobody, and an introduction of one to the other is nobody's to answer any more.
    """
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    apart = one != other and store.blocks.holds(session, tenant, one, other)
    version = store.pairs.keep_apart(session, tenant, one, other, apart=apart, now=now)
    if version is not None:
        _tell(transaction, pair_key(one, other), version, sorted((one, other)), apart=apart)
    # Also where they were kept apart before: a merge brings what somebody else had with the other.
    if apart:
        invalidate_requests(transaction, store, store.requests.open_of_pair(session, tenant, one, other), UNTOLD)
        for each in store.mentorships.live_of_pair(session, tenant, one, other):
            end_mentorship(transaction, store, each, BLOCKED, None)
        for offer in store.introductions.open_to(session, tenant, one, other):
            store.introductions.save(session, replace(offer, muted=True, updated_at=now))


def announce_pair_again(transaction: Transaction, store: Store, key: str) -> bool:
    """Publishes a pair at the version it has; False for two who were never blocked."""
    pair = store.pairs.hold(transaction.session, transaction.tenant, key)
    if pair is None:
        return False
    _tell(transaction, key, pair["version"], pair["member_ids"], apart=pair["apart"], again=True)
    return True


def _tell(
    transaction: Transaction, key: str, version: int, members: list[str], *, apart: bool, again: bool = False
) -> None:
    """Ids, and whether any block holds: never whose."""
    type_name = "block.set.v1" if apart else "block.lifted.v1"
    transaction.publish(
        type_name, key=key, version=version, data={"member_ids": members, "blocked": apart}, again=again
    )
