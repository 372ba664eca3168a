"""What a pair works toward: stated, measured, followed, and achieved or dropped."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.agreement import MOST_GOALS
from services.matching.domain.enrollment import Role
from shared.errors import Conflict
from shared.transitions import Machine

MOST_ENTRIES = 200


class GoalState(StrEnum):
    """Where a goal stands."""

    OPEN = "open"
    ACHIEVED = "achieved"
    DROPPED = "dropped"


GOAL = Machine(
    "goal",
    {
        "revise": {GoalState.OPEN: GoalState.OPEN},
        "progress": {GoalState.OPEN: GoalState.OPEN},
        "achieve": {GoalState.OPEN: GoalState.ACHIEVED},
        "drop": {GoalState.OPEN: GoalState.DROPPED},
    },
)

VERBS = {GoalState.OPEN: "revise", GoalState.ACHIEVED: "achieve", GoalState.DROPPED: "drop"}
"""The verb that leads to each state."""


class EnoughGoals(Conflict):
    """Who works toward everything reaches nothing."""

    def __init__(self) -> None:
        super().__init__(f"A pair works toward {MOST_GOALS} goals at a time: achieve or drop one of them first.")


class EnoughProgress(Conflict):
    """A goal is followed, not logged by a machine."""

    def __init__(self) -> None:
        super().__init__(f"A goal has at most {MOST_ENTRIES} entries of progress.")


@dataclass(frozen=True, slots=True)
class Progress:
    """One entry: which of the two noted what, and when."""

    at: datetime
    by: Role
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    """`target_date` is an ISO 8601 date: a day has no zone. `words_by` wrote statement and measure.

    `agreed_in`: the version of the agreement that named it, where one did.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    program_id: str
    statement: str
    words_by: Role
    measure: str | None = None
    target_date: str | None = None
    progress: tuple[Progress, ...] = ()
    state: GoalState = GoalState.OPEN
    agreed_in: int | None = None
    closed_at: datetime | None = None

    def revised(
        self, by: Role, now: datetime, *, statement: str, measure: str | None, target_date: str | None
    ) -> "Goal":
        """In other words, or by another day, while open. Raises IllegalTransition."""
        state = GOAL.after(self.state, "revise")
        words_by = self.words_by if (statement, measure) == (self.statement, self.measure) else by
        return replace(
            self,
            state=state,
            statement=statement,
            measure=measure,
            target_date=target_date,
            words_by=words_by,
            updated_at=now,
        )

    def progressed(self, by: Role, text: str, now: datetime) -> "Goal":
        """With one more entry, while open. Raises IllegalTransition, EnoughProgress."""
        state = GOAL.after(self.state, "progress")
        if len(self.progress) >= MOST_ENTRIES:
            raise EnoughProgress
        return replace(self, state=state, progress=(*self.progress, Progress(now, by, text)), updated_at=now)

    def closed(self, state: GoalState, now: datetime) -> "Goal":
        """Achieved or dropped. Raises IllegalTransition."""
        return replace(self, state=GOAL.after(self.state, VERBS[state]), closed_at=now, updated_at=now)
