"""An organizer opens an event for registration."""

from services.events.commands.announce_event import announce_event
from services.events.commands.announce_sources import with_sources
from services.events.domain.event import Event
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def publish_event(transaction: Transaction, store: Store, event: Event) -> Event:
    """The published event; records that waited for its sources are taken in soon after. Raises Conflict."""
    published = with_sources(transaction, store, event.after("publish", transaction.now))
    published = store.events.save(transaction.session, published)
    for source in published.sources:
        store.source_events.open(transaction.session, transaction.tenant, source, transaction.now)
    announce_event(transaction, published, "published")
    return published
