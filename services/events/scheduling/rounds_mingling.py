"""A plan at tables made better by having two people change seats; compiled.

First nobody is to meet twice. Whoever would changes seats with whoever makes the fewest repeats of it; where that does
not do, as tables are few, it is the social golfer problem: by lot, with less and less allowed that makes it worse
(simulated annealing). Then whoever is worth meeting is met: people go where those sit whom they would meet, if that is
for the better for all of both tables and nobody comes to meet twice.
"""

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Ints
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_hall import NOWHERE, Hall, company, known_there, liking, trade, welcome
from services.events.scheduling.rounds_swaps import Queue, enter, next_of

_NONE = -1


@compiled
def repeated(h: Hall, x: Barred) -> int:  # pragma: no cover
    """How many times two meet who have met."""
    times = 0
    for number in range(h.taken.shape[0]):
        for table in range(h.taken.shape[1]):
            for at in range(h.taken[number, table]):
                for behind in range(at):
                    one, other = h.seats[number, table, at], h.seats[number, table, behind]
                    times += company(h, x, one, other) > 1
    return times


@inlined
def _drawn(lot: NDArray[np.uint64], below: int) -> int:  # pragma: no cover
    """A number by lot, the same in every run (Marsaglia's xorshift)."""
    drawn = lot[0]
    drawn ^= drawn << np.uint64(13)
    drawn ^= drawn >> np.uint64(7)
    drawn ^= drawn << np.uint64(17)
    lot[0] = drawn
    return int((drawn >> np.uint64(11)) % np.uint64(below))


@inlined
def _repeats_by(h: Hall, x: Barred, number: int, one: int, other: int) -> int:  # pragma: no cover
    """How many repeats more there are if the two change seats."""
    table, there = h.place[one, number], h.place[other, number]
    more = known_there(h, x, number, there, one, other) + known_there(h, x, number, table, other, one)
    less = known_there(h, x, number, table, one, one) + known_there(h, x, number, there, other, other)
    return more - less


@compiled
def part_repeated(h: Hall, x: Barred) -> int:  # pragma: no cover
    """Has each who meets somebody again change seats where that helps most; returns by how much repeats became more."""
    change = 0
    for number in range(h.taken.shape[0]):
        for table in range(h.taken.shape[1]):
            for at in range(h.taken[number, table]):
                one = h.seats[number, table, at]
                if known_there(h, x, number, table, one, one) > 0:
                    change += _part(h, x, number, one)
    return change


@inlined
def _part(h: Hall, x: Barred, number: int, one: int) -> int:  # pragma: no cover
    table, least, best = h.place[one, number], 0, _NONE
    for other in range(len(h.place)):
        there = h.place[other, number]
        if there == NOWHERE or there == table:
            continue
        worse = _repeats_by(h, x, number, one, other)
        if worse < least and welcome(h, x, number, there, one, other) and welcome(h, x, number, table, other, one):
            least, best = worse, other
    if best != _NONE:
        trade(h, number, one, best)
    return least


@compiled
def anneal(
    h: Hall, x: Barred, lot: NDArray[np.uint64], moves: int, warmth: float, cooler: float
) -> int:  # pragma: no cover
    """So many tries, each a little cooler; returns by how much the repeats became more."""
    people, rounds = h.place.shape
    change = 0
    for _ in range(moves):
        warmth *= cooler
        number, one, other = _drawn(lot, rounds), _drawn(lot, people), _drawn(lot, people)
        table, there = h.place[one, number], h.place[other, number]
        if table == there or table == NOWHERE or there == NOWHERE:
            continue
        worse = _repeats_by(h, x, number, one, other)
        if worse > 0 and _drawn(lot, 1 << 30) > np.exp(-worse / warmth) * (1 << 30):
            continue
        if welcome(h, x, number, there, one, other) and welcome(h, x, number, table, other, one):
            trade(h, number, one, other)
            change += worse
    return change


@compiled
def mingle(h: Hall, g: Graph, x: Barred, q: Queue, touched: Ints, turns: int) -> int:  # pragma: no cover
    """Looks at so many of those who wait; whose tables changed wait again. Returns how many still do."""
    for _ in range(turns):
        if q.at[1] == 0:
            break
        person = next_of(q)
        for number in range(h.place.shape[1]):
            looked_at = q.waiting[person, number]
            q.waiting[person, number] = False
            if looked_at and h.place[person, number] != NOWHERE:
                _mingle(h, g, x, q, touched, number, person)
    return int(q.at[1])


@inlined
def _mingle(h: Hall, g: Graph, x: Barred, q: Queue, touched: Ints, number: int, one: int) -> None:  # pragma: no cover
    """The best change of seats with somebody at a table where one of theirs sits. `q.known` is by table here."""
    table, count = h.place[one, number], 0
    for n in range(g.start[one], g.start[one + 1]):
        there = h.place[g.other[n], number]
        if there != NOWHERE and there != table:
            if q.known[there] == 0:
                touched[count] = there
                count += 1
            q.known[there] += g.value[n]
    gained, best = 0, _NONE
    for n in range(count):
        there = touched[n]
        lead = q.known[there] - h.own[one, number]
        q.known[there] = 0
        for at in range(h.taken[number, there]):
            other = h.seats[number, there, at]
            # What the other finds at the table of the one is little as a rule: whoever finds much comes by themselves.
            gain = lead - h.own[other, number]
            if gain <= gained:
                continue
            gain = liking(h, g, number, there, one, other) - h.own[one, number] - h.own[other, number]
            gain += liking(h, g, number, table, other, one)
            if (
                gain > gained
                and _repeats_by(h, x, number, one, other) <= 0
                and welcome(h, x, number, there, one, other)
                and welcome(h, x, number, table, other, one)
            ):
                gained, best = gain, other
    if best != _NONE:
        there = h.place[best, number]
        trade(h, number, one, best)
        _look_again(h, g, q, number, table)
        _look_again(h, g, q, number, there)


@inlined
def _look_again(h: Hall, g: Graph, q: Queue, number: int, table: int) -> None:  # pragma: no cover
    for at in range(h.taken[number, table]):
        person = h.seats[number, table, at]
        h.own[person, number] = liking(h, g, number, table, person, person)
        enter(q, person, number)


def lot(seed: int) -> NDArray[np.uint64]:
    """Where numbers by lot begin."""
    return np.array([0x9E3779B97F4A7C15 ^ seed], np.uint64)
