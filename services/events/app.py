"""The events service, put together."""

from services.events.api import BLUEPRINTS, PUBLIC_URL, STORE
from services.events.commands.announce_event import announce_again
from services.events.commands.cancel_event import closures
from services.events.commands.promote_waiting import expiries, promotions
from services.events.commands.take_record import waiting_records
from services.events.reactions import reactions
from services.events.store import INDEXES, Store
from services.events.store.events import COLLECTION as EVENTS
from shared.messaging.announce import Facts
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
        due=(waiting_records(store), closures(store), promotions(store), expiries(store)),
        indexes=INDEXES,
        facts=(Facts("events.v1", EVENTS, lambda work, event_id: announce_again(work, store, event_id)),),
        extensions={STORE: store, PUBLIC_URL: foundation.settings.public_url},
        member_lookup=store.people.owner,
    )
