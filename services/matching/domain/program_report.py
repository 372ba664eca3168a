"""How a program goes, in numbers: who came how far, whose seats are taken, whom the last match served and how well."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.outcomes import Answering, Outcomes
from services.matching.domain.parts import FULL
from services.matching.domain.people_by_value import Field, Group

FIRST_SESSION_WITHIN = timedelta(days=14)
BUCKETS = 20
DECILES = 10
MANY_SEATS = 10
"""Mentors with as many seats, or more, are counted together."""


class Stage(StrEnum):
    """How far somebody came, in order.

    Whoever came to `completed`, `met` or `matched` is counted in those before, and in `approved` and `enrolled`; not
    everybody goes through `requested`, nor is everybody's first session within the time of `first_session`.
    """

    ENROLLED = "enrolled"
    APPROVED = "approved"
    REQUESTED = "requested"
    MATCHED = "matched"
    FIRST_SESSION = "first_session"
    MET = "met"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Step:
    """People who came to a stage, each counted once in a role."""

    stage: Stage
    mentees: int
    mentors: int


@dataclass(frozen=True, slots=True)
class Seats:
    """Mentors by how many seats are used, and by how many are free."""

    seats: int
    used: int
    free: int


@dataclass(frozen=True, slots=True)
class Load:
    """Seats of the mentors who take part; `paused` mentors take nobody new and are counted in nothing else."""

    mentors: int = 0
    paused: int = 0
    seats: int = 0
    used: int = 0
    free: int = 0
    full: int = 0
    """Mentors without a free seat."""
    by_seats: tuple[Seats, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """People without a partner, by the first rule that left them nobody."""

    role: Role
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Pairs whose score is at least `least` and below `most`; the last bucket has the perfect ones, too."""

    least: float
    most: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the pairs, the first being those that fit worst."""

    decile: int
    pairs: int
    mean_score: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Report:
    """One program; `run_id` is the match run that everything from `unmatched` on is of, None where none came out."""

    program_id: str
    run_id: str | None
    by: Field | None
    funnel: tuple[Step, ...]
    mentor_load: Load
    response_bands: tuple[Answering, ...]
    outcomes: Outcomes
    unmatched: tuple[Excluded, ...] = ()
    scores: tuple[Bucket, ...] = ()
    deciles: tuple[Decile, ...] = ()
    groups: tuple[Group, ...] = ()


def buckets(histogram: Mapping[int, int]) -> tuple[Bucket, ...]:
    """The pairs counted by their points, in twenty buckets of the same width."""
    pairs = [0] * BUCKETS
    for points, count in histogram.items():
        pairs[min(points * BUCKETS // FULL, BUCKETS - 1)] += count
    return tuple(Bucket(at / BUCKETS, (at + 1) / BUCKETS, count) for at, count in enumerate(pairs))


def deciles(histogram: Mapping[int, int]) -> tuple[Decile, ...]:
    """The pairs counted by their points, in tenths by score; fewer than ten pairs fill fewer of them.

    The first is as large as the tenth that a run's worst decile is of: rounded up.
    """
    total, found = sum(histogram.values()), []
    rising = deque(sorted(histogram.items()))
    for number in range(1, DECILES + 1):
        size = math.ceil(total * number / DECILES) - math.ceil(total * (number - 1) / DECILES)
        if pieces := _first(rising, size):
            mean = round(sum(points * pairs for points, pairs in pieces) / size)
            found.append(Decile(number, size, mean / FULL, pieces[0][0] / FULL, pieces[-1][0] / FULL))
    return tuple(found)


def _first(rising: deque[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Takes the `size` pairs that come first, as points and how many have them."""
    taken: list[tuple[int, int]] = []
    while size:
        points, pairs = rising.popleft()
        used = min(pairs, size)
        if pairs > used:
            rising.appendleft((points, pairs - used))
        taken.append((points, used))
        size -= used
    return taken
