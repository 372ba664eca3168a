"""Time that somebody is taken for: whoever is to be somewhere from then to then, and what for.

What holds time is named by a kind and an id, so that meetings, rounds and topics stand in each other's way: nobody is
at two things at once, at whatever event.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class Hold:
    """A member's time from `starts_at` until `ends_at`, which is free again, for the `kind` of thing with that id."""

    member_id: str
    kind: str
    id: str
    event_id: str
    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Hold") -> bool:
        """Whether the two are of one member and share any time."""
        return self.member_id == other.member_id and self.starts_at < other.ends_at and other.starts_at < self.ends_at


class TimeTaken(Conflict):
    """Some of the people have something else at that time."""

    def __init__(self, member_ids: Collection[str]) -> None:
        super().__init__("Somebody has something else at that time.")
        self.member_ids = frozenset(member_ids)
