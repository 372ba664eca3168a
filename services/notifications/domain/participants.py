"""Who has to hear what is said to a whole program."""

from dataclasses import dataclass
from datetime import datetime

SWEEPS = 2
TAKES_PART = frozenset({"approved", "paused"})


@dataclass(frozen=True, slots=True)
class Participant:
    """An enrollment as it was last heard of."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    member_id: str
    live: bool


@dataclass(frozen=True, slots=True)
class ProgramNews:
    """Something shared with everybody in a program, on its way to them, a page at a time; its id is that of the thing.

    `after` is the last member who was told. Enrollments travel apart from it: one may be in hand, unseen, while the
    last page is told. So there is a second sweep a while after the first.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    type: str
    program_id: str
    actor_id: str
    message_id: str
    kind: str | None
    due_at: datetime | None
    after: str | None = None
    sweeps_left: int = SWEEPS
    correlation_id: str | None = None
    traceparent: str | None = None
