"""Something for somebody to do: for the staff of a program, or for named members."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.transitions import Machine


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


TASK = Machine(
    "task",
    {
        "do": {TaskState.OPEN: TaskState.DONE},
        "dismiss": {TaskState.OPEN: TaskState.DISMISSED},
        "reopen": {TaskState.DONE: TaskState.OPEN, TaskState.DISMISSED: TaskState.OPEN},
    },
)

PLAN_ITEM = "plan_item"
"""The kind of a task by which somebody is told of what their plan has for the day."""

VERBS = {TaskState.DONE: "do", TaskState.DISMISSED: "dismiss", TaskState.OPEN: "reopen"}
"""The verb that leads to each state."""


@dataclass(frozen=True, slots=True)
class Task:
    """`kind` and `reason` are codes; `due_on` is an ISO 8601 date: a day has no zone.

    `staff`: whether it is for whoever coordinates the program, of whom `assignee_ids` are told; otherwise it is for the
    assignees alone. `mentor_id` and `mentee_id` are whom it is about.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    kind: str
    program_id: str
    staff: bool
    assignee_ids: tuple[str, ...] = ()
    mentorship_id: str | None = None
    mentor_id: str | None = None
    mentee_id: str | None = None
    due_on: str | None = None
    reason: str | None = None
    state: TaskState = TaskState.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None

    def moved_to(self, state: TaskState, by: str | None, now: datetime) -> "Task":
        """Done, dismissed, or open again, by this member or by a system. Raises IllegalTransition."""
        reached = TASK.after(self.state, VERBS[state])
        settled = reached is not TaskState.OPEN
        return replace(
            self, state=reached, settled_by=by if settled else None, settled_at=now if settled else None, updated_at=now
        )
