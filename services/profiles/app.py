"""The composition root of profiles: the only place that sees all of it."""

from functools import partial

from services.profiles import settings as own_settings
from services.profiles.commands.admit_waiting import admissions
from services.profiles.commands.announce_group import announce_group_again
from services.profiles.commands.announce_member import announce_again
from services.profiles.commands.apply_members import feeds
from services.profiles.commands.change_association import announce_association_again
from services.profiles.commands.collect_export import Collector
from services.profiles.commands.compare_members import comparisons
from services.profiles.commands.erase_again import erase_again
from services.profiles.commands.erase_traces import erasures as erasing
from services.profiles.commands.export_share import export_share
from services.profiles.commands.export_tokens import ExportTokens
from services.profiles.commands.merge_member import announce_merge_again
from services.profiles.commands.replace_skill_list import replace_skill_list
from services.profiles.domain.member import Key
from services.profiles.peers import Peers
from services.profiles.reactions import reactions
from services.profiles.skill_lists import own
from services.profiles.store import INDEXES, Store
from services.profiles.store.associations import COLLECTION as ASSOCIATIONS
from services.profiles.store.groups import COLLECTION as GROUPS
from services.profiles.store.members import COLLECTION as MEMBERS
from services.profiles.store.merges import COLLECTION as MERGES
from services.profiles.store.skills import SHIPPED
from shared.messaging.announce import Facts
from shared.service import Foundation, Service, Views
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.migrations import Seed


def build(foundation: Foundation) -> Service:
    """Profiles on this foundation. Raises SettingsError naming a variable that is wrong."""
    store = Store(foundation.database, IdentifierHashes.from_settings(foundation.settings))
    tokens = ExportTokens(foundation.settings)
    collector = Collector(store, tokens, Peers(own_settings.addresses()))

    def signed_in(tenant: str, issuer: str, subject: str) -> str | None:
        return store.identifiers.member_id(tenant, Key(issuer, subject))

    def has_skills() -> bool:
        return store.skills.is_current(SHIPPED, own.shipped())

    def bring_skills() -> None:
        replace_skill_list(foundation.client, store, foundation.clock.now(), SHIPPED, own.shipped())

    return Service(
        name="profiles",
        title="Ithaca profiles",
        foundation=foundation,
        views=lambda: _views(store, tokens, foundation),
        reactions=reactions(store, strict_sources=foundation.settings.strict_sources),
        due=(
            admissions(store),
            feeds(store),
            comparisons(store),
            collector.work(),
            erasing(store, foundation.settings.issuer),
        ),
        indexes=INDEXES,
        seeds=(Seed("the list of skills", has_skills, bring_skills),),
        facts=(
            Facts("members.v1", MEMBERS, lambda work, member_id: announce_again(work, store, member_id)),
            Facts("members.v1", MERGES, lambda work, member_id: announce_merge_again(work, store, member_id)),
            Facts("groups.v1", GROUPS, lambda work, group_id: announce_group_again(work, store, group_id)),
            Facts("associations.v1", ASSOCIATIONS, lambda work, name: announce_association_again(work, store, name)),
        ),
        erase_again=lambda work, data: erase_again(work, store, data),
        share=partial(export_share, store),
        member_lookup=signed_in,
        merges=store.merged.lookup,
    )


def _views(store: Store, tokens: ExportTokens, foundation: Foundation) -> Views:
    from services.profiles.api import BLUEPRINTS, LINKS, STORE, TOKENS

    return Views(BLUEPRINTS, {STORE: store, TOKENS: tokens, LINKS: foundation.settings.link_template})
