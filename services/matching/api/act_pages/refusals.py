"""Why an act is not possible, as the block of `refusals.jinja` that says it."""

from collections.abc import Mapping

from services.matching.commands.eligibility import NotTakingPart, PartySuspended
from services.matching.domain.mentor_load import MentorFull, MentorPaused
from services.matching.domain.mentorship import AlreadyPaired, MenteeMatched
from services.matching.domain.session import AlreadyMeeting
from shared.web.act_pages import Asked

_NAMED: Mapping[type[Exception], str] = {
    MentorFull: "full",
    MentorPaused: "paused",
    MenteeMatched: "matched",
    AlreadyPaired: "paired",
    PartySuspended: "suspended",
    AlreadyMeeting: "meeting",
}


def refusal(error: Exception, asked: Asked) -> str | None:
    """None where no block says more than that it is not possible.

    Of two who are kept apart it reads as of somebody who takes no part.
    """
    if isinstance(error, NotTakingPart):
        return "takes_no_part" if error.member_id == asked.member_id else "other_takes_no_part"
    return next((block for kind, block in _NAMED.items() if isinstance(error, kind)), None)
