"""A source was configured, or is no longer: the events that name it say so to the world.

profiles knows of a tenant's sources by this alone, and makes nobody a member for a record of a stranger's.
"""

from dataclasses import replace

from services.events.commands.announce_event import announce_event
from services.events.domain.event import Event
from services.events.store import Store
from services.events.store.source_names import COLLECTION
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_AT_ONCE = 50


def with_sources(transaction: Transaction, store: Store, event: Event) -> Event:
    """The event as it is to be announced: with those of its sources that are configured at this moment."""
    names = {each.source for each in event.sources}
    store.source_names.meet(transaction.session, transaction.tenant, names)
    configured = store.sources.configured(transaction.session, transaction.tenant, names)
    return replace(event, configured=tuple(sorted(configured)))


def source_announcements(store: Store) -> DueWork:
    """The due work of announcing them, a page of events at a time."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        found, tenant = claimed.document, claimed.document["tenant"]

        def announce_some(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            page = store.events.naming(
                transaction.session, tenant, found["name"], limit=_AT_ONCE, after=found.get("after")
            )
            for event in page:
                _announce(transaction, store, event)
            last = page[-1].id if len(page) == _AT_ONCE else None
            store.source_names.go_on(transaction.session, found, last)

        unit_of_work.run(announce_some, tenant=tenant)

    return DueWork("announce_sources", COLLECTION, perform)


def _announce(transaction: Transaction, store: Store, event: Event) -> None:
    """Of a draft nobody has heard, and nothing is to be said."""
    now = with_sources(transaction, store, event)
    if event.on_the_log and now.configured != event.configured:
        saved = store.events.save(transaction.session, replace(now, updated_at=transaction.now))
        announce_event(transaction, saved, "updated")
