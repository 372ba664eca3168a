"""Who is worth meeting, laid out for compiled code: both ways, each person's others in ascending order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Longs, RoundsAsked

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Graph(NamedTuple):
    """Pairs that may meet and are worth it: those of a person are `other[start[person] : start[person + 1]]`."""

    start: Longs
    other: Ints
    value: Longs
    twin: Ints
    """Where the same pair stands at the other person."""


class Barred(NamedTuple):
    """Who keeps away from whom: `forbidden` for good, `met` while there is anybody else; as the graph is laid out."""

    forbidden_start: Longs
    forbidden: Ints
    met_start: Longs
    met: Ints
    group: Longs
    may_meet: Flags


def barred(told: RoundsAsked) -> Barred:
    """All that speaks against a pair."""
    people = len(told.people)
    forbidden_start, forbidden = _both_ways(_keys(told.forbidden, people), people)
    met_start, met = _both_ways(_keys(told.met, people), people)
    return Barred(forbidden_start, forbidden, met_start, met, told.group, told.may_meet)


def graph(told: RoundsAsked) -> Graph:
    """The pairs with affinity, without those that are forbidden or have met."""
    people = len(told.people)
    low, high = told.affinity_pairs.min(axis=1, initial=people), told.affinity_pairs.max(axis=1, initial=-1)
    worth = (told.affinity > 0) & told.may_meet[told.group[low % people], told.group[high]]
    key, value = (low * people + high)[worth], told.affinity[worth]
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if len(first) < len(key):
        key, value = key[first], np.maximum.reduceat(value, first)
    for pairs in (told.forbidden, told.met):
        if len(pairs):
            keep = ~np.isin(key, _keys(pairs, people))
            key, value = key[keep], value[keep]
    low, high = np.divmod(key, max(1, people))
    start = np.concatenate(([0], np.cumsum(np.bincount(low, minlength=people) + np.bincount(high, minlength=people))))
    laid = Graph(
        start=start.astype(np.int64),
        other=np.empty(2 * len(key), np.int32),
        value=np.empty(2 * len(key), np.int64),
        twin=np.empty(2 * len(key), np.int32),
    )
    _count_out(low, high, value, laid.start[:-1].copy(), np.empty(len(key), np.int32), laid)
    return laid


def _keys(pairs: Longs, people: int) -> Longs:
    """One number for each pair, ascending, each once."""
    found: Longs = np.unique(pairs.min(axis=1, initial=people) * people + pairs.max(axis=1, initial=-1))
    return found


def _both_ways(key: Longs, people: int) -> tuple[Longs, Ints]:
    low, high = np.divmod(key, max(1, people))
    person, other = np.concatenate((low, high)), np.concatenate((high, low))
    start = np.concatenate(([0], np.cumsum(np.bincount(person, minlength=people)))).astype(np.int64)
    return start, other[np.lexsort((other, person))].astype(np.int32)


@compiled
def _count_out(low: Longs, high: Longs, value: Longs, free: Longs, above: Ints, g: Graph) -> None:  # pragma: no cover
    """Pairs come in ascending order: first each person's lower others in their order, then the higher ones."""
    for pair in range(len(low)):
        at = free[high[pair]]
        free[high[pair]] += 1
        above[pair] = at
        g.other[at], g.value[at] = low[pair], value[pair]
    for pair in range(len(low)):
        at = free[low[pair]]
        free[low[pair]] += 1
        g.other[at], g.value[at] = high[pair], value[pair]
        g.twin[at], g.twin[above[pair]] = above[pair], at


@inlined
def stands(start: Longs, others: Ints, person: int, other: int) -> int:  # pragma: no cover
    """Where the other stands among the person's, or -1."""
    low, high = start[person], start[person + 1]
    while low < high:
        middle = (low + high) // 2
        if others[middle] < other:
            low = middle + 1
        else:
            high = middle
    if low < start[person + 1] and others[low] == other:
        return int(low)
    return -1
