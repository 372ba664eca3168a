"""A member registers for an event, here and not in a ticket system."""

from collections.abc import Sequence
from dataclasses import replace

from pymongo.errors import DuplicateKeyError

from services.events.commands.settle_registration import settle_registration
from services.events.domain.event import Event
from services.events.domain.registration import Registration, Status
from services.events.store import Store
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

_TWICE = "You are registered for this event already."


class InNoneOfItsGroups(Conflict):
    """The event is for the members of some groups, and this member is in none of them as far as profiles told."""

    def __init__(self, groups: str) -> None:
        super().__init__(f"This event is for members of {groups}.")


def register_for_event(
    transaction: Transaction,
    store: Store,
    event: Event,
    member_id: str,
    *,
    mentoring: Sequence[str] = (),
    visibility: str | None = None,
    waits: bool = True,
) -> Registration:
    """The confirmed registration, on a free seat: capacity is never exceeded from here.

    Where none is free, or others wait for it, the next in the event's line, if the member `waits`.

    Raises Conflict where the event is not open or is over, is for groups that the member is in none of, is full and the
    member does not wait, or has a live registration of this kind.
    """
    session, tenant = transaction.session, transaction.tenant
    event.after("register", transaction.now)
    if event.ends_at <= transaction.now:
        raise Conflict("The event is over.")
    if event.groups and not store.people.is_in(tenant, member_id, event.groups, session):
        raise InNoneOfItsGroups(store.group_names.any_of(tenant, event.groups, session))
    if store.registrations.own_live(tenant, event.id, member_id, session):
        raise Conflict(_TWICE)
    seated = store.events.take_free_seat(session, tenant, event.id)
    if not seated and not waits:
        raise Conflict("The event is full.")
    place = None if seated else store.events.join_waitlist(session, tenant, event.id)
    registration = Registration(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        event_id=event.id,
        status=Status.CONFIRMED if seated else Status.WAITLISTED,
        member_id=member_id,
        place=place,
        mentoring=tuple(mentoring),
        visibility=visibility,
        own_live=True,
    )
    try:
        return settle_registration(transaction, store, None, registration, counted=True)
    except DuplicateKeyError:
        raise Conflict(_TWICE) from None


def cancel_registration(
    transaction: Transaction, store: Store, registration: Registration, *, reason: str
) -> Registration:
    """Gives the place back; a second time changes nothing.

    Raises Conflict for a ticket system's registration: its status is the ticket system's.
    """
    if registration.origin is not None:
        source = registration.origin.source
        raise Conflict(f"This registration is a ticket of {source}, and so is its status: cancel it there.")
    if not registration.own_live:
        return registration
    if registration.status is Status.OFFERED:
        store.waitlist.answered(transaction.session, registration.id)
    cancelled = replace(registration, status=Status.CANCELLED, own_live=False, updated_at=transaction.now)
    return settle_registration(transaction, store, registration, cancelled, reason=reason)
