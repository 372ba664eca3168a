"""The composition root of matching: the only file that sees everything."""

from functools import partial

from services.matching.api import (
    agenda,
    agreements,
    appreciations,
    attendance,
    blocks,
    circle,
    enrollments,
    feedback,
    goal_prompts,
    goals,
    introductions,
    match_reviews,
    match_runs,
    measures,
    mentorships,
    milestones,
    plans,
    private_notes,
    program_feedback,
    program_health,
    program_report,
    programs,
    proposals,
    ratings,
    recommendations,
    reports,
    requests,
    session_slots,
    sessions,
    shared_items,
    tasks,
    templates,
)
from services.matching.api.act_pages import act_pages
from services.matching.api.context import MEMORY, STORE
from services.matching.commands.announce_program import announce_again
from services.matching.commands.export_share import export_share
from services.matching.commands.keep_apart import announce_pair_again
from services.matching.due import due
from services.matching.live.memory import Memory
from services.matching.reactions import reactions
from services.matching.settings import live_mentors
from services.matching.store import INDEXES, Store
from services.matching.store.pairs import COLLECTION as PAIRS
from services.matching.store.programs import COLLECTION as PROGRAMS
from shared.messaging.announce import Facts
from shared.service import Foundation, Service
from shared.storage.identifier_hashes import IdentifierHashes
from shared.web.act_pages import blueprint


def build(foundation: Foundation) -> Service:
    """Matching, on its foundation. Raises SettingsError naming a variable that is wrong."""
    store = Store.over(foundation.database, IdentifierHashes.from_settings(foundation.settings))
    return Service(
        name="matching",
        title="Ithaca matching",
        foundation=foundation,
        blueprints=(
            programs.blueprint,
            program_report.blueprint,
            program_feedback.blueprint,
            goal_prompts.blueprint,
            program_health.blueprint,
            enrollments.blueprint,
            recommendations.blueprint,
            match_runs.blueprint,
            match_reviews.blueprint,
            proposals.blueprint,
            requests.blueprint,
            mentorships.blueprint,
            agreements.blueprint,
            goals.blueprint,
            ratings.blueprint,
            session_slots.blueprint,
            sessions.blueprint,
            attendance.blueprint,
            private_notes.blueprint,
            agenda.blueprint,
            milestones.blueprint,
            appreciations.blueprint,
            feedback.blueprint,
            circle.blueprint,
            plans.blueprint,
            introductions.blueprint,
            shared_items.blueprint,
            tasks.blueprint,
            templates.blueprint,
            blocks.blueprint,
            reports.blueprint,
            measures.blueprint,
            blueprint(act_pages(store, foundation.settings)),
        ),
        reactions=reactions(store),
        due=due(store, foundation.settings.issuer),
        indexes=INDEXES,
        facts=(
            Facts("programs.v1", PROGRAMS, lambda work, program_id: announce_again(work, store, program_id)),
            Facts("blocks.v1", PAIRS, lambda work, key: announce_pair_again(work, store, key)),
        ),
        share=partial(export_share, store),
        extensions={STORE: store, MEMORY: Memory(store, foundation.database, live_mentors())},
        member_lookup=store.copies.signed_in,
        erasures=store.erasures,
        merges=store.merges,
    )
