"""A member's place in a program, one per role."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.transitions import Machine


class EnrollmentState(StrEnum):
    """Only the approved are matched and asked."""

    APPLIED = "applied"
    APPROVED = "approved"
    PAUSED = "paused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_APPLIED, _APPROVED = EnrollmentState.APPLIED, EnrollmentState.APPROVED
_PAUSED, _REJECTED, _WITHDRAWN = EnrollmentState.PAUSED, EnrollmentState.REJECTED, EnrollmentState.WITHDRAWN

ENROLLMENT = Machine(
    "enrollment",
    {
        "approve": {_APPLIED: _APPROVED},
        "reject": {_APPLIED: _REJECTED},
        "pause": {_APPROVED: _PAUSED},
        "resume": {_PAUSED: _APPROVED},
        "withdraw": dict.fromkeys((_APPLIED, _APPROVED, _PAUSED), _WITHDRAWN),
        # A cancelled ticket withdraws an attendee, and cancelling is reversible: the same enrollment comes back.
        "apply": {_WITHDRAWN: _APPLIED},
    },
)


class Role(StrEnum):
    """A person may hold both, in two enrollments."""

    MENTOR = "mentor"
    MENTEE = "mentee"


@dataclass(frozen=True, slots=True)
class Enrollment:
    """`capacity` is how many partners at once; a mentor's is kept as an invariant in their MentorLoad."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    member_id: str
    role: Role
    capacity: int = 1
    state: EnrollmentState = EnrollmentState.APPLIED

    def moved(self, verb: str, now: datetime) -> "Enrollment":
        """After approve, reject, pause, resume, withdraw or apply. Raises IllegalTransition."""
        return replace(self, state=ENROLLMENT.after(self.state, verb), updated_at=now)
