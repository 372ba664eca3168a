"""Places filled one at a time, each by moving as few people as it takes to keep the assignment the best; compiled.

Every place goes to whoever gains most by it, whose own place goes to the next, until the last in the row had none or
the last place is worth least empty. The row is a shortest path by what prices leave of each edge (Dijkstra's way with
the potentials of Edmonds and Karp), and prices follow, so that they prove the assignment after each.
"""

from typing import NamedTuple

import numpy as np

from services.matching.engine.compiling import compiled, inlined
from services.matching.engine.residual import Ints, Longs, Residual

_FAR = 2**62
_NOBODY = -1


class Search(NamedTuple):
    """What is written while a row is sought: how far hosts and guests are, by which edge they were reached."""

    host_at: Longs
    guest_at: Longs
    host_edge: Ints
    guest_edge: Ints
    hosts: Ints
    guests: Ints
    """Those reached, in their order."""
    heap: Ints
    """Hosts still to be looked at, the nearest on top."""
    place: Ints
    """Where a host is in the heap."""


def seat(laid: Residual, host: int, places: int, search: Search) -> None:
    """Fills so many places of a host who has nobody yet, but the price of one; they stay empty where that is best.

    Of equally good assignments it takes one that leaves fewer alone.
    """
    for _ in range(places):
        if not _seat(laid, search, host):
            return


def search_for(laid: Residual) -> Search:
    """Room for searches in it."""
    hosts, guests = len(laid.host_price), len(laid.guest_price)
    return Search(
        host_at=np.full(hosts, _FAR, np.int64),
        guest_at=np.full(guests, _FAR, np.int64),
        host_edge=np.zeros(hosts, np.int32),
        guest_edge=np.zeros(guests, np.int32),
        hosts=np.zeros(hosts, np.int32),
        guests=np.zeros(guests, np.int32),
        heap=np.zeros(hosts, np.int32),
        place=np.full(hosts, _NOBODY, np.int32),
    )


@compiled
def _seat(r: Residual, s: Search, source: int) -> bool:  # pragma: no cover
    """Fills one place more, or finds that it is best left empty: then False."""
    s.host_at[source] = 0
    s.hosts[0] = source
    hosts, guests, waiting = 1, 0, _push(s, 0, source)
    # The row may end with a guest who had no place, or with a host whose place is given up.
    end, last_guest, last_host = r.host_price[source], _NOBODY, source
    while waiting > 0:
        host = s.heap[0]
        at = s.host_at[host]
        if at > end or (at == end and last_guest != _NOBODY):
            break
        waiting = _pop(s, waiting)
        if at + r.host_price[host] < end:
            end, last_guest, last_host = at + r.host_price[host], _NOBODY, host
        for n in range(r.by_host[host], r.by_host[host + 1]):
            edge = r.at_host[n]
            guest = r.guest[edge]
            reached = at + r.guest_price[guest] + r.host_price[host] - r.gain[edge]
            if r.taken[edge] or reached >= s.guest_at[guest] or reached > end:
                continue
            if s.guest_at[guest] == _FAR:
                s.guests[guests] = guest
                guests += 1
            s.guest_at[guest] = reached
            s.guest_edge[guest] = edge
            if r.spare[guest] > 0:
                if reached < end or last_guest == _NOBODY:
                    end, last_guest = reached, guest
                continue
            for m in range(r.room[guest], r.room[guest] + r.holding[guest]):
                freed = r.held[m]
                other = r.host[freed]
                then = reached + r.gain[freed] - r.guest_price[guest] - r.host_price[other]
                if then < s.host_at[other] and then <= end:
                    if s.host_at[other] == _FAR:
                        s.hosts[hosts] = other
                        hosts += 1
                    s.host_at[other] = then
                    s.host_edge[other] = freed
                    waiting = _push(s, waiting, other)
    filled = last_guest != _NOBODY
    if filled or last_host != source:
        _move(r, s, source, last_guest, last_host)
    _follow(r, s, end, hosts, guests, waiting)
    return filled or last_host != source


@inlined
def _move(r: Residual, s: Search, source: int, last_guest: int, last_host: int) -> None:  # pragma: no cover
    """Everybody in the row takes the place that was kept for them, from its end to its beginning."""
    guest = last_guest
    if guest != _NOBODY:
        slot = r.room[guest] + r.holding[guest]
        r.holding[guest] += 1
        r.spare[guest] -= 1
    else:
        guest = r.guest[s.host_edge[last_host]]
        slot = _give_up(r, s.host_edge[last_host])
    while True:
        edge = s.guest_edge[guest]
        r.held[slot] = edge
        r.taken[edge] = True
        if r.host[edge] == source:
            return
        freed = s.host_edge[r.host[edge]]
        guest = r.guest[freed]
        slot = _give_up(r, freed)


@inlined
def _give_up(r: Residual, edge: int) -> int:  # pragma: no cover
    """Takes the edge away, and says where it was held."""
    r.taken[edge] = False
    slot = r.room[r.guest[edge]]
    while r.held[slot] != edge:
        slot += 1
    return int(slot)


@inlined
def _follow(r: Residual, s: Search, end: int, hosts: int, guests: int, waiting: int) -> None:  # pragma: no cover
    """Brings the prices of all who are nearer than the end of the row up to date, and clears the search."""
    for n in range(hosts):
        host = s.hosts[n]
        r.host_price[host] -= max(0, end - s.host_at[host])
        s.host_at[host] = _FAR
    for n in range(guests):
        guest = s.guests[n]
        r.guest_price[guest] += max(0, end - s.guest_at[guest])
        s.guest_at[guest] = _FAR
    for n in range(waiting):
        s.place[s.heap[n]] = _NOBODY


@inlined
def _nearer(s: Search, one: int, other: int) -> bool:  # pragma: no cover
    return s.host_at[one] < s.host_at[other] or (s.host_at[one] == s.host_at[other] and one < other)


@inlined
def _push(s: Search, waiting: int, host: int) -> int:  # pragma: no cover
    """Enters a host, or moves it up after it has come nearer; returns how many wait."""
    at = s.place[host]
    if at == _NOBODY:
        at = waiting
        waiting += 1
    while at > 0 and _nearer(s, host, s.heap[(at - 1) // 2]):
        s.heap[at] = s.heap[(at - 1) // 2]
        s.place[s.heap[at]] = at
        at = (at - 1) // 2
    s.heap[at] = host
    s.place[host] = at
    return waiting


@inlined
def _pop(s: Search, waiting: int) -> int:  # pragma: no cover
    """Takes the nearest away; returns how many still wait."""
    s.place[s.heap[0]] = _NOBODY
    waiting -= 1
    host = s.heap[waiting]
    at, below = 0, 1
    while below < waiting:
        if below + 1 < waiting and _nearer(s, s.heap[below + 1], s.heap[below]):
            below += 1
        if not _nearer(s, s.heap[below], host):
            break
        s.heap[at] = s.heap[below]
        s.place[s.heap[at]] = at
        at, below = below, 2 * below + 1
    if waiting > 0:
        s.heap[at] = host
        s.place[host] = at
    return waiting
