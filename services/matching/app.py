"""The composition root of matching: the only file that sees everything."""

from functools import partial

from services.matching.api import (
    agenda,
    agreements,
    appreciations,
    attendance,
    circle,
    enrollments,
    feedback,
    introductions,
    match_reviews,
    match_runs,
    mentorships,
    milestones,
    private_notes,
    program_feedback,
    program_report,
    programs,
    proposals,
    recommendations,
    requests,
    session_slots,
    sessions,
    shared_items,
    tasks,
)
from services.matching.api.context import MEMORY, STORE
from services.matching.commands.announce_program import announce_again
from services.matching.commands.export_share import export_share
from services.matching.due import due
from services.matching.live.memory import Memory
from services.matching.reactions import reactions
from services.matching.settings import live_mentors
from services.matching.store import INDEXES, Store
from services.matching.store.programs import COLLECTION as PROGRAMS
from shared.messaging.announce import Facts
from shared.service import Foundation, Service
from shared.storage.identifier_hashes import IdentifierHashes


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
            enrollments.blueprint,
            recommendations.blueprint,
            match_runs.blueprint,
            match_reviews.blueprint,
            proposals.blueprint,
            requests.blueprint,
            mentorships.blueprint,
            agreements.blueprint,
            session_slots.blueprint,
            sessions.blueprint,
            attendance.blueprint,
            private_notes.blueprint,
            agenda.blueprint,
            milestones.blueprint,
            appreciations.blueprint,
            feedback.blueprint,
            circle.blueprint,
            introductions.blueprint,
            shared_items.blueprint,
            tasks.blueprint,
        ),
        reactions=reactions(store),
        due=due(store, foundation.settings.issuer),
        indexes=INDEXES,
        facts=(Facts("programs.v1", PROGRAMS, lambda work, program_id: announce_again(work, store, program_id)),),
        share=partial(export_share, store),
        extensions={STORE: store, MEMORY: Memory(store, foundation.database, live_mentors())},
        member_lookup=store.copies.signed_in,
        erasures=store.erasures,
        survivor=store.merges.survivor,
    )
