"""What is known of people two by two before speed rounds are planned; each is a row among the people.

Two ids are one person where one was merged into the other: then only the first row counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from services.events.scheduling.rounds import Longs, RoundsAsked, distinct

MUTUAL, ONE_SIDED = 10_000, 5_000
"""What a meeting is worth that both wished for, or one of them, in basis points."""

Pair = tuple[str, str]
_BITS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Rows, two a line. Of `wished` and `declined` the first is whoever said it; of `met` the lower."""

    wished: Longs
    declined: Longs
    met: Longs

    def said_anew(self, rows: Collection[int], wished: Longs, declined: Longs) -> "Ties":
        """With this instead of all that these people said before."""
        own = np.array(sorted(rows), np.int64)
        return replace(
            self,
            wished=np.concatenate((self.wished[~np.isin(self.wished[:, 0], own)], wished)),
            declined=np.concatenate((self.declined[~np.isin(self.declined[:, 0], own)], declined)),
        )

    def of(self, told: RoundsAsked, rows: Longs, apart: Longs) -> RoundsAsked:
        """What is asked of a plan, with all that is known of its people; `rows` are theirs here.

        `apart` are pairs of rows that are kept apart for whatever reason but a word of theirs.
        """
        number = np.full(max(int(each.max(initial=-1)) for each in (rows, *self._all(), apart)) + 1, -1, np.int64)
        number[rows] = np.arange(len(rows))
        both, value = _worth(_among(number, self.wished))
        return replace(
            told,
            affinity_pairs=both,
            affinity=value,
            forbidden=_either_way(_among(number, np.concatenate((apart, self.declined)))),
            met=_either_way(_among(number, self.met)),
        )

    def _all(self) -> tuple[Longs, ...]:
        return self.wished, self.declined, self.met


def rows_of(pairs: Iterable[Pair], row: Mapping[str, int], now_is: Mapping[str, str]) -> Longs:
    """Pairs by whatever ids, as rows in the same order; `row` by who people are now. Those with others are left out."""
    found = [(row.get(now_is[a], -1), row.get(now_is[b], -1)) for a, b in pairs]
    both: Longs = np.array(found, np.int64).reshape(-1, 2)
    return both[np.flatnonzero((both >= 0).all(axis=1) & (both[:, 0] != both[:, 1]))]


def _among(number: Longs, pairs: Longs) -> Longs:
    found: Longs = number[pairs]
    return found[np.flatnonzero((found >= 0).all(axis=1))]


def _either_way(pairs: Longs) -> Longs:
    """Each pair once, the lower row first, in order."""
    one, other = pairs[:, 0], pairs[:, 1]
    return _apart(distinct(_together(np.minimum(one, other), np.maximum(one, other))))


def _worth(wished: Longs) -> tuple[Longs, Longs]:
    """Nobody wishes for somebody twice, but by two ids: a pair that is there in both directions is wished by both."""
    one, other = wished[:, 0], wished[:, 1]
    # Sorted once, with the direction last: those of a pair are neighbors.
    said = distinct(_together(np.minimum(one, other), np.maximum(one, other)) << 1 | (one > other))
    both = said >> 1
    begins = np.flatnonzero(np.diff(both, prepend=-1))
    mutual = np.diff(begins, append=len(both)) > 1
    return _apart(both[begins]), np.where(mutual, MUTUAL, ONE_SIDED).astype(np.int64)


def _together(one: Longs, other: Longs) -> Longs:
    """Each pair as one number, in the same order: numbers are sorted much faster than lines."""
    return (one << _BITS) | other


def _apart(both: Longs) -> Longs:
    return np.stack((both >> _BITS, both & ((1 << _BITS) - 1)), axis=1)
