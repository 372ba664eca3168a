"""The prices that go with a solved assignment; compiled.

A flow solver keeps its prices to itself, and they would not be the lowest. The lowest prices of hosts are what one more
place would truly be worth: with them the search for whom to move knows its way and hardly looks about.
"""

import numpy as np

from services.matching.engine.compiling import compiled, inlined
from services.matching.engine.residual import Flags, Ints, Longs, Residual


class NotTheBest(ValueError):
    """There is a better assignment, and so no prices."""


def settle(laid: Residual) -> None:
    """Sets all prices: of hosts the lowest that prove the assignment to be the best.

    That is, for the places that are taken; who has nobody is priced by what a place would be worth. Raises NotTheBest.
    """
    hosts = len(laid.host_price)
    chosen = np.flatnonzero(laid.taken).astype(np.int32)
    by_host = np.argsort(laid.host[chosen], kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(laid.host[chosen], minlength=hosts)))).astype(np.int64)
    queue = np.zeros(hosts + 1, np.int32)
    if not _settle(laid, start, chosen[by_host], queue, np.zeros(hosts, np.bool_)):
        raise NotTheBest


@compiled
def _settle(r: Residual, start: Longs, chosen: Ints, queue: Ints, queued: Flags) -> bool:  # pragma: no cover
    """Prices rise from 0 until nobody would rather be with another: Bellman and Ford's way, hosts in a ring."""
    first, waiting = 0, 0
    for guest in range(len(r.guest_price)):
        r.guest_price[guest] = _worth(r, guest)
    for guest in range(len(r.guest_price)):
        waiting = _outbid(r, guest, queue, queued, first, waiting)
    while waiting > 0:
        host = queue[first]
        first = (first + 1) % len(queue)
        waiting -= 1
        queued[host] = False
        for n in range(start[host], start[host + 1]):
            guest = r.guest[chosen[n]]
            worth = _worth(r, guest)
            if worth < 0:
                return False
            if worth < r.guest_price[guest]:
                r.guest_price[guest] = worth
                waiting = _outbid(r, guest, queue, queued, first, waiting)
    return True


@inlined
def _worth(r: Residual, guest: int) -> int:  # pragma: no cover
    """What is left to the guest of what an edge gains: of several the least, and nothing where a place is free."""
    begin = r.room[guest]
    if r.spare[guest] > 0 or r.holding[guest] == 0:
        return 0
    least = r.gain[r.held[begin]] - r.host_price[r.host[r.held[begin]]]
    for n in range(begin + 1, begin + r.holding[guest]):
        edge = r.held[n]
        least = min(least, r.gain[edge] - r.host_price[r.host[edge]])
    return int(least)


@inlined
def _outbid(r: Residual, guest: int, queue: Ints, queued: Flags, first: int, waiting: int) -> int:  # pragma: no cover
    """The prices that the guest would pay elsewhere; returns how many hosts wait for what follows from theirs."""
    for edge in range(r.by_guest[guest], r.by_guest[guest + 1]):
        host = r.host[edge]
        price = r.gain[edge] - r.guest_price[guest]
        if price > r.host_price[host] and not r.taken[edge]:
            r.host_price[host] = price
            if not queued[host]:
                queued[host] = True
                queue[(first + waiting) % len(queue)] = host
                waiting += 1
    return waiting
