"""A plan one to one made better, two pairs of a round at a time; compiled.

Whoever is worth meeting is met in the round where that gains most, and the two who were left meet each other: no round
changes for anybody else, nobody meets twice, nobody who may not.
"""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Flags, Ints, Longs
from services.events.scheduling.rounds_evening import OUT, Evening, fresh, have_met, join, part, value_of
from services.events.scheduling.rounds_graph import Barred, Graph


class Queue(NamedTuple):
    """Whose meetings of which rounds are looked at; the ring holds everybody once."""

    ring: Ints
    waiting: Flags
    """People x rounds."""
    at: Longs
    """Where the ring begins, and how many wait."""
    known: Longs
    """Written while one person is looked at: what others are worth."""


def queue(people: int, rounds: int) -> Queue:
    """Nobody waits. The last column of `waiting` says who is in the ring."""
    return Queue(
        np.zeros(people, np.int32),
        np.zeros((people, rounds + 1), np.bool_),
        np.zeros(2, np.int64),
        np.zeros(people, np.int64),
    )


@inlined
def enter(q: Queue, person: int, number: int) -> None:  # pragma: no cover
    """Has the person's meeting of that round looked at, once."""
    if person >= 0:
        q.waiting[person, number] = True
        if not q.waiting[person, -1]:
            q.waiting[person, -1] = True
            q.ring[(q.at[0] + q.at[1]) % len(q.ring)] = person
            q.at[1] += 1


@inlined
def enter_both(q: Queue, one: int, other: int, number: int) -> None:  # pragma: no cover
    """Has the two looked at."""
    enter(q, one, number)
    enter(q, other, number)


@inlined
def next_of(q: Queue) -> int:  # pragma: no cover
    """Takes out the person who has waited longest; the rounds stay marked for whoever looks at them."""
    person = q.ring[q.at[0]]
    q.at[0] = (q.at[0] + 1) % len(q.ring)
    q.at[1] -= 1
    q.waiting[person, -1] = False
    return int(person)


@compiled
def enter_all(q: Queue, people: Longs) -> None:  # pragma: no cover
    """Has all of them looked at in all rounds, in their order."""
    for person in people:
        for number in range(q.waiting.shape[1] - 1):
            enter(q, person, number)


@compiled
def improve(g: Graph, x: Barred, e: Evening, q: Queue, turns: int) -> int:  # pragma: no cover
    """Looks at so many of those who wait; whose meetings changed waits again. Returns how many still do."""
    for _ in range(turns):
        if q.at[1] == 0:
            break
        person = next_of(q)
        for number in range(e.partner.shape[1]):
            while q.waiting[person, number]:
                q.waiting[person, number] = _improve(g, x, e, q, number, person)
    return int(q.at[1])


@inlined
def _improve(g: Graph, x: Barred, e: Evening, q: Queue, number: int, one: int) -> bool:  # pragma: no cover
    """The best change of the person's meeting of that round, if one is for the better."""
    left = e.partner[one, number]
    if left == OUT:
        return False
    if left >= 0:
        for n in range(g.start[left], g.start[left + 1]):
            q.known[g.other[n]] = g.value[n]
    gained, best = 0, -1
    for n in range(g.start[one], g.start[one + 1]):
        other = g.other[n]
        theirs = e.partner[other, number]
        if theirs == OUT or other == left:
            continue
        gain = g.value[n] - e.worth[one, number] - e.worth[other, number]
        if left >= 0 and theirs >= 0:
            gain += q.known[theirs]
        if gain <= gained or have_met(e, x, one, other):
            continue
        if left >= 0 and theirs >= 0 and not fresh(e, x, left, theirs):
            continue
        gained, best = gain, other
    if left >= 0:
        for n in range(g.start[left], g.start[left + 1]):
            q.known[g.other[n]] = 0
    if best >= 0:
        _change(g, e, q, number, one, best)
    return best >= 0


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
    enter_both(q, one, other, number)
    enter_both(q, left, theirs, number)
