"""What others are told of a mentorship: one builder for each kind of message on `mentorships.v1`."""

from collections.abc import Mapping
from typing import Any

from services.matching.domain.appreciation import Appreciation
from services.matching.domain.introduction import Introduction
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.session import Session
from services.matching.domain.turnout import Attendance
from shared.clock import rfc3339
from shared.ids import derived_id
from shared.messaging.unit_of_work import Transaction


def announce(
    transaction: Transaction, type_name: str, mentorship: Mentorship, facts: Mapping[str, Any], **also: Any
) -> None:
    """Publishes a message about this mentorship, at its version.

    Of the facts what is None is left out; what is `also` to be said is said as it is.
    """
    data = {
        **facts_of_pair(mentorship),
        **{name: value for name, value in facts.items() if value is not None},
        **also,
    }
    transaction.publish(type_name, key=mentorship.id, version=mentorship.version, data=data)


def facts_of_pair(mentorship: Mentorship) -> dict[str, Any]:
    """Whose it is: what every message about a mentorship says."""
    return {
        "mentorship_id": mentorship.id,
        "program_id": mentorship.program_id,
        "mentor_id": mentorship.mentor_id,
        "mentee_id": mentorship.mentee_id,
    }


def announce_state(transaction: Transaction, type_name: str, mentorship: Mentorship, **more: Any) -> None:
    """`mentorship.*`: where it stands."""
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "group_id": mentorship.group_id,
            "state": mentorship.state.value,
            "origin": mentorship.origin.value,
            "request_id": mentorship.request_id,
            "match_run_id": mentorship.match_run_id,
            "agreement_version": None if mentorship.agreement is None else mentorship.agreement.version,
            "started_at": rfc3339(mentorship.started_at),
            "ends_on": mentorship.ends_on,
        },
        **more,
    )


def announce_agreement(transaction: Transaction, type_name: str, mentorship: Mentorship) -> None:
    """`agreement.*`: how far its newest version is; the words of the pair stay here."""
    agreement = mentorship.agreement
    if agreement is None:
        raise LookupError(f"{mentorship.id} has no agreement to tell of")
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "version": agreement.version,
            "proposed_by_id": agreement.proposed_by,
            "signed_by": list(agreement.signed_by),
            "complete": set(agreement.signed_by) == set(mentorship.parties),
            "format": agreement.terms.format.value,
            "frequency": agreement.terms.frequency.value,
            "duration_weeks": agreement.terms.duration_weeks,
            "goal_count": len(agreement.terms.goals),
        },
    )


def announce_session(
    transaction: Transaction, type_name: str, mentorship: Mentorship, session: Session, **more: Any
) -> None:
    """`session.*`: when they meet; where, and what they noted, stays here."""
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "id": session.id,
            "state": session.state.value,
            "starts_at": rfc3339(session.starts_at),
            "duration_minutes": session.duration_minutes,
            "sequence": session.sequence,
            "format": None if session.format is None else session.format.value,
            "proposed_by_id": session.proposed_by,
            "action_count": len(session.actions),
            "attendance": None if session.attendance is None else session.attendance.value,
        },
        **more,
    )


def announce_attendance_asked(
    transaction: Transaction, mentorship: Mentorship, session: Session, member_id: str, no_show_minutes: int
) -> None:
    """`feedback.requested`: one of the two is asked whether a session took place, or again, as the other said so."""
    answered = session.attendance is not None
    settles_at = session.settles_at if session.attendance is Attendance.AWAITED else None
    announce(
        transaction,
        "feedback.requested.v1",
        mentorship,
        {
            "id": derived_id(session.id, "attendance", str(session.version), member_id),
            "member_id": member_id,
            "kind": "attendance",
            "session_id": session.id,
            "starts_at": rfc3339(session.starts_at),
            "no_show_minutes": no_show_minutes,
            "answered": answered or None,
            "disputed": session.attendance is Attendance.DISPUTED or None,
            "due_at": None if settles_at is None else rfc3339(settles_at),
        },
    )


def announce_introduction(
    transaction: Transaction, type_name: str, mentorship: Mentorship, introduction: Introduction
) -> None:
    """`introduction.*`: who is introduced to whom; to be told to the third, and to the pair when that one agreed.

    Of one that is muted nobody is told.
    """
    if introduction.muted:
        return
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "id": introduction.id,
            "introduced_to_id": introduction.introduced_to,
            "offered_by_id": introduction.offered_by,
        },
    )


def announce_milestone(
    transaction: Transaction, type_name: str, mentorship: Mentorship, milestone: Milestone, skill_id: str | None
) -> None:
    """`milestone.*`: how far it is; `skill_id` is the concept behind its skill, if any."""
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "id": milestone.id,
            "state": milestone.state.value,
            "due_on": milestone.due_on,
            "skill_id": skill_id,
            "level": milestone.level,
            "completed_at": None if milestone.completed_at is None else rfc3339(milestone.completed_at),
        },
    )


def announce_appreciation(
    transaction: Transaction, type_name: str, mentorship: Mentorship, thanks: Appreciation, *, by: str | None = None
) -> None:
    """`appreciation.*`: who thanks whom, and whether it is shown; `by` changed that.

    Sent, `public` is what its author would have; published, whether both agree.
    """
    announce(
        transaction,
        type_name,
        mentorship,
        {
            "id": thanks.id,
            "from_id": thanks.from_id,
            "to_id": thanks.to_id,
            "kind": thanks.kind.value,
            "public": thanks.public if type_name == "appreciation.sent.v1" else thanks.is_shown,
            "by_id": by,
        },
    )
