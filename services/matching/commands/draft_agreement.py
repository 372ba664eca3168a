"""Terms that one of a pair could propose, made from what matching knows of both."""

from services.matching.domain.agreement import Terms
from services.matching.domain.agreement_draft import draft
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store


def draft_agreement(store: Store, mentorship: Mentorship, reader_id: str) -> Terms:
    """Nothing is kept of it. Raises NotFound for a stranger."""
    mentorship.partner_of(reader_id)
    program = store.programs.get(mentorship.tenant, mentorship.program_id)
    known = store.copies.among(mentorship.tenant, mentorship.parties)
    return draft(
        reader_id,
        known.get(mentorship.mentor_id),
        known.get(mentorship.mentee_id),
        (),
        usual_weeks=program.settings.usual_duration_weeks,
        duration_weeks=program.settings.duration_weeks,
    )
