"""Freed seats are offered to who waits, in the order of joining, exactly as many as were freed."""

from dataclasses import replace
from datetime import timedelta

from services.events.commands.settle_registration import Settlement, settle_registration
from services.events.domain.registration import Registration, Status
from services.events.store import Store
from services.events.store.waitlist import OFFERS, PROMOTIONS
from shared.errors import Conflict
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_AT_ONCE = 50


def promotions(store: Store) -> DueWork:
    """The due work of offering free seats."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        event_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def promote_some(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            if not _promote(transaction, store, event_id):
                store.waitlist.promoted(transaction.session, event_id)

        unit_of_work.run(promote_some, tenant=tenant)

    return DueWork("offer_free_seats", PROMOTIONS, perform)


def _promote(transaction: Transaction, store: Store, event_id: str) -> bool:
    """Offers some of the event's free seats; whether there may be more to offer.

    Each offer takes its seat at once, by a write of the event that conflicts with any other change of its seats.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    event = store.events.get(tenant, event_id, session)
    if not event.promotes(now):
        return False
    free = event.waiting if event.capacity is None else event.capacity - event.seats_taken
    waiting = store.registrations.first_waiting(tenant, event_id, min(free, _AT_ONCE), session)
    expires_at = min(now + timedelta(hours=event.offer_hours), event.ends_at)
    settlement = Settlement(transaction, store, [event])
    for registration in waiting:
        offered = replace(registration, status=Status.OFFERED, offer_expires_at=expires_at, updated_at=now)
        settlement.change(transaction, registration, offered)
        store.waitlist.offered(session, tenant, registration.id, expires_at)
    settlement.write()
    return len(waiting) == _AT_ONCE


def expiries(store: Store) -> DueWork:
    """The due work of ending offers that ran out; each seat passes on to the next who waits."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        registration_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def expire(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            store.waitlist.answered(transaction.session, registration_id)
            found = store.registrations.find(tenant, registration_id, transaction.session)
            if found is not None and found.status is Status.OFFERED:
                expired = replace(found, status=Status.EXPIRED, own_live=False, updated_at=transaction.now)
                settle_registration(transaction, store, found, expired)

        unit_of_work.run(expire, tenant=tenant)

    return DueWork("expire_offers", OFFERS, perform)


def accept_offer(transaction: Transaction, store: Store, registration: Registration) -> Registration:
    """The registration, confirmed on the seat that was held for it; a second time changes nothing.

    Raises Conflict where nothing is offered (any more).
    """
    if registration.confirmed:
        return registration
    if registration.status not in (Status.OFFERED, Status.EXPIRED):
        raise Conflict(f"No seat is offered to this registration: it is {registration.status}.")
    if registration.offer_expires_at is None or registration.offer_expires_at <= transaction.now:
        raise Conflict("The offer ran out, and the seat goes to the next who waits: register again to wait.")
    store.waitlist.answered(transaction.session, registration.id)
    confirmed = replace(registration, status=Status.CONFIRMED, updated_at=transaction.now)
    return settle_registration(transaction, store, registration, confirmed)
