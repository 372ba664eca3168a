"""A member's place in a program, one per role."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.transitions import Machine
from shared.errors import Conflict


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


OPTED_IN = "opted_in"
REGISTRATION_CANCELLED = "registration_cancelled"
BY_MEMBER = "member"
BY_COORDINATOR = "coordinator"


class Role(StrEnum):
    """A person may hold both, in two enrollments."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class AlreadyEnrolled(Conflict):
    """One enrollment per member and role."""

    def __init__(self, member_id: str, role: Role) -> None:
        super().__init__(f"The member {member_id} is enrolled as {role} already: change that enrollment.")
        self.member_id = member_id


class MembershipLapsed(Conflict):
    """Whose membership is over, or suspended, starts nothing new."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"The membership of {member_id} does not allow enrolling at the moment.")
        self.member_id = member_id


@dataclass(frozen=True, slots=True)
class Enrollment:
    """`capacity` is how many partners at once; a mentor's is kept as an invariant in their MentorLoad.

    `event_id` and `registration_id` name what brought it about in an event program; `reason` is the code that explains
    the state.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    member_id: str
    role: Role
    capacity: int = 1
    state: EnrollmentState = EnrollmentState.APPLIED
    event_id: str | None = None
    registration_id: str | None = None
    reason: str | None = None

    @property
    def may_return_with_a_ticket(self) -> bool:
        """Whether only the loss of the ticket ended it; whoever left or was refused stays out."""
        return self.state is EnrollmentState.WITHDRAWN and self.reason == REGISTRATION_CANCELLED

    def moved(self, verb: str, now: datetime, reason: str | None = None) -> "Enrollment":
        """After approve, reject, pause, resume, withdraw or apply. Raises IllegalTransition."""
        return replace(self, state=ENROLLMENT.after(self.state, verb), reason=reason, updated_at=now)
