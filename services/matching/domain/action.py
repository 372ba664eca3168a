"""What one of a pair, or both, agreed to do: kept in the session where they did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.transitions import Machine


class ActionState(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


_OPEN, _DONE, _DROPPED = ActionState.OPEN, ActionState.DONE, ActionState.DROPPED

ACTION = Machine(
    "action",
    {
        "finish": {_OPEN: _DONE},
        "drop": {_OPEN: _DROPPED},
        "reopen": {_DONE: _OPEN, _DROPPED: _OPEN},
    },
)

_VERBS = {_DONE: "finish", _DROPPED: "drop", _OPEN: "reopen"}


@dataclass(frozen=True, slots=True)
class Action:
    """`owner_id` is to do it, or both where there is none; `by` wrote it, None where nobody kept who."""

    id: str
    text: str
    by: str | None = None
    owner_id: str | None = None
    state: ActionState = ActionState.OPEN

    def moved_to(self, state: ActionState) -> "Action":
        """In this state; itself where it is there already. Raises IllegalTransition."""
        return self if state is self.state else replace(self, state=ACTION.after(self.state, _VERBS[state]))

    def named_anew(self, names: Mapping[str, str]) -> "Action":
        """By the ids that its people have now."""
        return replace(
            self,
            by=None if self.by is None else names.get(self.by, self.by),
            owner_id=None if self.owner_id is None else names.get(self.owner_id, self.owner_id),
        )
