"""A member's place in a program, one per role."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import Conflict
from shared.transitions import Machine


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
MERGED = "merged"
SILENT = "silent"
"""Paused after requests that expired one after the other."""

_STANDING = (_APPROVED, _PAUSED, _APPLIED, _REJECTED, _WITHDRAWN)
"""The better before the worse."""

_COUNTING = frozenset({_APPROVED, _PAUSED, _APPLIED})


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
class Raised:
    """How an enrollment was before it took over from another one of the same person, and how that left it."""

    by: str
    """The enrollment that gave way."""
    state: EnrollmentState
    reason: str | None
    capacity: int
    raised_to: EnrollmentState
    raised_capacity: int


@dataclass(frozen=True, slots=True)
class Enrollment:
    """`capacity` is how many partners at once; a mentor's is kept as an invariant in their MentorLoad.

    `event_id` and `registration_id` name what brought it about in an event program; `reason` is the code that explains
    the state. `approved_at` is when a mentee first was; `due_at` when a worker must look whether they have asked
    anybody, None where nothing is due.
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
    approved_at: datetime | None = None
    due_at: datetime | None = None
    enrolled_as: str | None = None
    """The member who was enrolled, where they were merged into the one whose it is now."""
    set_aside: EnrollmentState | None = None
    """How it stood when it gave way to another one of the same person: it stands so again when they are two."""
    raised: Raised | None = None

    @property
    def maker(self) -> str:
        """Who was enrolled, by the id they had."""
        return self.enrolled_as or self.member_id

    @property
    def may_return_with_a_ticket(self) -> bool:
        """Whether only the loss of the ticket ended it; whoever left or was refused stays out."""
        return self.state is EnrollmentState.WITHDRAWN and self.reason == REGISTRATION_CANCELLED

    @property
    def begins_to_ask(self) -> bool:
        """Whether it is a mentee's who has just been approved for the first time."""
        return self.role is Role.MENTEE and self.state is _APPROVED and self.approved_at is None

    def first_approved(self, days: Sequence[int], now: datetime) -> "Enrollment":
        """Approved for the first time; due at the first of the reminders, which come so many days after."""
        return replace(self, approved_at=now, due_at=_next_day(now, days, now))

    def reminded(self, days: Sequence[int], now: datetime) -> "Enrollment":
        """Looked at; due again on the next of these days. Those that went by unseen are one."""
        since = self.approved_at
        return replace(self, due_at=None if since is None else _next_day(since, days, now))

    def given_way(self, now: datetime) -> "Enrollment":
        """Aside: the person takes part by another enrollment."""
        return replace(self, set_aside=self.state, state=EnrollmentState.WITHDRAWN, reason=MERGED, updated_at=now)

    def there_again(self, member_id: str, now: datetime) -> "Enrollment":
        """As it stood when it gave way, of who the member is now."""
        state = self.set_aside or self.state
        reason = None if self.set_aside else self.reason
        return replace(self.of(member_id, now), state=state, reason=reason, set_aside=None)

    def of(self, member_id: str, now: datetime) -> "Enrollment":
        """The enrollment of who the member is now."""
        maker = self.maker
        enrolled_as = None if maker == member_id else maker
        return replace(self, member_id=member_id, enrolled_as=enrolled_as, updated_at=now)

    def taking_over(self, other: "Enrollment", now: datetime) -> "Enrollment":
        """With what the other, which gives way, was more: in state, and in capacity where both count."""
        better = _STANDING.index(other.state) < _STANDING.index(self.state)
        state = other.state if better else self.state
        both = other.state in _COUNTING and self.state in _COUNTING
        capacity = max(self.capacity, other.capacity) if both else (other if better else self).capacity
        if (state, capacity) == (self.state, self.capacity):
            return self
        raised = Raised(other.id, self.state, self.reason, self.capacity, state, capacity)
        reason = MERGED if better else self.reason
        return replace(self, state=state, capacity=capacity, reason=reason, raised=raised, updated_at=now)

    def without(self, other: "Enrollment", now: datetime) -> "Enrollment":
        """Without what it took over from the other, as far as that was not changed since."""
        raised = self.raised
        if raised is None or raised.by != other.id:
            return self
        stands = self.state is raised.raised_to
        return replace(
            self,
            state=raised.state if stands else self.state,
            reason=raised.reason if stands else self.reason,
            capacity=raised.capacity if self.capacity == raised.raised_capacity else self.capacity,
            raised=None,
            updated_at=now,
        )

    def moved(self, verb: str, now: datetime, reason: str | None = None) -> "Enrollment":
        """After approve, reject, pause, resume, withdraw or apply. Raises IllegalTransition."""
        return replace(self, state=ENROLLMENT.after(self.state, verb), reason=reason, updated_at=now)


def _next_day(since: datetime, days: Sequence[int], now: datetime) -> datetime | None:
    return next((at for each in days if (at := since + timedelta(days=each)) > now), None)
