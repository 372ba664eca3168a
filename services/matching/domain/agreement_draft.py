"""Terms to begin with instead of a blank page: from what the two want, within what the program allows."""

from collections.abc import Collection, Sequence

from services.matching.domain.agreement import (
    LONGEST_GOAL,
    MOST_GOALS,
    NO_FAULT_EXIT,
    Frequency,
    MeetingFormat,
    Terms,
)
from services.matching.domain.member import Member
from services.matching.domain.visibility import shown_to_partner

BOUNDARIES = (
    "We keep to the times we agree on, and say so early when one of us cannot make it. "
    "Either of us may say that a topic is not for this mentorship."
)
CONFIDENTIALITY = "What we tell each other stays between us, unless we agree otherwise about it."
FEEDBACK = "Each session ends with what helped and what to do differently: about the work, specific, and both ways."

_RAREST_FIRST = (Frequency.MONTHLY, Frequency.BIWEEKLY, Frequency.WEEKLY)


def draft(
    reader_id: str,
    mentor: Member | None,
    mentee: Member | None,
    asked_for: Sequence[str],
    *,
    usual_weeks: int,
    duration_weeks: tuple[int, int],
) -> Terms:
    """What the one who reads could propose; goals that the other one shows to nobody are in none.

    First come the goals that the mentee asked for help with, then those of the mentee's profile, then the mentor's. As
    often as the one of them can who can less, as the one wants whom it is not the same to.
    """
    known = [each for each in (mentee, mentor) if each is not None]
    goals = [*asked_for]
    for each in known:
        if each.id == reader_id or shown_to_partner(each, "goals"):
            goals.extend(each.goals)
    shortest, longest = duration_weeks
    return Terms(
        goals=tuple(dict.fromkeys(goal[:LONGEST_GOAL] for goal in goals if goal.strip()))[:MOST_GOALS],
        format=_format([each.format for each in known]),
        frequency=_frequency({each.frequency for each in known}),
        duration_weeks=min(max(usual_weeks, shortest), longest),
        boundaries=BOUNDARIES,
        confidentiality=CONFIDENTIALITY,
        feedback=FEEDBACK,
        no_fault_exit=NO_FAULT_EXIT,
    )


def _frequency(wanted: Collection[str | None]) -> Frequency:
    return next((each for each in _RAREST_FIRST if each.value in wanted), Frequency.BIWEEKLY)


def _format(wanted: Sequence[str | None]) -> MeetingFormat:
    """By video where one cannot come and the other would: it is open to both."""
    said = {MeetingFormat(each) for each in wanted if each is not None} - {MeetingFormat.EITHER}
    if len(said) == 1:
        return said.pop()
    return MeetingFormat.VIDEO if said else MeetingFormat.EITHER
