"""The arithmetic of a mentor's capacity in a program: at no time more seats taken than there are.

The store says the same in one conditional update (`active + reserved < capacity`), since two transactions may compute
this at once; these rules are what that update must mean.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Conflict


class MentorFull(Conflict):
    """Every seat of the mentor is taken or reserved."""

    def __init__(self, member_id: str, capacity: int) -> None:
        super().__init__(f"The mentor {member_id} has no free seat: all {capacity} are taken or reserved.")
        self.member_id = member_id


class MentorPaused(Conflict):
    """The mentor takes a break or has left the program: what lives goes on, nothing new starts."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"The mentor {member_id} takes nobody new at the moment.")
        self.member_id = member_id


class NothingToRelease(Conflict):
    """A seat was given back that nobody holds: each is released exactly once."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"The mentor {member_id} has no such seat to give back.")
        self.member_id = member_id


@dataclass(frozen=True, slots=True)
class MentorLoad:
    """Seats of one mentor in one program: `active` hold a live mentorship, `reserved` a staged pair.

    `paused` while the enrollment is anything but approved. `answer_hours` are the hours to the mentor's last first
    answers, the newest last; `expired_in_a_row` how many requests expired since the mentor last answered one.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    member_id: str
    enrollment_id: str
    capacity: int
    reserved: int = 0
    active: int = 0
    paused: bool = False
    answer_hours: tuple[int, ...] = ()
    expired_in_a_row: int = 0

    @property
    def free(self) -> int:
        """Seats that can still be taken; none, never fewer, where capacity was lowered below the load."""
        return max(0, self.capacity - self.active - self.reserved)

    @property
    def available(self) -> bool:
        """Whether the mentor can take another now."""
        return self.free > 0 and not self.paused

    def taken(self, now: datetime) -> "MentorLoad":
        """With one more live mentorship. Raises MentorFull, MentorPaused."""
        self.require_available()
        return replace(self, active=self.active + 1, updated_at=now)

    def released(self, now: datetime) -> "MentorLoad":
        """With one live mentorship fewer. Raises NothingToRelease."""
        if self.active == 0:
            raise NothingToRelease(self.member_id)
        return replace(self, active=self.active - 1, updated_at=now)

    def with_reservation(self, now: datetime) -> "MentorLoad":
        """With one seat held for a staged pair. Raises MentorFull, MentorPaused."""
        self.require_available()
        return replace(self, reserved=self.reserved + 1, updated_at=now)

    def without_reservation(self, now: datetime) -> "MentorLoad":
        """With one held seat given back. Raises NothingToRelease."""
        if self.reserved == 0:
            raise NothingToRelease(self.member_id)
        return replace(self, reserved=self.reserved - 1, updated_at=now)

    def with_capacity(self, capacity: int, now: datetime) -> "MentorLoad":
        """With more seats or fewer: below the load it blocks new ones and ends nothing."""
        return replace(self, capacity=capacity, updated_at=now)

    def require_available(self) -> None:
        """Raises MentorPaused, MentorFull."""
        if self.paused:
            raise MentorPaused(self.member_id)
        if self.free == 0:
            raise MentorFull(self.member_id, self.capacity)
