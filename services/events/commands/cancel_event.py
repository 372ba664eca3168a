"""An organizer calls an event off, and its registrations end with it."""

from dataclasses import replace

from services.events.commands.announce_event import announce_event
from services.events.commands.cancel_rounds import cancel_rounds_of
from services.events.commands.settle_registration import Settlement
from services.events.domain.event import Event
from services.events.domain.registration import Status
from services.events.store import Store
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_CLOSURES = "closures"
_AT_ONCE = 100


def cancel_event(transaction: Transaction, store: Store, event: Event) -> Event:
    """The cancelled event. Its registrations are cancelled soon after, in batches. Raises Conflict."""
    cancelled = store.events.save(transaction.session, event.after("cancel", transaction.now))
    if event.announced:
        announce_event(transaction, cancelled, "cancelled", reason="organizer")
    else:
        for source in event.sources:
            store.source_events.release(transaction.session, transaction.tenant, source)
    cancel_rounds_of(transaction, store, event.id)
    transaction.database[_CLOSURES].insert_one(
        {"_id": event.id, "tenant": event.tenant, "due_at": transaction.now}, session=transaction.session
    )
    return cancelled


def closures(store: Store) -> DueWork:
    """The due work of cancelling the registrations of cancelled events."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        event_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def cancel_some(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            live = store.registrations.live_of_event(tenant, event_id, _AT_ONCE, transaction.session)
            settlement = Settlement(transaction, store)
            for registration in live:
                ended = replace(registration, status=Status.CANCELLED, own_live=False, updated_at=transaction.now)
                settlement.change(transaction, registration, ended, reason="event_cancelled")
            settlement.write()
            if not live:
                transaction.database[_CLOSURES].delete_one({"_id": event_id}, session=transaction.session)

        unit_of_work.run(cancel_some, tenant=tenant)

    return DueWork("cancel_registrations", _CLOSURES, perform)
