"""The best plan there is, for the few people for whom it can be known: all plans are looked at, but for those that
cannot be better than the best so far (branch and bound); compiled.

How many miss a round is up to that round alone: to who is there, and who may not meet. So only ways to sit that leave
out fewest are looked at, and of rounds with the same people one order only.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled
from services.events.scheduling.rounds import Flags, Ints, Longs, RoundsAsked
from services.events.scheduling.rounds_byes import tables_needed
from services.events.scheduling.rounds_evening import may_meet, value_of
from services.events.scheduling.rounds_graph import Barred, Graph, stands

_PEOPLE = 8
_LOOKS = 20_000_000
"""Before it is given up: about a second."""
_NOWHERE = -1

Way = tuple[tuple[int, ...], ...]
"""To sit in a round: who sit together. The others have the bye."""


class Tree(NamedTuple):
    """What is looked at: for each round the ways `first[round]` to `last[round]`."""

    first: Longs
    last: Longs
    alike: Flags
    """By round: whether the same people are there as in the round before."""
    pairs: Longs
    """By way: a bit for each pair that meets."""
    idle: Longs
    """By way: a bit for each person who is there and has the bye."""
    worth: Longs
    """By pair."""
    least: Longs
    """By round: what it and all after it cost at least."""
    square: int
    repeat: int


def exact(told: RoundsAsked, g: Graph, x: Barred) -> Ints | None:
    """People x rounds: a number for the group of each, below 0 for none. None where that is too much to know.

    Fewest miss a round; then the squares of byes sum up to least, then there are fewest repeats, then most affinity.
    """
    if not 0 < len(told.people) <= _PEOPLE or not told.rounds:
        return None
    there = told.there()
    number_of = {pair: number for number, pair in enumerate(combinations(range(len(there)), 2))}
    ways, tree = _tree(told, g, x, there, number_of)
    met = sum(1 << number for pair, number in number_of.items() if stands(x.met_start, x.met, *pair) >= 0)
    chosen = np.zeros(told.rounds, np.int64)
    if not _search(tree, met, told.byes, chosen, *_room(told.rounds, len(there)), _LOOKS):
        return None
    group = np.full(there.shape, _NOWHERE, np.int32)
    for number, way in enumerate(chosen.tolist()):
        for table, together in enumerate(ways[way]):
            group[list(together), number] = table
    return _byes_in_turn(group, there, told.byes)


def _tree(
    told: RoundsAsked, g: Graph, x: Barred, there: NDArray[np.bool_], number_of: dict[tuple[int, int], int]
) -> tuple[list[Way], Tree]:
    """All ways to sit, and the tree of them."""
    worth = np.array([value_of(g, *pair) for pair in number_of] or [0], np.int64)
    repeat = int(worth.sum()) + 1
    square = repeat * (len(number_of) * told.rounds + 1)
    ways: list[Way] = []
    idle: list[int] = []
    bounds: list[tuple[int, int]] = []
    costs: list[int] = []
    alike = np.concatenate(([False], (there[:, 1:] == there[:, :-1]).all(axis=0)))
    for number, tables in enumerate(tables_needed(told, there).tolist()):
        if not alike[number]:
            here = np.flatnonzero(there[:, number]).tolist()
            found = _ways(told, x, here, tables)
            bounds.append((len(ways), len(ways) + len(found)))
            ways += found
            idle += [sum(1 << one for one in set(here) - {one for group in way for one in group}) for way in found]
            gain = max(sum(int(worth[number_of[pair]]) for pair in _pairs(way)) for way in found)
            costs.append(idle[-1].bit_count() * (2 * int(told.byes.min()) + 1) * square - gain)
        else:
            bounds.append(bounds[-1])
            costs.append(costs[-1])
    first, last = np.array(bounds, np.int64).T
    return ways, Tree(
        first=first,
        last=last,
        alike=alike,
        pairs=np.array([sum(1 << number_of[pair] for pair in _pairs(way)) for way in ways], np.int64),
        idle=np.array(idle, np.int64),
        worth=worth,
        least=np.cumsum([0, *costs[::-1]])[::-1].astype(np.int64),
        square=square,
        repeat=repeat,
    )


def _ways(told: RoundsAsked, x: Barred, here: list[int], tables: int) -> list[Way]:
    """All ways for these people to sit that leave out as few as can be, at tables of nearly one size."""
    most = -(-min(len(here), tables * told.group_size) // max(1, tables))
    for idle in range(len(here) + 1):
        if found := list(_seatings(x, here, tables, most, idle)):
            return found
    return [()]


def _seatings(x: Barred, here: Sequence[int], tables: int, most: int, idle: int) -> Iterator[Way]:
    """Those with just so many left out: the first of the people is, or sits with some of the others."""
    if len(here) == idle:
        yield ()
    if not here or len(here) <= idle:
        return
    one, others = here[0], here[1:]
    if idle:
        yield from _seatings(x, others, tables, most, idle - 1)
    for company in range(1, most) if tables else ():
        for group in combinations(others, company):
            if all(may_meet(x, *pair) for pair in combinations((one, *group), 2)):
                left = [other for other in others if other not in group]
                for way in _seatings(x, left, tables - 1, most, idle):
                    yield ((one, *group), *way)


def _pairs(way: Way) -> Iterator[tuple[int, int]]:
    for group in way:
        yield from combinations(group, 2)


def _room(rounds: int, people: int) -> tuple[Longs, Longs, Longs, Longs]:
    """For the search: the way of each round so far, who has met, the cost, and everybody's byes."""
    return (
        np.zeros(rounds + 1, np.int64),
        np.zeros(rounds + 1, np.int64),
        np.zeros(rounds + 1, np.int64),
        np.zeros((rounds + 1, people), np.int64),
    )


