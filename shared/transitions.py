"""State machines as one table each: verb -> state it leaves -> state it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.errors import Conflict

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(Conflict):
    """The verb does not apply to something in this state."""

    def __init__(self, kind: str, state: str, verb: str, because: str | None = None) -> None:
        said = f"A {kind} that is {state} does not allow: {verb}."
        super().__init__(said if because is None else f"{said} {because}")
        self.kind = kind
        self.state = state
        self.verb = verb


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """The states of one kind of thing and the verbs between them."""

    kind: str
    table: Mapping[str, Mapping[S, S]]

    def after(self, state: S, verb: str) -> S:
        """The state the verb leads to. Raises IllegalTransition where the table has none."""
        reached = self.table[verb].get(state)
        if reached is None:
            raise IllegalTransition(self.kind, state, verb)
        return reached

    def allows(self, state: S, verb: str) -> bool:
        """Whether the verb applies, for lists of what one may do."""
        return state in self.table[verb]
