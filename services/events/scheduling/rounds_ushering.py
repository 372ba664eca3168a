"""Everybody who has no seat yet gets one, if that can be, at a table with whom they may sit; compiled."""

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_hall import NOWHERE, Hall, known_there, liking, rise, sit, welcome

_NONE = -1


def usher(h: Hall, g: Graph, x: Barred, number: int, seated: Longs, tables: int) -> None:
    """Seats all these at so many tables of nearly one size; nobody alone, nobody with whom they may not be."""
    if not tables:
        return
    most = -(-len(seated) // tables)
    _close(h, number, tables)
    _clear(h, x, number, most)
    standing = seated[h.place[seated, number] == NOWHERE].astype(np.int32)
    for size in (most, h.seats.shape[2]):
        _usher(h, g, x, number, standing, tables, size)
        if not _alone(h, number):
            return
        standing = seated[h.place[seated, number] == NOWHERE].astype(np.int32)


@compiled
def _close(h: Hall, number: int, tables: int) -> None:  # pragma: no cover
    """Whoever sits at a table of a higher number has to find another, which gets that number's place."""
    for table in range(tables, h.taken.shape[1]):
        while h.taken[number, table] > 0:
            rise(h, number, h.seats[number, table, 0])


@compiled
def _clear(h: Hall, x: Barred, number: int, most: int) -> None:  # pragma: no cover
    """Nobody stays with whom they may not be, and no more than are to."""
    for table in range(h.taken.shape[1]):
        at = 0
        while at < h.taken[number, table]:
            person = h.seats[number, table, at]
            if not welcome(h, x, number, table, person, person):
                rise(h, number, person)
            else:
                at += 1
        while h.taken[number, table] > most:
            rise(h, number, h.seats[number, table, h.taken[number, table] - 1])


@compiled
def _alone(h: Hall, number: int) -> bool:  # pragma: no cover
    """Has those rise who sit alone; whether there were any."""
    found = False
    for table in range(h.taken.shape[1]):
        if h.taken[number, table] == 1:
            rise(h, number, h.seats[number, table, 0])
            found = True
    return found


@compiled
def _usher(
    h: Hall, g: Graph, x: Barred, number: int, standing: Ints, tables: int, most: int
) -> None:  # pragma: no cover
    for person in standing:
        table = _table_for(h, g, x, number, person, tables, most)
        if table != _NONE:
            sit(h, number, person, table)
        else:
            _make_room(h, g, x, number, person, tables, most)


@inlined
def _table_for(
    h: Hall, g: Graph, x: Barred, number: int, person: int, tables: int, most: int
) -> int:  # pragma: no cover
    """The table with room where the person knows fewest, of these the emptiest, of these the one that is liked most."""
    fewest, emptiest, liked, best = 2**30, 2**30, -1, _NONE
    for table in range(tables):
        size = h.taken[number, table]
        if size >= most or not welcome(h, x, number, table, person, person):
            continue
        known = known_there(h, x, number, table, person, person)
        if known > fewest or (known == fewest and size > emptiest):
            continue
        worth = liking(h, g, number, table, person, person)
        if known < fewest or size < emptiest or worth > liked:
            fewest, emptiest, liked, best = known, size, worth, table
    return best


@inlined
def _make_room(
    h: Hall, g: Graph, x: Barred, number: int, person: int, tables: int, most: int
) -> bool:  # pragma: no cover
    """Somebody who can sit elsewhere gives the person a seat."""
    for table in range(tables):
        for at in range(h.taken[number, table]):
            other = h.seats[number, table, at]
            if not welcome(h, x, number, table, person, other):
                continue
            rise(h, number, other)
            elsewhere = _table_for(h, g, x, number, other, tables, most)
            if elsewhere != _NONE and elsewhere != table:
                sit(h, number, other, elsewhere)
                sit(h, number, person, table)
                return True
            sit(h, number, other, table)
    return False
