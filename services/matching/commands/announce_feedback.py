"""What others are told of feedback: that somebody is asked, and that it may be read. Never what it says."""

from services.matching.commands.announce_mentorship import announce
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.survey import Survey
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def announce_feedback_requested(transaction: Transaction, mentorship: Mentorship, survey: Survey) -> None:
    """`feedback.requested`: once for each who is asked."""
    for member_id in survey.asked_ids:
        announce(
            transaction,
            "feedback.requested.v1",
            mentorship,
            {
                "id": survey.id,
                "member_id": member_id,
                "kind": survey.kind.value,
                "session_id": survey.session_id,
                "due_at": None if survey.reveals_at is None else rfc3339(survey.reveals_at),
            },
        )


def announce_feedback_revealed(transaction: Transaction, mentorship: Mentorship, survey: Survey) -> None:
    """`feedback.revealed`: who wrote; each may read the other's now."""
    written_by = [each for each in mentorship.parties if survey.answer_of(each) is not None]
    facts = {"id": survey.id, "kind": survey.kind.value, "written_by": written_by}
    announce(transaction, "feedback.revealed.v1", mentorship, facts)
