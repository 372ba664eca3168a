"""How far somebody is with a goal or a skill, from 1 to 5: before, during and at the end.

The mentee rates themselves; what the mentor thinks stands beside it. The mentee's number before and at the end, of the
same thing, is the outcome.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import MentorshipState
from shared.errors import Conflict


class Moment(StrEnum):
    """When in the mentorship: once before and once at the end, as often as they like in between."""

    BEFORE = "before"
    DURING = "during"
    END = "end"


ALLOWED = {
    Moment.BEFORE: (MentorshipState.AGREEMENT_PENDING, MentorshipState.ACTIVE),
    Moment.DURING: (MentorshipState.ACTIVE, MentorshipState.COMPLETING),
    Moment.END: (MentorshipState.COMPLETING, MentorshipState.COMPLETED),
}
"""In which states each is given; the closing one also after the mentorship is completed."""


class RatedAlready(Conflict):
    """What is compared with the end is not changed by what is known at the end."""

    def __init__(self, moment: Moment) -> None:
        super().__init__(f"This was rated {_WHEN[moment]} already, and that is given once.")


class NotRatedNow(Conflict):
    """The mentorship has not come so far, or farther."""

    def __init__(self, moment: Moment, state: MentorshipState) -> None:
        super().__init__(f"A mentorship that is {state} is not rated {_WHEN[moment]}.")


_WHEN = {Moment.BEFORE: "before", Moment.DURING: "during", Moment.END: "at the end"}


@dataclass(frozen=True, slots=True)
class Rating:
    """One number, said by one of the two. `about` is the goal's id, or the skill in one writing: what is compared by.

    `skill` is as it was written; a skill has no goal, a goal no skill.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    program_id: str
    about: str
    moment: Moment
    level: int
    by: Role
    rated_at: datetime
    goal_id: str | None = None
    skill: str | None = None


def require_moment(moment: Moment, state: MentorshipState) -> None:
    """Raises NotRatedNow."""
    if state not in ALLOWED[moment]:
        raise NotRatedNow(moment, state)


FEWEST = 5
"""Of fewer mentorships nothing is said: a mean of a few tells of each."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of how many mentorships the mentee rated the same things before and at the end, and the two means.

    The means are None where they would be of too few.
    """

    mentorships: int
    before: float | None
    after: float | None


def outcome_of(mentorships: int, before: float, after: float) -> Outcome:
    """With the means, or without them."""
    enough = mentorships >= FEWEST
    return Outcome(mentorships, before if enough else None, after if enough else None)
