"""Whether a session took place, by the words of the two: agreement settles it, disagreement stays disagreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Attendance(StrEnum):
    """How far the two agree on who was there."""

    AWAITED = "awaited"
    """One has said it, and the other may still say otherwise."""
    SETTLED = "settled"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Word:
    """How it went by the one who says so: who was absent; nobody, where it was held."""

    by: str
    absent: tuple[str, ...]
    at: datetime

    @property
    def is_taken_at_once(self) -> bool:
        """Whether it counts before the other has answered: that they met, and what one says against oneself."""
        return set(self.absent) <= {self.by}

    def named_anew(self, names: Mapping[str, str]) -> "Word":
        """By the ids that its people have now."""
        absent = tuple(sorted(names.get(each, each) for each in self.absent))
        return replace(self, by=names.get(self.by, self.by), absent=absent)


@dataclass(frozen=True, slots=True)
class Turnout:
    """`absent` is who counts as missing: nobody where it was held, None where it counts as neither."""

    attendance: Attendance
    absent: tuple[str, ...] | None


def turnout(words: Sequence[Word], *, time_is_over: bool) -> Turnout:
    """What one or two words come to; silence agrees when its time is over."""
    first, *other = words
    if other:
        agree = set(first.absent) == set(other[0].absent)
        return Turnout(Attendance.SETTLED, first.absent) if agree else Turnout(Attendance.DISPUTED, None)
    if time_is_over:
        return Turnout(Attendance.SETTLED, first.absent)
    return Turnout(Attendance.AWAITED, first.absent if first.is_taken_at_once else None)
