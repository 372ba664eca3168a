"""A plan one to one made better, two pairs of a round at a time; compiled.

Whoever is worth meeting is met in the round where that gains most, and the two who were left meet each other: no round
changes for anybody else, nobody meets twice, nobody who may not.
"""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Longs
from services.events.scheduling.rounds_evening import OUT, Evening, fresh, have_met, join, part, value_of
from services.events.scheduling.rounds_graph import Barred, Flags, Graph, Ints


class Queue(NamedTuple):
    """Whose meetings are looked at; the ring holds everybody once."""

    ring: Ints
    waiting: Flags
    at: Longs
    """Where it begins, and how many wait."""
    known: Longs
    """Written while one pair is looked at: what each person is worth to the one of them."""


def queue(people: int) -> Queue:
    """Nobody waits."""
    return Queue(
        np.zeros(people, np.int32), np.zeros(people, np.bool_), np.zeros(2, np.int64), np.zeros(people, np.int64)
    )


@inlined
def enter(q: Queue, person: int) -> None:  # pragma: no cover
    """Has the person looked at, once."""
    if person >= 0 and not q.waiting[person]:
        q.waiting[person] = True
        q.ring[(q.at[0] + q.at[1]) % len(q.ring)] = person
        q.at[1] += 1


@inlined
def enter_both(q: Queue, one: int, other: int) -> None:  # pragma: no cover
    """Has the two looked at."""
    enter(q, one)
    enter(q, other)


@compiled
def enter_all(q: Queue, people: Longs) -> None:  # pragma: no cover
    """Has all of them looked at, in their order."""
    for person in people:
        enter(q, person)


@compiled
def improve(g: Graph, x: Barred, e: Evening, q: Queue, turns: int) -> int:  # pragma: no cover
    """Looks at so many of those who wait; whose meetings changed waits again. Returns how many still do."""
    for _ in range(turns):
        if q.at[1] == 0:
            break
        person = q.ring[q.at[0]]
        q.at[0] = (q.at[0] + 1) % len(q.ring)
        q.at[1] -= 1
        q.waiting[person] = False
        while _improve(g, x, e, q, person):
            pass
    return q.at[1]


@inlined
def _improve(g: Graph, x: Barred, e: Evening, q: Queue, one: int) -> bool:  # pragma: no cover
    """The best change of the person's meetings, if one is for the better."""
    gained, best_round, best = 0, -1, -1
    for number in range(e.partner.shape[1]):
        left = e.partner[one, number]
        if left == OUT:
            continue
        if left >= 0:
            for n in range(g.start[left], g.start[left + 1]):
                q.known[g.other[n]] = g.value[n]
        given_up = e.worth[one, number]
        for n in range(g.start[one], g.start[one + 1]):
            other = g.other[n]
            theirs = e.partner[other, number]
            if theirs == OUT or other == left:
                continue
            gain = g.value[n] - given_up - e.worth[other, number]
            if left >= 0 and theirs >= 0:
                gain += q.known[theirs]
            if gain <= gained or have_met(e, x, one, other):
                continue
            if left >= 0 and theirs >= 0 and not fresh(e, x, left, theirs):
                continue
            gained, best_round, best = gain, number, other
        if left >= 0:
            for n in range(g.start[left], g.start[left + 1]):
                q.known[g.other[n]] = 0
    if best < 0:
        return False
    _change(g, e, q, best_round, one, best)
    return True


@inlined
def _change(g: Graph, e: Evening, q: Queue, number: int, one: int, other: int) -> None:  # pragma: no cover
    left, theirs = e.partner[one, number], e.partner[other, number]
    if left >= 0:
        part(e, number, one)
    if theirs >= 0:
        part(e, number, other)
    join(e, number, one, other, value_of(g, one, other))
    if left >= 0 and theirs >= 0:
        join(e, number, left, theirs, value_of(g, left, theirs))
    enter_both(q, one, other)
    enter_both(q, left, theirs)
