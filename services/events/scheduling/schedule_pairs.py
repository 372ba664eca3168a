"""Which pairs may come to be meetings, and what each is worth: people and pairs as rows of arrays, in order of id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.schedule_problem import Pair, Person, Problem

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ALL_PAIRS_UP_TO = 300
"""People: up to so many, whoever lacks meetings may be given anybody. Among more, some are looked at first."""
_MORE_THAN_LACKED = 4
_MOST_RESCUED = 500_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Everybody, and the pairs of which meetings may be made.

    Of people, in order of id: `free` by slot, `least` and `most` of the meetings that are still to be given. Of pairs,
    in order of both ids: the rows of the two, `kind` (2 both wish it, 1 one of them does, 0 nobody), `affinity`.
    `complete` says that no pair was left out that could spare somebody a missing meeting.
    """

    people: tuple[str, ...]
    slots: tuple[str, ...]
    tables: Ints
    free: Flags
    least: Ints
    most: Ints
    first: Ints
    second: Ints
    kind: Ints
    affinity: Ints
    complete: bool


def pairs_of(problem: Problem, lacking: Sequence[str] | None = None) -> Pairs:
    """The pairs that someone wishes or that have an affinity, and those that might help who lacks meetings.

    Among many people these last are only some; `lacking` names those who still lack meetings when a schedule was made
    of them, and are to be given anybody.
    """
    people = sorted(problem.people, key=lambda person: person.id)
    row = {person.id: number for number, person in enumerate(people)}
    slot_row = {slot.id: number for number, slot in enumerate(problem.slots)}
    kept = [each for each in problem.kept if each.first in row or each.second in row]
    has = np.zeros(len(people), np.int64)
    free = np.zeros((len(people), len(slot_row)), np.bool_)
    for number, person in enumerate(people):
        free[number, [slot_row[slot_id] for slot_id in person.free if slot_id in slot_row]] = True
    for each in kept:
        for number in (row[member] for member in (each.first, each.second) if member in row):
            has[number] += 1
            if each.slot_id in slot_row:
                free[number, slot_row[each.slot_id]] = False
    tables = [len(people) if slot.tables is None else len(slot.tables) for slot in problem.slots]
    free &= np.asarray(tables, np.int64) > 0
    limit = free.sum(axis=1)
    most = np.asarray([len(slot_row) if each.most is None else each.most for each in people], np.int64)
    most = np.clip(np.where([each.most is None for each in people], limit, most - has), 0, limit)
    least = np.maximum(np.asarray([each.least for each in people], np.int64) - has, 0)
    never = {_key(row, pair) for pair in (*problem.never, *((each.first, each.second) for each in kept))}
    allowed = _Allowed(problem, people, free, most, never)
    worth = _worth(problem, row)
    spare, complete = _for_the_lacking(allowed, worth, least, None if lacking is None else [row[i] for i in lacking])
    chosen = sorted({*(key for key in worth if allowed.pair(key)), *spare})
    kinds_and_points = [worth.get(key, (0, 0)) for key in chosen]
    first, second = np.divmod(np.asarray(chosen, np.int64), max(1, len(people)))
    kind, affinity = np.asarray(kinds_and_points, np.int64).reshape(-1, 2).T
    return Pairs(
        tuple(person.id for person in people),
        tuple(slot_row),
        np.asarray(tables, np.int64),
        free,
        least,
        most,
        first,
        second,
        kind,
        affinity,
        complete,
    )


class _Allowed:
    """Who may be given whom."""

    def __init__(self, problem: Problem, people: Sequence[Person], free: Flags, most: Ints, never: set[int]) -> None:
        self.size = len(people)
        self.most = most
        self._groups = [person.groups for person in people]
        self._meets = problem.meets
        self._bits = [int.from_bytes(np.packbits(line).tobytes(), "big") for line in free]
        self._takes = (most > 0).tolist()
        self._never = never

    def pair(self, key: int) -> bool:
        first, second = divmod(key, self.size)
        return (
            key not in self._never
            and self._bits[first] & self._bits[second] != 0
            and self._takes[first]
            and self._takes[second]
            and (self._meets is None or self._may(self._groups[first], self._groups[second]))
        )

    def _may(self, first: frozenset[str], second: frozenset[str]) -> bool:
        return any((a in first and b in second) or (b in first and a in second) for a, b in self._meets or ())

    def of(self, person: int, first: Iterable[int] = ()) -> Iterator[int]:
        """The pairs with each of the others: with these first, then in turn from the person on."""
        for other in chain(first, range(person + 1, self.size), range(person)):
            if other == person:
                continue
            key = min(person, other) * self.size + max(person, other)
            if self.pair(key):
                yield key


def _key(row: Mapping[str, int], pair: Pair) -> int:
    """The number of the pair in the order of both ids; -1 where one of them is not there."""
    first, second = row.get(pair[0], -1), row.get(pair[1], -1)
    if first < 0 or second < 0 or first == second:
        return -1
    return min(first, second) * len(row) + max(first, second)


def _worth(problem: Problem, row: Mapping[str, int]) -> dict[int, tuple[int, int]]:
    """Of each pair that somebody wishes or that fits: how many of the two wish it, and the affinity."""
    kinds: dict[int, int] = {}
    for wish in problem.wishes:
        key = _key(row, wish)
        kinds[key] = kinds.get(key, 0) + 1
    points: dict[int, int] = {}
    for pair, value in (problem.affinities or {}).items():
        if value > 0:
            key = _key(row, pair)
            points[key] = max(value, points.get(key, 0))
    return {key: (kinds.get(key, 0), points.get(key, 0)) for key in kinds.keys() | points.keys() if key >= 0}


def _for_the_lacking(
    allowed: _Allowed, known: Mapping[int, tuple[int, int]], least: Ints, lacking: Sequence[int] | None
) -> tuple[set[int], bool]:
    """Pairs nobody wishes and that have no affinity, for whoever is to have some meetings; and whether that is all."""
    if not least.any():
        return set(), True
    needy = np.flatnonzero(least).tolist()
    if allowed.size <= _ALL_PAIRS_UP_TO:
        return {key for person in needy for key in allowed.of(person)}, True
    has = np.zeros(allowed.size, np.int64)
    for key in known:
        if allowed.pair(key):
            has[list(divmod(key, allowed.size))] += 1
    spare: set[int] = set()
    # Whoever has more time than others ask for comes first, another one each time.
    room = allowed.most - has
    idle = [each for each in np.lexsort((np.arange(allowed.size), -room)).tolist() if room[each] > 0]
    for turn, person in enumerate(needy):
        wanted = int(_MORE_THAN_LACKED * least[person] - has[person])
        if wanted > 0:
            begin = turn * wanted
            first = (idle[(begin + step) % len(idle)] for step in range(len(idle)))
            fresh = (key for key in allowed.of(person, first) if key not in known and key not in spare)
            for key, _ in zip(fresh, range(wanted), strict=False):
                spare.add(key)
                has[list(divmod(key, allowed.size))] += 1
    for person in lacking or ():
        for key in allowed.of(person):
            if len(spare) >= _MOST_RESCUED:
                return spare, False
            spare.add(key)
    return spare, False
