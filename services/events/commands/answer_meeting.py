"""Who was asked to meet says yes, and gets a table, or no."""

from collections.abc import Mapping

from services.events.commands.ask_to_meet import plan_of
from services.events.commands.open_slots import ChooseAnother, open_slots
from services.events.commands.settle_meetings import settle_meeting
from services.events.domain.event import Event
from services.events.domain.meeting import Meeting
from services.events.domain.meeting_slots import SlotPlan
from services.events.store import Store
from shared.errors import Conflict, Forbidden
from shared.messaging.unit_of_work import Transaction


def accept_meeting(
    transaction: Transaction,
    store: Store,
    event: Event,
    meeting: Meeting,
    by: str,
    *,
    place: str | None = None,
    without_table: bool = False,
) -> Meeting:
    """The meeting, agreed on, at a table that is free then.

    Where none is left the two meet at `place`, or `without_table` wherever they agree to; who says neither is told what
    there is to choose from: other slots, or a place (ChooseAnother). Raises Forbidden for who asked, Conflict.
    """
    _require_asked(meeting, by)
    event.after("meet", transaction.now)
    plan = plan_of(transaction, store, event.id)
    slot = plan.slot(meeting.slot_id)
    if slot is None or slot.starts_at <= transaction.now:
        raise Conflict("The time of this meeting has come, or is no slot any more: propose another.")
    agreed = meeting.accepted(transaction.now, None, None)
    tenant, session = transaction.tenant, transaction.session
    table = chosen(store.slot_plans.room(tenant, [slot.id], session)[slot.id], meeting.id)
    if table is None and slot.places and place is None and not without_table:
        raise _no_table(transaction, store, plan, meeting)
    agreed = meeting.accepted(transaction.now, table, place if table is None else None)
    return settle_meeting(transaction, store, meeting, agreed, "accepted", by=by)


def decline_meeting(transaction: Transaction, store: Store, meeting: Meeting, by: str) -> Meeting:
    """The meeting, declined: the time of both is free again. Raises Forbidden for who asked, Conflict."""
    _require_asked(meeting, by)
    return settle_meeting(transaction, store, meeting, meeting.declined(transaction.now), "declined", by=by)


def chosen(room: Mapping[str, int], meeting_id: str) -> str | None:
    """One of the tables with room, another for each meeting: many who accept at once do not all want the same one."""
    if not room:
        return None
    return sorted(room)[int(meeting_id[-8:], 16) % len(room)]


def _require_asked(meeting: Meeting, by: str) -> None:
    if by != meeting.invitee_id:
        raise Forbidden("Whoever was asked answers.")


def _no_table(transaction: Transaction, store: Store, plan: SlotPlan, meeting: Meeting) -> ChooseAnother:
    slots = open_slots(transaction, store, plan, meeting.party_ids, meeting.slot_id)
    detail = "No table is left in that slot: propose another one, name a place, or accept without a table."
    return ChooseAnother(detail, slots, place=True)
