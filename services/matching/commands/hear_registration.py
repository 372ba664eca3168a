"""A registration for an event changed: who opted into mentoring takes part in the event's programs, or no longer."""

from collections.abc import Mapping
from typing import Any

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
    person, names = store.attendances.of_person(tenant, event_id, member_id, transaction.session)
    others = [each for each in names if each.member_id != member_id]
    before, after = known.with_others(others, person), heard.with_others(others, person)
    store.attendances.put(transaction.session, heard)
    if _only_the_name_changes(transaction, store, data, person):
        return
    for program in store.programs.of_event(tenant, event_id, transaction.session):
        if after.attends:
            admit_attendee(transaction, store, program, after)
        elif before.attends:
            release_attendee(transaction, store, program, after)


def _only_the_name_changes(transaction: Transaction, store: Store, data: Mapping[str, Any], person: str) -> bool:
    """Whether the registration moves to who the member is by now: the message after this one says that they attend."""
    moved_to = data.get("moved_to")
    return moved_to is not None and store.merges.survivor(transaction.tenant, moved_to, transaction.session) == person
