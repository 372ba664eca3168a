"""The events service, put together."""

from functools import partial

from services.events.commands.announce_event import announce_again
from services.events.commands.announce_sources import source_announcements
from services.events.commands.cancel_event import closures
from services.events.commands.compute_schedule import computations
from services.events.commands.configure_source import Configuration
from services.events.commands.end_meetings import expiries as meeting_expiries
from services.events.commands.end_topics import topics_due
from services.events.commands.erase_member import erasures
from services.events.commands.export_share import export_share
from services.events.commands.fetch_named import Reader, fetches
from services.events.commands.free_gone import freeings
from services.events.commands.hold_round_time import releases
from services.events.commands.leave_meetings import departures
from services.events.commands.plan_series import plannings
from services.events.commands.promote_waiting import expiries, promotions
from services.events.commands.publish_schedule import publications
from services.events.commands.replan_rounds import replannings
from services.events.commands.settle_merge import settle_merge
from services.events.commands.settle_met import meetings_over
from services.events.commands.source_secrets import SourceSecrets
from services.events.commands.sync_source import plans, syncs
from services.events.commands.take_record import waiting_records
from services.events.reactions import reactions
from services.events.store import INDEXES, Store
from services.events.store.events import COLLECTION as EVENTS
from shared.messaging.announce import Facts
from shared.service import Foundation, Service, Views
from shared.settings import Settings
from shared.storage.identifier_hashes import IdentifierHashes


def build(foundation: Foundation) -> Service:
    """The service on this foundation; connects to nothing yet."""
    settings = foundation.settings
    store = Store(foundation.database, IdentifierHashes.from_settings(settings))
    secrets = SourceSecrets(settings)
    doors = Configuration(store, secrets, settings.allowed_networks)
    reader = Reader(store, secrets, settings.allowed_networks)
    return Service(
        name="events",
        title="Ithaca events",
        foundation=foundation,
        views=lambda: _views(store, doors, settings),
        reactions=reactions(store, strict_sources=settings.strict_sources),
        due=(
            replannings(store),
            waiting_records(store),
            source_announcements(store),
            closures(store),
            promotions(store),
            expiries(store),
            meeting_expiries(store),
            meetings_over(store),
            topics_due(store),
            departures(store),
            plannings(store),
            releases(store),
            freeings(store),
            computations(store),
            publications(store),
            plans(store),
            fetches(reader),
            syncs(reader),
            erasures(store, settings.issuer),
            store.second_looks.work("settle_merge", lambda current, member_id: settle_merge(current, store, member_id)),
        ),
        indexes=INDEXES,
        facts=(Facts("events.v1", EVENTS, lambda work, event_id: announce_again(work, store, event_id)),),
        share=partial(export_share, store),
        member_lookup=store.people.owner,
        erasures=store.erasures,
        merges=store.merges,
    )


def _views(store: Store, doors: Configuration, settings: Settings) -> Views:
    from services.events.api import BLUEPRINTS, DOORS, PUBLIC_URL, STORE
    from services.events.api.act_pages import act_pages
    from shared.web.act_pages import blueprint

    return Views(
        (*BLUEPRINTS, blueprint(act_pages(store, settings))),
        {STORE: store, DOORS: doors, PUBLIC_URL: settings.public_url},
    )
