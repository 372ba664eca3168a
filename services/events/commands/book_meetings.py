"""Meetings that nobody asked for: a schedule has them, agreed on from the start, with their time and table."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.events.commands.answer_meeting import chosen
from services.events.commands.ask_to_meet import plan_of
from services.events.commands.no_thanks import no_thanks_among
from services.events.commands.settle_meetings import Change, settle_meetings
from services.events.domain.event import Event
from services.events.domain.held_time import Hold
from services.events.domain.meeting import Meeting, Origin, asked, booked, parties
from services.events.domain.meeting_slots import SlotPlan
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

MOST_AT_ONCE = 500
"""How many should be booked in one transaction: each is a message, and a transaction has a minute."""


class Refusal(StrEnum):
    """Why a meeting could not be booked."""

    SLOT = "slot"
    NOT_ATTENDING = "not_attending"
    KEPT_APART = "kept_apart"
    NO_THANKS = "no_thanks"
    MEET_ALREADY = "meet_already"
    TIME_TAKEN = "time_taken"
    NO_TABLE = "no_table"


@dataclass(frozen=True, slots=True)
class Booking:
    """The two, the slot, and the table; None: one that has room is given."""

    one: str
    other: str
    slot_id: str
    table: str | None = None

    @property
    def pair(self) -> tuple[str, ...]:
        """The two in order of id."""
        return parties(self.one, self.other)


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of bookings: the meetings in their order, and of each that could not be, why."""

    meetings: Sequence[Meeting]
    refused: Sequence[tuple[Booking, Refusal]]


def book_meetings(transaction: Transaction, store: Store, event: Event, bookings: Sequence[Booking]) -> Booked:
    """Books what can be booked as the members, the slots and the tables are now, in order; up to `MOST_AT_ONCE`.

    All checks are made in the caller's transaction, and whatever could make one of them untrue at this moment conflicts
    with it. Each meeting is told as accepted. Raises Conflict where the event is not open.
    """
    event.after("meet", transaction.now)
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    plan = plan_of(transaction, store, event.id)
    slots = {each.id: each for each in plan.slots if each.starts_at > now}
    rules = _Rules(transaction, store, event, plan, bookings)
    room = {slot_id: dict(left) for slot_id, left in store.slot_plans.room(tenant, list(slots), session).items()}
    meetings: list[Meeting] = []
    refused: list[tuple[Booking, Refusal]] = []
    for booking in bookings:
        refusal = rules.refusal(booking)
        slot, identifier, table = slots.get(booking.slot_id), new_id(), None
        if slot is None:
            refusal = Refusal.SLOT
        elif refusal is None and slot.places:
            left = room[slot.id] if booking.table is None else {booking.table: room[slot.id].get(booking.table, 0)}
            table = chosen({name: number for name, number in left.items() if number > 0}, identifier)
            refusal = Refusal.NO_TABLE if table is None else None
        if slot is None or refusal is not None:
            refused.append((booking, refusal or Refusal.SLOT))
            continue
        if table is not None:
            room[slot.id][table] -= 1
        requester, invitee = booking.pair
        meeting = asked(identifier, tenant, event.id, slot, requester, invitee, now)
        meeting = booked(meeting, Origin.SCHEDULE, table)
        rules.book(meeting)
        meetings.append(meeting)
    if meetings:
        store.slot_plans.pass_gate(session, event.id, meetings[0].id)
    saved = settle_meetings(transaction, store, [Change(None, each, "accepted") for each in meetings])
    return Booked(saved, refused)


class _Rules:
    """What is against a meeting of two people, read once for many."""

    def __init__(
        self, transaction: Transaction, store: Store, event: Event, plan: SlotPlan, bookings: Sequence[Booking]
    ) -> None:
        session, tenant = transaction.session, transaction.tenant
        members = {each for booking in bookings for each in booking.pair}
        self._slots = {each.id: each for each in plan.slots}
        self._there = store.attendance.attending(tenant, event.id, members, session)
        store.attendance.hold(session, tenant, event.id, self._there)
        self._known = store.people.names(tenant, members, session).keys()
        self._apart = store.kept_apart.pairs_among(session, tenant, members)
        refused = no_thanks_among(store, tenant, event.id, members, session)
        self._no_thanks = {parties(*each) for each in refused}
        self._meet = {each.party_ids for each in store.meetings.open_of(tenant, event.id, members, session)}
        self._held: dict[str, list[Hold]] = {
            member_id: list(holds) for member_id, holds in store.held_time.of(tenant, members, session).items()
        }

    def refusal(self, booking: Booking) -> Refusal | None:
        """What is against it, if anything."""
        slot = self._slots.get(booking.slot_id)
        if slot is None:
            return Refusal.SLOT
        against = (
            (Refusal.NOT_ATTENDING, not self._there.issuperset(booking.pair) or not self._known >= {*booking.pair}),
            (Refusal.KEPT_APART, booking.pair in self._apart),
            (Refusal.NO_THANKS, booking.pair in self._no_thanks),
            (Refusal.MEET_ALREADY, booking.one == booking.other or booking.pair in self._meet),
            (
                Refusal.TIME_TAKEN,
                any(busy_between(self._held[each], slot.starts_at, slot.ends_at) for each in booking.pair),
            ),
        )
        return next((refusal for refusal, holds in against if holds), None)

    def book(self, meeting: Meeting) -> None:
        """Lets the next ones find what this one takes."""
        self._meet.add(meeting.party_ids)
        for hold in meeting.holds:
            self._held[hold.member_id].append(hold)
