"""Something worth sharing: a resource, an opportunity, an announcement; for one's partner or for a whole program."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.errors import NotFound


class Family(StrEnum):
    """What kind of thing is shared."""

    RESOURCE = "resource"
    OPPORTUNITY = "opportunity"
    ANNOUNCEMENT = "announcement"


KINDS: Mapping[Family, tuple[str, ...]] = {
    Family.RESOURCE: ("link", "document", "book", "other"),
    Family.OPPORTUNITY: ("job", "project", "collaboration", "other"),
    Family.ANNOUNCEMENT: ("announcement",),
}
"""What it may be, the usual first."""


@dataclass(frozen=True, slots=True)
class SharedItem:
    """For the pair where there is a `mentorship_id`, else for everybody who takes part in the program.

    `until` is an ISO 8601 date, the last on which it is shown. `shared_by_as` is the member who shared it first, where
    they were merged into the one who is now.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    family: Family
    kind: str
    program_id: str
    title: str
    shared_by: str
    shared_at: datetime
    mentorship_id: str | None = None
    by_staff: bool = False
    text: str = ""
    url: str | None = None
    until: str | None = None
    shared_by_as: str | None = None

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return self.until is not None and self.until < today.isoformat()

    def shared_now_by(self, member_id: str, now: datetime) -> "SharedItem":
        """Said of who its author is now; itself where that is so already."""
        if member_id == self.shared_by:
            return self
        first = self.shared_by_as or self.shared_by
        return replace(self, shared_by=member_id, shared_by_as=None if first == member_id else first, updated_at=now)

    def require_taken_back_by(self, member_id: str | None, *, staff: bool) -> None:
        """The author takes it back, and staff whatever is for a whole program. Raises NotFound for anybody else."""
        if member_id == self.shared_by or (staff and self.mentorship_id is None):
            return
        raise NotFound(self.family, self.id)
