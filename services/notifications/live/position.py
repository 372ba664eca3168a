"""Where a change stands among all changes of inboxes: the same for every process that hears of it."""

from dataclasses import dataclass
from typing import Self

_MOST = 1 << 32


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The database's time of the commit, in seconds and its increment, and the ordinal among the changes of one commit.

    Ids are made before a transaction commits, so that a smaller one may become visible later; this order is that of
    becoming visible.
    """

    seconds: int
    increment: int
    ordinal: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """From what `str` gave. Raises ValueError for anything else."""
        parts = text.split("-")
        if len(parts) != 3 or not all(each.isascii() and each.isdecimal() and len(each) <= 10 for each in parts):
            raise ValueError("no position")
        seconds, increment, ordinal = map(int, parts)
        if max(seconds, increment, ordinal) >= _MOST:
            raise ValueError("no position")
        return cls(seconds, increment, ordinal)

    def __str__(self) -> str:
        return f"{self.seconds}-{self.increment}-{self.ordinal}"
