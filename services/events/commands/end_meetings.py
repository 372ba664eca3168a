"""Meetings end before they took place: one is called off, runs out, or somebody does not come any more."""

from collections.abc import Collection, Sequence

from services.events.commands.settle_meetings import Change, settle_meeting, settle_meetings
from services.events.domain.meeting import MEMBER, ORGANIZER, Meeting, MeetingState
from services.events.store import Store
from services.events.store.meetings import COLLECTION
from shared.errors import Forbidden
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def cancel_meeting(transaction: Transaction, store: Store, meeting: Meeting, by: str | None) -> Meeting:
    """The meeting, called off by one of the two or, `by` None, by an organizer.

    A second time changes nothing. Raises Forbidden for who was asked and has not answered, Conflict where it ended
    otherwise or its time is over.
    """
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    if meeting.state is MeetingState.PENDING and by is not None and by != meeting.requester_id:
        raise Forbidden("Whoever was asked declines instead.")
    reason = ORGANIZER if by is None else MEMBER
    return settle_meeting(transaction, store, meeting, meeting.cancelled(transaction.now, reason), "cancelled", by=by)


def end_meetings(transaction: Transaction, store: Store, meetings: Sequence[Meeting], reason: str) -> int:
    """Calls off those of them that have not taken place yet, by nobody; how many."""
    coming = [each for each in meetings if each.is_open and each.ends_at > transaction.now]
    settle_meetings(
        transaction,
        store,
        [Change(each, each.cancelled(transaction.now, reason), "cancelled") for each in coming],
    )
    return len(coming)


def end_meetings_at(
    transaction: Transaction, store: Store, event_id: str, member_ids: Collection[str], reason: str
) -> None:
    """Calls off what members who do not come to the event any more had there."""
    found = store.meetings.open_of(transaction.tenant, event_id, member_ids, transaction.session)
    end_meetings(transaction, store, found, reason)


def expiries(store: Store) -> DueWork:
    """The due work of ending requests that nobody answered in time."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        meeting_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def expire(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            found = store.meetings.get(tenant, meeting_id, transaction.session)
            due = found.state is MeetingState.PENDING and found.due_at is not None and found.due_at <= transaction.now
            if due:
                settle_meeting(transaction, store, found, found.expired(transaction.now), "expired")

        unit_of_work.run(expire, tenant=tenant)

    return DueWork("expire_meetings", COLLECTION, perform, where={"state": MeetingState.PENDING.value})
