"""Which pairs should meet at all, whatever the round: each person in at most so many of them, for the most affinity.

Pairs bargain over the places of their people: each says to the other what it would gain over the best it could do
without. Where everybody's places go to who offers most, and both ends agree, nothing is better (max-product belief
propagation for b-matchings: Bayati, Shah, Sharma 2008; Sanghavi, Malioutov, Willsky 2011). What the last place of each
person is worth bounds every plan from above, settled or not: linear programming calls these prices the dual.
"""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Longs
from services.events.scheduling.rounds_graph import Graph

UNIT = 64
"""Of a basis point: ties are broken below it."""


class Bargain(NamedTuple):
    """What is offered: `offer[n]` is what a person, at place n of the graph, offers the other there."""

    worth: Longs
    offer: Longs
    price: Longs
    """Of one more place of each person."""
    top: Longs
    """Written while the best offers to one person are sought."""


def bargain(g: Graph, places: int) -> Bargain:
    """Nothing offered yet, with at most so many places a person."""
    worth = np.empty_like(g.value)
    _set_worth(g, worth)
    return Bargain(worth, worth.copy(), np.zeros(len(g.start) - 1, np.int64), np.zeros(places + 2, np.int64))


@compiled
def _set_worth(g: Graph, worth: Longs) -> None:  # pragma: no cover
    for person in range(len(g.start) - 1):
        for n in range(g.start[person], g.start[person + 1]):
            low, high = min(person, g.other[n]), max(person, g.other[n])
            worth[n] = g.value[n] * UNIT + _mixed(low, high) % UNIT


@inlined
def _mixed(low: int, high: int) -> int:  # pragma: no cover
    """A number that looks drawn by lot, the same in every run."""
    mixed = (low * 73856093) ^ (high * 19349663)
    return (mixed ^ (mixed >> 13)) & 0xFFFF


@compiled
def settle(g: Graph, b: Bargain, places: Longs, sweeps: int) -> int:  # pragma: no cover
    """So many times everybody offers anew; returns how many offers still changed the last time."""
    changed = 0
    for sweep in range(sweeps):
        changed = 0
        for turn in range(len(places)):
            person = turn if sweep % 2 == 0 else len(places) - 1 - turn
            first, last = g.start[person], g.start[person + 1]
            room = places[person]
            last_in, first_out = _margin(g, b, first, last, room)
            b.price[person] = (max(0, last_in) + first_out) // 2 if last - first > room else 0
            for n in range(first, last):
                offered = b.offer[g.twin[n]]
                # Who is among the best would give way to the first who is not.
                rival = first_out if offered >= last_in else max(0, last_in)
                new = b.worth[n] - rival if room > 0 else -b.worth[n]
                if new != b.offer[n]:
                    changed += 1
                    b.offer[n] = new
        if changed == 0:
            break
    return changed


@inlined
def _margin(g: Graph, b: Bargain, first: int, last: int, room: int) -> tuple[int, int]:  # pragma: no cover
    """The least offer that still gets a place, and the best that does not, which is 0 where there is none."""
    top = b.top
    kept = 0
    for n in range(first, last):
        offered = b.offer[g.twin[n]]
        if kept > room:
            if offered <= top[room]:
                continue
        else:
            kept += 1
        at = kept - 1
        while at > 0 and top[at - 1] < offered:
            top[at] = top[at - 1]
            at -= 1
        top[at] = offered
    last_in = top[room - 1] if 0 < room <= kept else -(2**62)
    first_out = max(0, top[room]) if kept > room else 0
    return last_in, first_out


@compiled
def bound(g: Graph, b: Bargain, places: Longs) -> int:  # pragma: no cover
    """What no plan exceeds, by these prices."""
    total = 0
    for person in range(len(places)):
        total += places[person] * b.price[person]
        for n in range(g.start[person], g.start[person + 1]):
            if person < g.other[n]:
                total += max(0, b.worth[n] - b.price[person] - b.price[g.other[n]])
    return total // UNIT


@compiled
def tighten(g: Graph, b: Bargain, places: Longs) -> None:  # pragma: no cover
    """Each price in turn to the middle of where the bound is least for it, all others as they are."""
    for person in range(len(places)):
        room = places[person]
        kept = 0
        for n in range(g.start[person], g.start[person + 1]):
            left = b.worth[n] - b.price[g.other[n]]
            if kept > room:
                if left <= b.top[room]:
                    continue
            else:
                kept += 1
            at = kept - 1
            while at > 0 and b.top[at - 1] < left:
                b.top[at] = b.top[at - 1]
                at -= 1
            b.top[at] = left
        if kept <= room:
            b.price[person] = 0
        elif room == 0:
            b.price[person] = max(0, b.top[0])
        else:
            b.price[person] = (max(0, b.top[room - 1]) + max(0, b.top[room])) // 2
