"""An organizer publishes a schedule: a worker books its meetings, some in a transaction.

Broken off half way, it goes on with what is left. What is not possible any more, as somebody's time is taken by now, is
left out and says why.
"""

from collections.abc import Sequence
from functools import partial

from services.events.commands.assemble_schedule import groups_of
from services.events.commands.book_meetings import Booking, Refusal, book_meetings
from services.events.commands.compute_schedule import MOST_ATTEMPTS
from services.events.commands.publish_rounds import PART
from services.events.domain.event import Event, EventState
from services.events.domain.meeting import parties
from services.events.domain.meeting_schedule import MeetingSchedule, ScheduleState
from services.events.domain.planned_meeting import PlannedMeeting, PlannedState
from services.events.store import Store
from services.events.store.schedules import COLLECTION
from shared.errors import Conflict
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

LEASE_SECONDS = 120.0
_TOGETHER = 200
_GIVEN_UP = "It could not be published to the end: the worker's log says why. What was published stays."
GROUPS = "groups"
"""Why a planned meeting is left out, besides what `Refusal` says: the groups of the two do not meet any more."""
_OPEN = (ScheduleState.PUBLISHING, ScheduleState.PUBLISHED)


def publish_schedule(
    transaction: Transaction, store: Store, event: Event, schedule: MeetingSchedule
) -> MeetingSchedule:
    """The schedule, from now on a worker's to publish; one that is being published, or is, stays as it is.

    Raises Conflict where it is not ready, or the event is not open.
    """
    if schedule.state in _OPEN:
        return schedule
    event.after("meet", transaction.now)
    return store.schedules.save(transaction.session, schedule.to_publish(transaction.now, transaction.traceparent))


def publications(store: Store) -> DueWork:
    """The due work of publishing schedules."""
    return DueWork(
        "publish_schedule",
        COLLECTION,
        lambda unit_of_work, claimed: go_on_publishing(unit_of_work, store, claimed),
        where={"state": ScheduleState.PUBLISHING.value},
        lease_seconds=LEASE_SECONDS,
    )


def go_on_publishing(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Publishes the claimed schedule, from where it is. Raises LeaseLost."""
    tenant = claimed.document["tenant"]
    if claimed.attempts > MOST_ATTEMPTS:
        unit_of_work.run(partial(_return, store=store, claimed=claimed, failure=_GIVEN_UP), tenant=tenant)
        return
    try:
        while unit_of_work.run(partial(_publish_some, store=store, claimed=claimed), tenant=tenant):
            pass
    except Conflict as conflict:  # as of an event that was cancelled or is over
        unit_of_work.run(partial(_return, store=store, claimed=claimed, failure=conflict.detail), tenant=tenant)


def _publish_some(transaction: Transaction, store: Store, claimed: Claimed) -> bool:
    """Books the next ones; whether there were any. The last time it says that all are out."""
    session, tenant = transaction.session, transaction.tenant
    claimed.renew(session, LEASE_SECONDS)
    schedule = store.schedules.get(tenant, claimed.document["_id"], session)
    planned = store.planned_meetings.of_schedule(
        tenant, schedule.id, PlannedState.PLANNED, limit=_TOGETHER, session=session
    )
    if not planned:
        _conclude(transaction, store, schedule, claimed)
        return False
    settled = _book(transaction, store, schedule, planned)
    store.planned_meetings.write(session, list(zip(planned, settled, strict=True)))
    out = sum(each.state is PlannedState.PUBLISHED for each in settled)
    done = schedule.published + schedule.left_out + len(settled)
    total = schedule.summary.meetings if schedule.summary else done
    store.schedules.count(session, schedule, out, len(settled) - out, min(1.0, done / max(1, total)), transaction.now)
    return True


def _book(
    transaction: Transaction, store: Store, schedule: MeetingSchedule, planned: Sequence[PlannedMeeting]
) -> list[PlannedMeeting]:
    """What became of each; by who its two are now."""
    now = transaction.now
    event = store.events.get(transaction.tenant, schedule.event_id, transaction.session)
    named = {member for each in planned for member in each.party_ids}
    whose = store.merges.survivors(transaction.tenant, named, transaction.session)
    bookings = [
        Booking(whose[each.party_ids[0]], whose[each.party_ids[1]], each.slot_id, each.table) for each in planned
    ]
    apart = _in_groups_apart(transaction, store, event, bookings)
    booked = book_meetings(transaction, store, event, [each for each in bookings if each not in apart])
    refused = {booking: _reason(refusal) for booking, refusal in booked.refused} | dict.fromkeys(apart, GROUPS)
    meetings = {(each.party_ids, each.slot_id): each.id for each in booked.meetings}
    return [
        each.left_out(refused[booking], now)
        if booking in refused
        else each.published(meetings[parties(booking.one, booking.other), booking.slot_id], now)
        for each, booking in zip(planned, bookings, strict=True)
    ]


def _reason(refusal: Refusal) -> str:
    """As an organizer reads it: who said "no thanks" is for nobody to know, and whether anybody did."""
    return (Refusal.KEPT_APART if refusal is Refusal.NO_THANKS else refusal).value


def _in_groups_apart(
    transaction: Transaction, store: Store, event: Event, bookings: Sequence[Booking]
) -> frozenset[Booking]:
    """Those of people whose groups do not meet any more."""
    groups = store.meeting_groups.find(transaction.tenant, event.id, transaction.session)
    if groups is None or not groups.meets:
        return frozenset()
    members = sorted({member for each in bookings for member in each.pair})
    of = groups_of(transaction, store, event.id, members, groups)
    return frozenset(each for each in bookings if not groups.may_meet(of[each.one], of[each.other]))


def _conclude(transaction: Transaction, store: Store, schedule: MeetingSchedule, claimed: Claimed) -> None:
    claimed.confirm(transaction.session)
    _tell(transaction, store, store.schedules.save(transaction.session, schedule.concluded(transaction.now)))


def _tell(transaction: Transaction, store: Store, saved: MeetingSchedule) -> None:
    """Whoever has a meeting that is out hears of it: by itself none of them was told."""
    named = store.planned_meetings.people_of(transaction.session, transaction.tenant, saved.id)
    people = sorted({*store.merges.survivors(transaction.tenant, named, transaction.session).values()})
    parts = [people[first : first + PART] for first in range(0, len(people), PART)] or [[]]
    for number, some in enumerate(parts, start=1):
        data = {
            "id": saved.id,
            "event_id": saved.event_id,
            "meetings": saved.published,
            "people": len(people),
            "part": number,
            "parts": len(parts),
            "member_ids": some,
        }
        transaction.publish("schedule.published.v1", key=saved.id, version=saved.version, data=data)


def _return(transaction: Transaction, store: Store, claimed: Claimed, failure: str) -> None:
    claimed.confirm(transaction.session)
    current = store.schedules.get(transaction.tenant, claimed.document["_id"], transaction.session)
    saved = store.schedules.save(transaction.session, current.returned(failure, transaction.now))
    event = store.events.get(transaction.tenant, saved.event_id, transaction.session)
    # With a cancelled event each meeting ends, and is told as such.
    if saved.published and event.state is not EventState.CANCELLED:
        _tell(transaction, store, saved)
