"""One member wants nothing to do with another: silent, two-way while it lasts, and the blocker's alone to lift."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Conflict


class BlocksThemselves(Conflict):
    """A block is between two people."""

    def __init__(self) -> None:
        super().__init__("Nobody can block themselves.")


@dataclass(frozen=True, slots=True)
class Block:
    """One direction. `made_by` and `made_of` are the ids that it was made with, the others who these are now.

    `counts` is false while a merge makes it nobody's: the two are one person, or another block says the same.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    by_id: str
    member_id: str
    since: datetime
    made_by: str
    made_of: str
    counts: bool = True

    def between(self, by_id: str, member_id: str, now: datetime, *, counts: bool) -> "Block":
        """The block of who the two are now; itself where that is no change."""
        if (self.by_id, self.member_id, self.counts) == (by_id, member_id, counts):
            return self
        return replace(self, by_id=by_id, member_id=member_id, counts=counts, updated_at=now)


def pair_key(one: str, other: str) -> str:
    """The key of a pair on `blocks.v1`: both ids, the lower first."""
    return ":".join(sorted((one, other)))
