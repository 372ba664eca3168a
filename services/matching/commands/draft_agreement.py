"""Terms that one of a pair could propose, made from what matching knows of both."""

from collections.abc import Sequence

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
        _asked_for(store, mentorship),
        usual_weeks=program.settings.usual_duration_weeks,
        duration_weeks=program.settings.duration_weeks,
    )


def _asked_for(store: Store, mentorship: Mentorship) -> Sequence[str]:
    """The goal that the mentee asked for help with, where it began with a request."""
    if mentorship.request_id is None:
        return ()
    request = store.requests.find(mentorship.tenant, mentorship.request_id)
    return () if request is None or request.goal is None else (request.goal.text,)
