"""A step toward a goal of a pair."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.transitions import IllegalTransition, Machine


class MilestoneState(StrEnum):
    """Where a milestone stands."""

    OPEN = "open"
    COMPLETED = "completed"
    DROPPED = "dropped"


MILESTONE = Machine(
    "milestone",
    {
        "revise": {MilestoneState.OPEN: MilestoneState.OPEN},
        "complete": {MilestoneState.OPEN: MilestoneState.COMPLETED},
        "drop": {MilestoneState.OPEN: MilestoneState.DROPPED},
    },
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """`due_on` is an ISO 8601 date: a day has no zone.

    `skill` is what completing it shows progress in, `level` (1-5) the level the mentee then gives themselves.
    `title_by` and `evidence_by` wrote these as they are now; None where nobody kept who.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    title: str
    due_on: str | None = None
    skill: str | None = None
    level: int | None = None
    evidence: str | None = None
    state: MilestoneState = MilestoneState.OPEN
    completed_at: datetime | None = None
    title_by: str | None = None
    evidence_by: str | None = None
    plan_item_id: str | None = None
    """The item of the plan that it came from: its title is the template's until one of the two changes it."""

    def revised(self, by: str, now: datetime, *, title: str, due_on: str | None, skill: str | None) -> "Milestone":
        """With other words or another day, while open. Raises IllegalTransition."""
        state = MILESTONE.after(self.state, "revise")
        words_by = self.title_by if (title, skill) == (self.title, self.skill) else by
        return replace(self, state=state, title=title, due_on=due_on, skill=skill, title_by=words_by, updated_at=now)

    def completed(self, by: str, evidence: str | None, now: datetime, level: int | None = None) -> "Milestone":
        """Reached, with evidence if there is any. Raises IllegalTransition."""
        state = MILESTONE.after(self.state, "complete")
        return replace(
            self, state=state, evidence=evidence, evidence_by=by, level=level, completed_at=now, updated_at=now
        )

    def moved_to(self, state: MilestoneState, now: datetime) -> "Milestone":
        """Dropped; every other state is reached in its own way. Raises IllegalTransition."""
        if state is not MilestoneState.DROPPED:
            raise IllegalTransition("milestone", self.state, f"become {state}")
        return self.dropped(now)

    def due(self, day: str, now: datetime) -> "Milestone":
        """On another day, as the plan has moved. Raises IllegalTransition."""
        return replace(self, state=MILESTONE.after(self.state, "revise"), due_on=day, updated_at=now)

    def dropped(self, now: datetime) -> "Milestone":
        """Given up. Raises IllegalTransition."""
        return replace(self, state=MILESTONE.after(self.state, "drop"), updated_at=now)
