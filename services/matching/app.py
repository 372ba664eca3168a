"""The composition root of matching: the only file that sees everything."""

from functools import partial

from services.matching.commands.announce_program import announce_again
from services.matching.commands.export_share import export_share
from services.matching.commands.keep_apart import announce_pair_again
from services.matching.due import due
from services.matching.reactions import reactions
from services.matching.settings import embedding_model, live_mentors
from services.matching.store import INDEXES, Store
from services.matching.store.pairs import COLLECTION as PAIRS
from services.matching.store.programs import COLLECTION as PROGRAMS
from services.matching.themes.themes import Themes
from shared.messaging.announce import Facts
from shared.service import Foundation, Service, Views
from shared.storage.identifier_hashes import IdentifierHashes


def build(foundation: Foundation) -> Service:
    """Matching, on its foundation. Raises SettingsError naming a variable that is wrong."""
    store = Store.over(foundation.database, IdentifierHashes.from_settings(foundation.settings))
    most, themes = live_mentors(), Themes(embedding_model())
    return Service(
        name="matching",
        title="Ithaca matching",
        foundation=foundation,
        views=lambda: _views(store, foundation, most),
        reactions=reactions(store, themes),
        due=due(store, foundation.settings.issuer),
        indexes=INDEXES,
        facts=(
            Facts("programs.v1", PROGRAMS, lambda work, program_id: announce_again(work, store, program_id)),
            Facts("blocks.v1", PAIRS, lambda work, key: announce_pair_again(work, store, key)),
        ),
        share=partial(export_share, store),
        member_lookup=store.copies.signed_in,
        erasures=store.erasures,
        merges=store.merges,
    )


def _views(store: Store, foundation: Foundation, most: int) -> Views:
    from services.matching.api import BLUEPRINTS, MEMORY, STORE
    from services.matching.api.act_pages import act_pages
    from services.matching.live.memory import Memory
    from shared.web.act_pages import blueprint

    return Views(
        (*BLUEPRINTS, blueprint(act_pages(store, foundation.settings))),
        {STORE: store, MEMORY: Memory(store, foundation.database, most)},
    )
