"""One thing in the plan of a pair, on its day: open, done or skipped."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.template import ItemKind, Owner, Planned
from shared.errors import Conflict, Forbidden
from shared.transitions import Machine


class PlanItemState(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


PLAN_ITEM = Machine(
    "plan item",
    {
        "do": {PlanItemState.OPEN: PlanItemState.DONE},
        "skip": {PlanItemState.OPEN: PlanItemState.SKIPPED},
        "reopen": {PlanItemState.DONE: PlanItemState.OPEN, PlanItemState.SKIPPED: PlanItemState.OPEN},
    },
)

VERBS = {PlanItemState.DONE: "do", PlanItemState.SKIPPED: "skip", PlanItemState.OPEN: "reopen"}
"""The verb that leads to each state."""


class FollowsItsMilestone(Conflict):
    """A milestone is completed or dropped as a milestone, with its evidence."""

    def __init__(self, milestone_id: str | None) -> None:
        which = "once the mentorship is active" if milestone_id is None else milestone_id
        super().__init__(f"This item is a milestone: complete or drop the milestone itself, {which}.")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """`due_on` is an ISO 8601 date: a day has no zone. `due_at`: when its owner is to be told, None where they were.

    `item_id` is the template's, `task_id` what its owner was told by, `milestone_id` what the pair reaches by it.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    item_id: str
    kind: ItemKind
    owner: Owner
    title: str
    due_on: str
    details: str = ""
    state: PlanItemState = PlanItemState.OPEN
    due_at: datetime | None = None
    task_id: str | None = None
    milestone_id: str | None = None
    settled_at: datetime | None = None

    @property
    def place(self) -> tuple[str, ItemKind, Owner]:
        """Which item of the template it is, and whose: there is one of each in a plan."""
        return (self.item_id, self.kind, self.owner)

    def require_owner(self, side: Role) -> None:
        """Raises Forbidden for the partner of whoever is to do it."""
        if self.owner is not Owner.BOTH and self.owner.value != side.value:
            raise Forbidden(f"This is for the {self.owner} to do.")

    def moved_to(self, state: PlanItemState, now: datetime) -> "PlanItem":
        """Done, skipped, or open again. Raises IllegalTransition."""
        reached = PLAN_ITEM.after(self.state, VERBS[state])
        is_open = reached is PlanItemState.OPEN
        return replace(self, state=reached, settled_at=None if is_open else now, updated_at=now)._due(resting=False)

    def told_by(self, task_id: str, now: datetime) -> "PlanItem":
        """Its owner knows, and is not told again."""
        return replace(self, task_id=task_id, due_at=None, updated_at=now)

    def resting(self, now: datetime) -> "PlanItem":
        """Not to be told while the mentorship rests, nor when it is over."""
        return replace(self, due_at=None, updated_at=now)

    def later(self, days: int, now: datetime) -> "PlanItem":
        """So many days later, and to be told then unless it was."""
        day = (date.fromisoformat(self.due_on) + timedelta(days=days)).isoformat()
        return replace(self, due_on=day, updated_at=now)._due(resting=False)

    def put_off(self, day: str, now: datetime) -> "PlanItem":
        """On the day that the pair gave its milestone."""
        return replace(self, due_on=day, updated_at=now)._due(resting=False)

    def reached_by(self, milestone_id: str, now: datetime) -> "PlanItem":
        """With the milestone that it became."""
        return replace(self, milestone_id=milestone_id, updated_at=now)

    def as_planned(self, planned: Planned, now: datetime, *, resting: bool) -> "PlanItem":
        """As the template has it now."""
        return replace(
            self,
            title=planned.item.title,
            details=planned.item.details,
            due_on=planned.due_on.isoformat(),
            updated_at=now,
        )._due(resting=resting)

    def _due(self, *, resting: bool) -> "PlanItem":
        """Due on the morning of its day (UTC), as long as there is anything to tell."""
        to_tell = self.state is PlanItemState.OPEN and self.task_id is None and not resting
        morning = datetime.combine(date.fromisoformat(self.due_on), time(), UTC)
        return replace(self, due_at=morning if to_tell else None)


def plan_item(
    identifier: str, tenant: str, mentorship_id: str, planned: Planned, now: datetime, *, resting: bool = False
) -> PlanItem:
    """A new one, open; `resting`: the mentorship does, and nothing is due."""
    return PlanItem(
        id=identifier,
        tenant=tenant,
        version=1,
        updated_at=now,
        mentorship_id=mentorship_id,
        item_id=planned.item.id,
        kind=planned.item.kind,
        owner=planned.owner,
        title="",
        due_on=planned.due_on.isoformat(),
    ).as_planned(planned, now, resting=resting)
