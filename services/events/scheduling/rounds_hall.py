"""Who sits where in each round, while a plan at tables is being made; compiled."""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.rounds_evening import may_meet, value_of
from services.events.scheduling.rounds_graph import Barred, Graph, stands

NOWHERE = -1


class Hall(NamedTuple):
    """Tables by round and number; those who sit there are the first `taken` of its seats."""

    place: Ints
    """People x rounds: their table, or NOWHERE."""
    seat: Ints
    """People x rounds: which seat of it."""
    seats: Ints
    """Rounds x tables x seats: who sits there."""
    taken: Ints
    """Rounds x tables: how many do."""
    own: Longs
    """People x rounds: what the others at their table are worth to them."""


def hall(people: int, rounds: int, tables: int, size: int) -> Hall:
    """Nobody sits yet."""
    return Hall(
        place=np.full((people, rounds), NOWHERE, np.int32),
        seat=np.zeros((people, rounds), np.int32),
        seats=np.zeros((rounds, tables, size), np.int32),
        taken=np.zeros((rounds, tables), np.int32),
        own=np.zeros((people, rounds), np.int64),
    )


@inlined
def sit(h: Hall, number: int, person: int, table: int) -> None:  # pragma: no cover
    """Takes the next seat there."""
    at = h.taken[number, table]
    h.seats[number, table, at] = person
    h.taken[number, table] = at + 1
    h.place[person, number], h.seat[person, number] = table, at


@inlined
def rise(h: Hall, number: int, person: int) -> None:  # pragma: no cover
    """Leaves the seat; whoever sat last takes it."""
    table, at = h.place[person, number], h.seat[person, number]
    last = h.taken[number, table] - 1
    mover = h.seats[number, table, last]
    h.seats[number, table, at] = mover
    h.seat[mover, number] = at
    h.taken[number, table] = last
    h.place[person, number] = NOWHERE


@inlined
def trade(h: Hall, number: int, one: int, other: int) -> None:  # pragma: no cover
    """They change seats."""
    table, at = h.place[one, number], h.seat[one, number]
    there, where = h.place[other, number], h.seat[other, number]
    h.seats[number, table, at], h.seats[number, there, where] = other, one
    h.place[one, number], h.seat[one, number] = there, where
    h.place[other, number], h.seat[other, number] = table, at


@inlined
def company(h: Hall, x: Barred, one: int, other: int) -> int:  # pragma: no cover
    """How many times the two meet, those before included."""
    times = 0
    for number in range(h.place.shape[1]):
        if h.place[one, number] == h.place[other, number] and h.place[one, number] != NOWHERE:
            times += 1
    if x.met_start[one] < x.met_start[one + 1] and stands(x.met_start, x.met, one, other) >= 0:
        times += 1
    return times


@inlined
def welcome(h: Hall, x: Barred, number: int, table: int, one: int, instead: int) -> bool:  # pragma: no cover
    """Whether nobody at the table, but for whom they would sit there `instead` of, is one they may not meet."""
    if x.forbidden_start[one] == x.forbidden_start[one + 1]:
        return True
    for at in range(h.taken[number, table]):
        other = h.seats[number, table, at]
        if other != instead and not may_meet(x, one, other):
            return False
    return True


@inlined
def known_there(h: Hall, x: Barred, number: int, table: int, one: int, instead: int) -> int:  # pragma: no cover
    """How many there, but for whom they would sit there `instead` of, they meet in other rounds, too."""
    here = 1 if h.place[one, number] == table else 0
    known = 0
    for at in range(h.taken[number, table]):
        other = h.seats[number, table, at]
        if other != instead and other != one and company(h, x, one, other) > here:
            known += 1
    return known


@inlined
def liking(h: Hall, g: Graph, number: int, table: int, one: int, instead: int) -> int:  # pragma: no cover
    """What those there are worth to the person, but for whom they would sit there `instead` of."""
    worth = 0
    for at in range(h.taken[number, table]):
        other = h.seats[number, table, at]
        if other != instead:
            worth += value_of(g, one, other)
    return worth


@compiled
def weigh(h: Hall, g: Graph) -> None:  # pragma: no cover
    """Sets `own` of all."""
    for person in range(len(h.place)):
        for number in range(h.place.shape[1]):
            table = h.place[person, number]
            h.own[person, number] = liking(h, g, number, table, person, person) if table != NOWHERE else 0
