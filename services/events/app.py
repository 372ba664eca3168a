"""The events service, put together."""

from services.events.api import BLUEPRINTS, STORE
from services.events.commands.cancel_event import closures
from services.events.commands.take_record import waiting_records
from services.events.reactions import reactions
from services.events.store import INDEXES, Store
from shared.service import Foundation, Service


def build(foundation: Foundation) -> Service:
    """The service on this foundation; connects to nothing yet."""
    store = Store(foundation.database)
    return Service(
        name="events",
        title="Ithaca events",
        foundation=foundation,
        blueprints=BLUEPRINTS,
        reactions=reactions(store),
        due=(waiting_records(store), closures(store)),
        indexes=INDEXES,
        extensions={STORE: store},
        member_lookup=store.people.owner,
    )
