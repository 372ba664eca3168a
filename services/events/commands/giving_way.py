"""Meetings that come to be at another time, or somebody else's: a person is still at one thing at a time."""

from collections.abc import Sequence

from services.events.domain.meeting import Meeting, MeetingState
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.messaging.unit_of_work import Transaction


def giving_way(
    transaction: Transaction, store: Store, coming: Sequence[tuple[Meeting, Meeting]], gone: Sequence[Meeting] = ()
) -> set[str]:
    """Which of the meetings, as they are and as they would be, cannot take place beside the others, or anything else.

    Those agreed on come first, then the older. Those that are `gone` stand in nobody's way.
    """
    people = {each for _, after in coming for each in after.party_ids}
    held = {
        member_id: set(holds)
        for member_id, holds in store.held_time.of(transaction.tenant, people, transaction.session).items()
    }
    for before in (*gone, *(before for before, _ in coming)):
        for hold in before.holds:
            held.get(hold.member_id, set()).discard(hold)
    found: set[str] = set()
    for _, after in sorted(coming, key=lambda each: (each[1].state is MeetingState.PENDING, each[1].id)):
        holds = after.holds
        if any(busy_between(held[each.member_id], each.starts_at, each.ends_at) for each in holds):
            found.add(after.id)
            continue
        for hold in holds:
            held[hold.member_id].add(hold)
    return found
