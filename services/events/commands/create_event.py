"""An organizer plans an event."""

from typing import Any

from services.events.domain.event import Event, require_sound
from services.events.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def create_event(transaction: Transaction, store: Store, fields: dict[str, Any]) -> Event:
    """A draft: nobody is told yet. `fields` are those of Event that an organizer decides.

    What is not said of offers is as the association has it now.

    Raises Invalid where they do not fit together, Conflict where another event names one of the sources.
    """
    usual = store.association_defaults.of(transaction.tenant, transaction.session)
    said = {"offer_hours": usual["offer_hours"]} | fields
    event = Event(id=new_id(), tenant=transaction.tenant, version=1, updated_at=transaction.now, **said)
    require_sound(event)
    for source in event.sources:
        store.source_events.claim(transaction.session, transaction.tenant, event.id, source)
    store.events.insert(transaction.session, event)
    return event
