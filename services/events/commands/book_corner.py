"""A mentee books a mentor in the mentoring corner: at once, as the mentor said they would be there."""

from services.events.commands.answer_meeting import chosen
from services.events.commands.ask_to_meet import AskedAlready, SaidNoThanks, plan_of
from services.events.commands.may_meet import NobodyToMeet, require_attending, require_company
from services.events.commands.no_thanks import no_thanks_among
from services.events.commands.open_corner import corner_of, is_mentor
from services.events.commands.settle_meetings import settle_meeting
from services.events.domain.corner import Corner
from services.events.domain.event import Event
from services.events.domain.held_time import TimeTaken
from services.events.domain.meeting import Meeting, Origin, asked, booked
from services.events.domain.meeting_slots import Slot
from services.events.store import Store
from services.events.store.slot_plans import NoTableLeft
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class NotFree(Conflict):
    """Somebody was quicker, or the mentor is not there then."""

    def __init__(self) -> None:
        super().__init__("This mentor is not free then: choose another time, or another mentor.")


class BusyYourself(Conflict):
    """Nobody is at two things at once."""

    def __init__(self) -> None:
        super().__init__("You have something else at that time: choose another.")


class BookedEnough(Conflict):
    """As many as a mentee may book."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You have booked {limit} times in this mentoring corner: that is as many as one may.")


def book_corner(
    transaction: Transaction, store: Store, event: Event, mentee: str, mentor: str, slot_id: str
) -> Meeting:
    """The meeting, agreed on; the time of both is held.

    Which groups meet does not matter here. Raises NotFound where the event has no corner, Invalid for a slot or
    a mentor that is not there, NotFree, BusyYourself, BookedEnough, NoTableLeft, Conflict as asking to meet does.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    event.after("meet", now)
    corner, plan, identifier = corner_of(transaction, store, event.id), plan_of(transaction, store, event.id), new_id()
    slot = plan.wanted(slot_id, now)
    store.slot_plans.pass_gate(session, event.id, identifier)
    require_attending(transaction, store, event.id, mentee)
    other = store.merges.survivor(tenant, mentor, session)
    if other == mentee or not is_mentor(transaction, store, event.id, other):
        raise NobodyToMeet("mentor_id")
    require_company(transaction, store, event.id, mentee, other, "mentor_id")
    refused = no_thanks_among(store, tenant, event.id, {mentee, other}, session)
    if (mentee, other) in refused:
        raise SaidNoThanks
    # A mentor who would rather not meet the mentee is not free, as far as the mentee can tell.
    if (other, mentee) in refused or not _is_offered(transaction, store, corner, other, slot):
        raise NotFree
    if any(each.event_id == event.id for each in store.meetings.open_of_pair(tenant, mentee, other, session)):
        raise AskedAlready
    if store.meetings.booked_in_corner(tenant, event.id, mentee, session) >= corner.limit:
        raise BookedEnough(corner.limit)
    table = None if corner.place is not None else _table(transaction, store, slot, identifier)
    meeting = asked(identifier, tenant, event.id, slot, mentee, other, now)
    meeting = booked(meeting, Origin.CORNER, table, corner.place)
    try:
        return settle_meeting(transaction, store, None, meeting, "accepted", by=mentee)
    except TimeTaken as taken:
        raise (BusyYourself if mentee in taken.member_ids else NotFree) from None


def _is_offered(transaction: Transaction, store: Store, corner: Corner, mentor: str, slot: Slot) -> bool:
    """Whether the mentor would be there, by whatever id they said so; whoever changes that at this moment conflicts."""
    session, tenant = transaction.session, transaction.tenant
    names = store.merges.known_as(tenant, mentor, session)
    return slot.id in corner.slot_ids and store.corner_offers.hold_slot(session, tenant, corner.id, names, slot.id)


def _table(transaction: Transaction, store: Store, slot: Slot, meeting_id: str) -> str | None:
    """A table of the slot, if it has any. Raises NoTableLeft."""
    if not slot.places:
        return None
    table = chosen(store.slot_plans.room(transaction.tenant, [slot.id], transaction.session)[slot.id], meeting_id)
    if table is None:
        raise NoTableLeft
    return table
