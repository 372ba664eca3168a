"""Looking again at what goes by a program, after it has changed: in steps, since it may be of 100,000 people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.matching.domain.attendee_sweep import LONGEST_TRANSACTION
from services.matching.domain.program import Program
from shared.ids import new_id


class Swept(StrEnum):
    """What is looked at again."""

    HEALTH = "health"
    """Of live mentorships: the numbers that it goes by have changed."""
    REQUESTS = "requests"
    """That wait for an answer: the program is over."""


@dataclass(frozen=True, slots=True)
class ProgramSweep:
    """One look, due at its time; it is removed when it has been taken."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    what: Swept
    due_at: datetime


def sweeps_of(program: Program, what: Swept, now: datetime) -> Sequence[ProgramSweep]:
    """One look at once, and one when no transaction can be under way that still saw the program as it was."""
    return tuple(
        ProgramSweep(new_id(), program.tenant, 1, now, program.id, what, due_at)
        for due_at in (now, now + LONGEST_TRANSACTION * 1.5)
    )
