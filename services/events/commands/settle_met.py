"""A meeting is over: whether the two have met, as far as check-ins tell, and that it is told once.

Both came in, and had agreed to meet. A check-in that comes late, or is taken back, has the meeting looked at again.
"""

from zoneinfo import ZoneInfo

from services.events.commands.settle_meetings import settle_meeting
from services.events.domain.meeting import Meeting, MeetingState, parties
from services.events.store import Store
from services.events.store.meetings import COLLECTION
from shared.clock import rfc3339
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def meetings_over(store: Store) -> DueWork:
    """The due work of it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        meeting_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def look(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            found = store.meetings.get(tenant, meeting_id, transaction.session)
            if found.state is MeetingState.ACCEPTED and found.due_at is not None and found.due_at <= transaction.now:
                settle_met(transaction, store, found)

        unit_of_work.run(look, tenant=tenant)

    return DueWork("settle_meetings_over", COLLECTION, perform, where={"state": MeetingState.ACCEPTED.value})


def settle_met(transaction: Transaction, store: Store, before: Meeting) -> Meeting:
    """The meeting, over; tells the world where it knows otherwise.

    Whoever changes a check-in writes the meetings of that member, too, and so cannot pass this unseen.
    """
    there = store.registrations.checked_in(transaction.tenant, before.event_id, before.party_ids, transaction.session)
    met = len(there) == len(before.party_ids)
    after = settle_meeting(transaction, store, before, before.finished(transaction.now, met=met))
    if after.met is not before.met:
        _tell(transaction, store, after)
    return after


def _tell(transaction: Transaction, store: Store, meeting: Meeting) -> None:
    """By the ids the two had at first: whoever hears of it looks up who that is now, so that undoing a merge leaves it
    with whom it is of."""
    event = store.events.get(meeting.tenant, meeting.event_id, transaction.session)
    word = "met" if meeting.met else "met_reverted"
    data = {
        "event_id": meeting.event_id,
        "meeting_id": meeting.id,
        "member_ids": list(parties(*meeting.first_named)),
        "met_on": meeting.ends_at.astimezone(ZoneInfo(event.time_zone)).date().isoformat(),
        "met_at": rfc3339(meeting.ends_at),
    }
    transaction.publish(f"people.{word}.v1", key=meeting.id, version=meeting.version, data=data)
