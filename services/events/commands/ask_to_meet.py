"""An attendee asks another one to meet, or proposes another time: both are held until it is answered or runs out."""

from dataclasses import replace
from datetime import datetime

from services.events.commands.may_meet import (
    NobodyToMeet,
    require_attending,
    require_company,
    require_groups_meet,
)
from services.events.commands.no_thanks import no_thanks_among
from services.events.commands.open_slots import ChooseAnother, open_slots
from services.events.commands.settle_meetings import settle_meeting
from services.events.domain.event import Event
from services.events.domain.held_time import TimeTaken
from services.events.domain.meeting import Meeting, MeetingState, asked
from services.events.domain.meeting_slots import Slot, SlotPlan
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.errors import Conflict, Forbidden
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class EnoughPending(Conflict):
    """A person waits for as many answers as the event lets them."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"No more than {limit} requests of yours may wait for an answer at this event.")


class AskedAlready(Conflict):
    """One open meeting of two people at an event."""

    def __init__(self) -> None:
        super().__init__("The two of you have a meeting at this event, or one of you was asked and has not answered.")


class SaidNoThanks(Conflict):
    """Who said "no thanks" to somebody does not ask them."""

    def __init__(self) -> None:
        super().__init__("You said no thanks to this person at this event.")


class TooLate(Conflict):
    """The event wants more notice than is left before the slot."""

    def __init__(self, hours: int) -> None:
        super().__init__(f"A request for this slot would have run out already: that is {hours} hours before it starts.")


def ask_to_meet(
    transaction: Transaction, store: Store, event: Event, asker: str, invitee: str, slot_id: str, message: str | None
) -> Meeting:
    """The pending meeting; the time of both is held.

    Where the invitee said "no thanks" they are never told and their time stays free, which the asker cannot see.
    Raises Invalid for a slot or a person that is not there, Conflict where one of the rules or the time is against it.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    event.after("meet", now)
    plan = plan_of(transaction, store, event.id)
    identifier, other = new_id(), store.merges.survivor(tenant, invitee, session)
    slot, expires_at = _time(transaction, store, plan, slot_id, identifier)
    require_attending(transaction, store, event.id, asker)
    if other == asker:
        raise NobodyToMeet
    require_company(transaction, store, event.id, asker, other)
    require_groups_meet(transaction, store, event.id, asker, other)
    refused = no_thanks_among(store, tenant, event.id, {asker, other}, session)
    if (asker, other) in refused:
        raise SaidNoThanks
    known = store.meetings.open_of_pair(tenant, asker, other, session)
    if any(each.event_id == event.id for each in known):
        raise AskedAlready
    _require_room_for_one_more(transaction, store, plan, asker)
    muted = (other, asker) in refused
    meeting = replace(
        asked(identifier, tenant, event.id, slot, asker, other, now),
        expires_at=expires_at,
        due_at=expires_at,
        message=message,
        muted=muted,
    )
    if muted:
        _require_seemingly_free(transaction, store, plan, meeting)
    return _proposed(transaction, store, plan, None, meeting, asker)


def counter(
    transaction: Transaction, store: Store, event: Event, meeting: Meeting, by: str, slot_id: str, message: str | None
) -> Meeting:
    """The meeting, pending at another time, which the other one has to answer now.

    Of a pending one it is the invitee who proposes; of one that was agreed on, either. Raises Forbidden for the
    requester of a pending one, Invalid for a slot that is not there, Conflict as `ask_to_meet` does.
    """
    event.after("meet", transaction.now)
    if meeting.state is MeetingState.PENDING and by != meeting.invitee_id:
        raise Forbidden("Whoever was asked answers, or proposes another time.")
    plan = plan_of(transaction, store, event.id)
    slot, expires_at = _time(transaction, store, plan, slot_id, meeting.id)
    countered = meeting.countered(by, slot, expires_at, message, transaction.now)
    if slot_id == meeting.slot_id:
        raise Conflict("That is the time it is at now: accept it, or name another slot.")
    _require_room_for_one_more(transaction, store, plan, by)
    return _proposed(transaction, store, plan, meeting, countered, by)


def plan_of(transaction: Transaction, store: Store, event_id: str) -> SlotPlan:
    """The event's slots; none where nobody planned any."""
    found = store.slot_plans.find(transaction.tenant, event_id, transaction.session)
    return found or SlotPlan(id=event_id, tenant=transaction.tenant, version=0, updated_at=transaction.now)


def _time(
    transaction: Transaction, store: Store, plan: SlotPlan, slot_id: str, meeting_id: str
) -> tuple[Slot, datetime]:
    slot = plan.wanted(slot_id, transaction.now)
    store.slot_plans.pass_gate(transaction.session, plan.id, meeting_id)
    expires_at = plan.expires_at(transaction.now, slot.starts_at)
    if expires_at <= transaction.now:
        raise TooLate(plan.notice_hours)
    return slot, expires_at


def _require_room_for_one_more(transaction: Transaction, store: Store, plan: SlotPlan, member_id: str) -> None:
    """Two requests at once of one person meet where their time is held: one of them runs again, and counts anew."""
    pending = store.meetings.pending_of(transaction.tenant, plan.id, member_id, transaction.session)
    if pending >= plan.pending_limit:
        raise EnoughPending(plan.pending_limit)


def _require_seemingly_free(transaction: Transaction, store: Store, plan: SlotPlan, meeting: Meeting) -> None:
    """What holds the invitee's time stands in the way as it would of a request that reaches them."""
    holds = store.held_time.of(transaction.tenant, [meeting.invitee_id], transaction.session)[meeting.invitee_id]
    if busy_between(holds, meeting.starts_at, meeting.ends_at):
        raise _taken(transaction, store, plan, meeting, [meeting.invitee_id], meeting.requester_id)


def _proposed(
    transaction: Transaction, store: Store, plan: SlotPlan, before: Meeting | None, after: Meeting, by: str
) -> Meeting:
    try:
        return settle_meeting(transaction, store, before, after, "requested", by=by)
    except TimeTaken as taken:
        raise _taken(transaction, store, plan, after, list(taken.member_ids), by) from None


def _taken(
    transaction: Transaction, store: Store, plan: SlotPlan, meeting: Meeting, busy: list[str], by: str
) -> ChooseAnother:
    whose = "You have" if by in busy else "The other one has"
    slots = open_slots(transaction, store, plan, meeting.party_ids, meeting.slot_id)
    return ChooseAnother(f"{whose} something else at that time: choose another slot.", slots, place=False)
