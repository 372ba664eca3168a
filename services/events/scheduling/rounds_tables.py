"""A plan of speed rounds at tables."""

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled
from services.events.scheduling.rounds import Flags, Ints, Longs, Progress, RoundsAsked
from services.events.scheduling.rounds_byes import chosen_byes, tables_at_most, tables_needed
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_hall import NOWHERE, Hall, hall, sit, weigh
from services.events.scheduling.rounds_mingling import anneal, lot, mingle, part_repeated, repeated
from services.events.scheduling.rounds_prices import bargain, bound, tighten
from services.events.scheduling.rounds_swaps import Queue, enter_all, queue
from services.events.scheduling.rounds_turning import turned
from services.events.scheduling.rounds_ushering import usher

_TRIES = 12_000
"""By lot, for each person and round, that nobody meets twice."""
_TRIES_AT_MOST = 20_000_000
_WARM, _COLD = 0.7, 0.12
"""Repeats: so much worse is at first, and at last, taken one time in e."""
_AT_ONCE = 200_000
_TURNS = 500
_TIGHTER = 5


def tabled(told: RoundsAsked, g: Graph, x: Barred, progress: Progress) -> Ints:
    """People x rounds: a number for the group of each, or NOWHERE."""
    people, size = len(told.people), told.group_size
    standing = turned(x, people, told.rounds, max(1, -(-people // size)))
    there = told.there()
    needed = tables_needed(told, there)
    worth = np.add.reduceat(np.append(g.value, 0), g.start[:-1]) * (np.diff(g.start) > 0)
    h = _seated(told, g, x, standing, there & ~chosen_byes(told, there, worth[:, None]), needed)
    progress(0.1)
    _settle(h, x, progress)
    progress(0.5)
    _mingle(h, g, x, np.arange(people), progress)
    return h.place


def retabled(told: RoundsAsked, g: Graph, x: Barred, table: Ints, progress: Progress) -> Ints:
    """The same groups where all are there and may sit together; who lost their table or came new sits with others."""
    before = np.where(table >= 0, table, NOWHERE).astype(np.int32)
    for number in range(told.rounds):
        sitting = before[:, number] != NOWHERE
        before[sitting, number] = np.unique(before[sitting, number], return_inverse=True)[1]
    there = told.there()
    # Tables stay open while hardly any is short of more than one.
    count = there.sum(axis=0)
    open_now = np.minimum(before.max(axis=0, initial=NOWHERE) + 1, count // (told.group_size - 1))
    needed = np.maximum(tables_needed(told, there), np.minimum(open_now, tables_at_most(told)))
    # Of those who had as many byes, whoever has this one keeps it.
    h = _seated(told, g, x, before, there & ~chosen_byes(told, there, before != NOWHERE), needed)
    _settle(h, x, progress)
    progress(0.5)
    changed = np.flatnonzero((h.place != before).any(axis=1))
    _mingle(h, g, x, changed, progress)
    return h.place


def linear_bound(told: RoundsAsked, g: Graph) -> int:
    """What no plan exceeds: nobody meets more than all seats of their tables in all their rounds."""
    places = told.there().sum(axis=1) * (told.group_size - 1)
    offers = bargain(g, int(places.max(initial=0)))
    for _ in range(_TIGHTER):
        tighten(g, offers, places)
    return bound(g, offers, places)


def _seated(told: RoundsAsked, g: Graph, x: Barred, table: Ints, to_sit: NDArray[np.bool_], needed: Longs) -> Hall:
    """Everybody at these tables as far as they may be, others where there is room."""
    tables = max(int(table.max(initial=0)) + 1, int(needed.max(initial=0)))
    h = hall(len(table), told.rounds, tables, told.group_size)
    _take_seats(h, table, to_sit)
    for number in range(told.rounds):
        usher(h, g, x, number, np.flatnonzero(to_sit[:, number]), int(needed[number]))
    return h


@compiled
def _take_seats(h: Hall, table: Ints, to_sit: Flags) -> None:  # pragma: no cover
    size = h.seats.shape[2]
    for number in range(table.shape[1]):
        for person in range(len(table)):
            at = table[person, number]
            if at != NOWHERE and to_sit[person, number] and h.taken[number, at] < size:
                sit(h, number, person, at)


def _settle(h: Hall, x: Barred, progress: Progress) -> None:
    """Until nobody meets twice, or it is cold."""
    repeats = repeated(h, x)
    while repeats:
        progress(0.1)
        fewer = part_repeated(h, x)
        repeats += fewer
        if not fewer:
            break
    tries = min(_TRIES_AT_MOST, _TRIES * h.place.size)
    cooler, numbers, warmth = (_COLD / _WARM) ** (1 / max(1, tries)), lot(h.place.size), _WARM
    for done in range(0, tries, _AT_ONCE):
        if not repeats:
            return
        progress(0.1 + 0.4 * done / tries)
        repeats += anneal(h, x, numbers, min(_AT_ONCE, tries - done), warmth, cooler)
        warmth *= cooler**_AT_ONCE


def _mingle(h: Hall, g: Graph, x: Barred, changed: Longs, progress: Progress) -> None:
    waiting: Queue = queue(len(h.place), h.place.shape[1])
    enter_all(waiting, changed)
    weigh(h, g)
    touched = np.zeros(h.taken.shape[1] + 1, np.int32)
    left = len(changed)
    while left:
        progress(1 - 0.5 * min(1, left / len(h.place)))
        left = mingle(h, g, x, waiting, touched, _TURNS)
