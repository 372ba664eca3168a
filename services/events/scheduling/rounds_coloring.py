"""The pairs that should meet spread over the rounds, so that nobody is in two places: an edge coloring; compiled.

A pair goes to a round in which both are free. Where there is none, one is free in one round and the other in another:
along the path of pairs in these two rounds that begins at one of them, the rounds change places, unless it ends at the
other or at somebody who is away (Kempe 1879, Vizing 1964).
"""

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.rounds_evening import FREE, Evening, have_met, join
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_prices import Bargain

_HOPELESS = 0.2
"""Of what it is worth: so much below the prices a pair is not even tried."""


def color(g: Graph, x: Barred, b: Bargain, e: Evening) -> None:
    """Puts pairs into rounds, those that gain most over the prices of their people first, as far as there is room."""
    person = np.repeat(np.arange(len(g.start) - 1, dtype=np.int32), np.diff(g.start))
    # Both ends have a say, and their common word is the same seen from either.
    over = b.offer + b.offer[g.twin] - b.worth
    once = np.flatnonzero((person < g.other) & (over > -_HOPELESS * b.worth))
    ordered = once[np.argsort(-over[once], kind="stable")]
    color_in_order(g, x, e, person[ordered], ordered, len(e.partner))


def color_between(g: Graph, x: Barred, e: Evening, longest: int) -> None:
    """The same for whoever is free in some round: pairs between them, the most worth first, if need be after up to
    `longest` people change rounds."""
    person = np.repeat(np.arange(len(g.start) - 1, dtype=np.int32), np.diff(g.start))
    free = (e.partner == FREE).any(axis=1)
    once = np.flatnonzero((person < g.other) & free[person] & free[g.other])
    ordered = once[np.argsort(-g.value[once], kind="stable")]
    color_in_order(g, x, e, person[ordered], ordered, longest)


@compiled
def color_in_order(
    g: Graph, x: Barred, e: Evening, person: Ints, places: Longs, longest: int
) -> int:  # pragma: no cover
    """The same for pairs in this order, each by its person and its place there; returns how many found no round."""
    lost = 0
    for n in range(len(places)):
        one, other = person[n], g.other[places[n]]
        if not _room(e, one) or not _room(e, other) or have_met(e, x, one, other):
            continue
        number = _round_for(e, one, other, longest)
        if number >= 0:
            join(e, number, one, other, g.value[places[n]])
        else:
            lost += 1
    return lost


@inlined
def _room(e: Evening, one: int) -> bool:  # pragma: no cover
    for number in range(e.partner.shape[1]):
        if e.partner[one, number] == FREE:
            return True
    return False


@inlined
def _round_for(e: Evening, one: int, other: int, longest: int) -> int:  # pragma: no cover
    """A round in which both are free, if need be after up to so many people changed rounds; -1 where there is none."""
    rounds = e.partner.shape[1]
    for number in range(rounds):
        if e.partner[one, number] == FREE and e.partner[other, number] == FREE:
            return number
    for here in range(rounds):
        if e.partner[one, here] != FREE or e.partner[other, here] < 0:
            continue
        for there in range(rounds):
            if e.partner[other, there] != FREE or e.partner[one, there] < 0:
                continue
            if _changes(e, one, other, here, there, longest):
                return here
    return -1


@inlined
def _changes(e: Evening, one: int, other: int, here: int, there: int, longest: int) -> bool:  # pragma: no cover
    """Frees `here` for the other, who is free `there`: their path changes rounds, unless it is too long or leads to the
    one."""
    at, out, back, length = other, here, there, 1
    while e.partner[at, out] >= 0:
        at = e.partner[at, out]
        out, back = back, out
        length += 1
        if length > longest:
            return False
    if at == one or e.partner[at, out] != FREE:
        return False
    at, out, back = other, here, there
    while at >= 0:
        following = e.partner[at, out]
        e.partner[at, out], e.partner[at, back] = e.partner[at, back], following
        e.worth[at, out], e.worth[at, back] = e.worth[at, back], e.worth[at, out]
        at = following
        out, back = back, out
    return True