@compiled
def _search(
    t: Tree, met: int, byes: Longs, chosen: Longs, way: Longs, known: Longs, cost: Longs, had: Longs, looks: int
) -> bool:  # pragma: no cover
    """Sets `chosen` to the best ways. False where there was too much to look at."""
    rounds, people = len(t.first), had.shape[1]
    best, number = 2**62, 0
    known[0], way[0] = met, t.first[0] - 1
    for person in range(people):
        had[0, person] = byes[person]
    while number >= 0:
        way[number] += 1
        if way[number] >= t.last[number]:
            number -= 1
            continue
        looks -= 1
        if looks < 0:
            return False
        at = way[number]
        total = cost[number]
        for pair in range(len(t.worth)):
            if (t.pairs[at] >> pair) & 1:
                total += t.repeat if (known[number] >> pair) & 1 else -t.worth[pair]
        for person in range(people):
            is_idle = (t.idle[at] >> person) & 1
            total += is_idle * (2 * had[number, person] + 1) * t.square
            had[number + 1, person] = had[number, person] + is_idle
        if total + t.least[number + 1] >= best:
            continue
        if number + 1 == rounds:
            best = total
            for each in range(rounds):
                chosen[each] = way[each]
            continue
        known[number + 1] = known[number] | t.pairs[at]
        cost[number + 1] = total
        number += 1
        way[number] = (at if t.alike[number] else t.first[number]) - 1
    return True


def _byes_in_turn(group: Ints, there: NDArray[np.bool_], byes: Longs) -> Ints:
    """The same rounds, if all are alike, in an order in which nobody has a second bye while somebody had none."""
    if (there != there[:, :1]).any():
        return group
    had, left, order = byes.copy(), list(range(group.shape[1])), list[int]()
    while left:
        chosen = min(left, key=lambda number: (int(had[group[:, number] < 0].max(initial=0)), number))
        had += group[:, chosen] < 0
        order.append(chosen)
        left.remove(chosen)
    return group[:, order]
