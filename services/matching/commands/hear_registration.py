"""A registration for an event changed: who opted into mentoring takes part in the event's programs, or no longer."""

from services.matching.commands.follow_attendance import admit_attendee, release_attendee
from services.matching.domain.attendance import Attendance, Ticket
from services.matching.domain.enrollment import Role
from services.matching.store import Store
from services.matching.store.attendances import identity
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction

VALID = "confirmed"
"""The one status of a registration that lets its member in; who was checked in keeps it."""


def hear_registration(transaction: Transaction, store: Store, message: Message) -> None:
    """Remembers the registration; programs that are not open yet find it when they open.

    Of who was erased nothing is remembered, however late it comes.
    """
    data = message.data or {}
    if store.erasures.has(transaction.tenant, data["member_id"]):
        return
    ticket = Ticket(
        version=message.version or 0,
        told_at=message.time or transaction.now,
        valid=data["status"] == VALID,
        attending=data["attending"],
        checked_in=data.get("checked_in_at") is not None,
        roles=tuple(Role(role) for role in data.get("mentoring") or ()),
    )
    tenant, event_id, member_id = transaction.tenant, data["event_id"], data["member_id"]
    known = store.attendances.find_of(tenant, event_id, member_id, transaction.session) or Attendance(
        id=identity(tenant, event_id, member_id),
        tenant=tenant,
        version=0,
        updated_at=transaction.now,
        event_id=event_id,
        member_id=member_id,
    )
    heard = known.heard(data["id"], ticket, transaction.now)
    if heard is known:
        return
    store.attendances.put(transaction.session, heard)
    for program in store.programs.of_event(tenant, event_id, transaction.session):
        if heard.attends:
            admit_attendee(transaction, store, program, heard)
        elif known.attends:
            release_attendee(transaction, store, program, heard)
