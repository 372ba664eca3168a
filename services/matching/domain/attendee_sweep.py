"""Looking through an event's attendees for those who opted in before the event's program opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.matching.domain.program import Program
from shared.ids import new_id

LONGEST_TRANSACTION = timedelta(seconds=60)
"""What MongoDB lets a transaction last (`transactionLifetimeLimitSeconds`)."""


@dataclass(frozen=True, slots=True)
class AttendeeSweep:
    """One look, due at its time; it is removed when it has been taken."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    due_at: datetime


def sweeps_after_opening(program: Program, now: datetime) -> tuple[AttendeeSweep, ...]:
    """One look at once, and one more.

    A registration that was being handled while the program opened saw it closed, and the first look may not see the
    registration. The second comes when no such transaction can be under way.
    """
    return tuple(
        AttendeeSweep(new_id(), program.tenant, 1, now, program.id, due_at)
        for due_at in (now, now + LONGEST_TRANSACTION * 1.5)
    )
