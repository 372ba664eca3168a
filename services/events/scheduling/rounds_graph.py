"""Who is worth meeting, laid out for compiled code: both ways, each person's others in ascending order."""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Flags, Ints, Longs, RoundsAsked, distinct


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


def barred(told: RoundsAsked) -> Barred:
    """All that speaks against a pair."""
    people = len(told.people)
    forbidden_start, forbidden = _both_ways(_keys(told.forbidden, people), people)
    met_start, met = _both_ways(_keys(told.met, people), people)
    return Barred(forbidden_start, forbidden, met_start, met, told.group, told.may_meet)


def graph(told: RoundsAsked, x: Barred) -> Graph:
    """The pairs with affinity, without those that are forbidden or have met."""
    people, places = len(told.people), 2 * len(told.affinity)
    begin = np.concatenate(([0], np.cumsum(np.bincount(told.affinity_pairs.ravel(), minlength=people))))
    person, theirs = np.empty(places, np.int32), np.empty(places, np.int64)
    laid = Graph(begin.astype(np.int64), np.empty(places, np.int32), np.empty(places, np.int64), np.empty(0, np.int32))
    _by_other(told.affinity_pairs, told.affinity, laid.start[:-1].copy(), person, theirs)
    _by_person(person, theirs, laid, laid.start[:-1].copy())
    start = np.zeros_like(laid.start)
    kept = _compact(laid, x, start)
    found = Graph(start, laid.other[:kept], laid.value[:kept], np.empty(kept, np.int32))
    _find_twins(found, start[:-1].copy())
    return found


def _keys(pairs: Longs, people: int) -> Longs:
    """One number for each pair, ascending, each once."""
    return distinct(np.minimum(pairs[:, 0], pairs[:, 1]) * people + np.maximum(pairs[:, 0], pairs[:, 1]))


def _both_ways(key: Longs, people: int) -> tuple[Longs, Ints]:
    low, high = np.divmod(key, max(1, people))
    both = np.sort(np.concatenate((key, high * people + low)))
    person, other = np.divmod(both, max(1, people))
    start = np.concatenate(([0], np.cumsum(np.bincount(person, minlength=people)))).astype(np.int64)
    return start, other.astype(np.int32)


@compiled
def _by_other(pairs: Longs, value: Longs, free: Longs, person: Ints, theirs: Longs) -> None:  # pragma: no cover
    """Each pair both ways, by whom it leads to."""
    for pair in range(len(pairs)):
        for way in range(2):
            at = free[pairs[pair, way]]
            free[pairs[pair, way]] += 1
            person[at], theirs[at] = pairs[pair, 1 - way], value[pair]


@compiled
def _by_person(person: Ints, theirs: Longs, g: Graph, free: Longs) -> None:  # pragma: no cover
    """The same by whose it is, each person's in the order in which they come: by other."""
    for other in range(len(free)):
        for n in range(g.start[other], g.start[other + 1]):
            at = free[person[n]]
            free[person[n]] += 1
            g.other[at], g.value[at] = other, theirs[n]


@compiled
def _compact(g: Graph, x: Barred, start: Longs) -> int:  # pragma: no cover
    """Moves up what is worth something, may be and is there once; the highest of what is there twice."""
    kept = 0
    for person in range(len(start) - 1):
        start[person] = kept
        for n in range(g.start[person], g.start[person + 1]):
            other = g.other[n]
            if kept > start[person] and g.other[kept - 1] == other:
                g.value[kept - 1] = max(g.value[kept - 1], g.value[n])
            elif g.value[n] > 0 and x.may_meet[x.group[person], x.group[other]] and not _barred(x, person, other):
                g.other[kept], g.value[kept] = other, g.value[n]
                kept += 1
    start[-1] = kept
    return kept


@inlined
def _barred(x: Barred, one: int, other: int) -> bool:  # pragma: no cover
    return stands(x.forbidden_start, x.forbidden, one, other) >= 0 or stands(x.met_start, x.met, one, other) >= 0


@compiled
def _find_twins(g: Graph, free: Longs) -> None:  # pragma: no cover
    """As people are gone through in their order, their pairs come up at each other's in the same order."""
    for person in range(len(free)):
        for n in range(g.start[person], g.start[person + 1]):
            other = g.other[n]
            if person < other:
                g.twin[n], g.twin[free[other]] = free[other], n
                free[other] += 1
