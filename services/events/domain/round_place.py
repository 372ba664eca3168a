"""Where one person sits in each round of a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

BYE = -1
"""Instead of a table: there, but nobody to meet in this round."""
ABSENT = -2
"""Instead of a table: not there yet, or gone."""

BUSY = "busy"
"""They have something else at that time."""
GONE = "gone"
"""An organizer says that they are not there any more."""
NOT_CHECKED_IN = "not_checked_in"
NOT_COMING = "not_coming"
"""They have no confirmed registration any more."""


Window = range
"""The rounds that somebody is there for, without a gap."""


@dataclass(frozen=True, slots=True)
class RoundPlace:
    """`number` is theirs for all plans of the series, from 1, for whoever must not be named."""

    member_id: str
    number: int
    seats: tuple[int, ...]
    """By round: the table, counted from 0, BYE or ABSENT."""
    left_out: str | None = None
    """Why they take part in no round, or not in all."""

    @property
    def takes_part(self) -> bool:
        """Whether there is any round for them."""
        return any(seat != ABSENT for seat in self.seats)

    @property
    def byes(self) -> int:
        """How many rounds they sit out."""
        return self.seats.count(BYE)


def longest_free(times: Sequence[tuple[datetime, datetime]], busy: Sequence[tuple[datetime, datetime]]) -> range:
    """The longest run of these times that nothing of `busy` touches, the earliest of several; empty where none is free.

    Somebody comes once and leaves once: what lies in a pause parts a run, too.
    """
    best, begin = range(0), 0
    for at, (starts, ends) in enumerate(times):
        if at > begin and _touched(times[at - 1][1], starts, busy):
            begin = at
        if _touched(starts, ends, busy):
            begin = at + 1
        elif at + 1 - begin > len(best):
            best = range(begin, at + 1)
    return best


def _touched(starts: datetime, ends: datetime, busy: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(one < ends and starts < other for one, other in busy)
