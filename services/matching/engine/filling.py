"""A solved assignment carried on: places it left empty are filled, with new edges or without, and it stays the best.

To solve all of it again would take as long as the first time; this takes time for the few who are left over.
"""

import numpy as np

from services.matching.engine.prices import settle
from services.matching.engine.residual import Flags, Longs, residual
from services.matching.engine.seating import search_for, seat


def filled(
    mentor_index: Longs,
    mentee_index: Longs,
    gain: Longs,
    taken: Flags,
    new: Flags,
    seats: Longs,
    wanted: Longs,
    bonus: int = 0,
) -> Flags:
    """The best assignment of all edges, from the best without the `new` ones: by total gain, then by the most pairs.

    The new edges join seats and people left over. Pairs gain a `bonus` beside, of which the assignment so far knew
    nothing: one greater than any total makes the most pairs come first. Places are filled on the side that has fewer
    left. Exact where whoever is left over there has nobody yet, as with people who want one mentor; who has somebody
    keeps those places for edges that are not new. Raises NotTheBest.
    """
    free = seats - np.bincount(mentor_index[taken], minlength=len(seats))
    alone = wanted - np.bincount(mentee_index[taken], minlength=len(wanted))
    if not (free.any() and alone.any()):
        return taken
    if free.sum() < alone.sum():
        return _filled(mentor_index, mentee_index, gain, taken, new, free, alone, bonus)
    return _filled(mentee_index, mentor_index, gain, taken, new, alone, free, bonus)


def _filled(
    host: Longs, guest: Longs, gain: Longs, taken: Flags, new: Flags, empty: Longs, spare: Longs, bonus: int
) -> Flags:
    """The same from the side whose empty places are filled."""
    hosts = len(empty)
    hosting = np.flatnonzero(empty > 0)
    # Places left over are hosts of their own: those that are taken keep the prices they have.
    own = np.full(hosts, -1)
    own[hosting] = hosts + np.arange(len(hosting))
    places = (spare + np.bincount(guest[taken], minlength=len(spare)))[guest]
    several = places > 1
    offered = (own[host] >= 0) & (places > 0) & ~(taken & several)
    as_before, beside = np.flatnonzero((places > 0) & ~new & ~(offered & several)), np.flatnonzero(offered)
    edge = np.concatenate((as_before, beside))
    laid, order = residual(
        host=np.concatenate((host[as_before], own[host[beside]])).astype(np.int32),
        guest=guest[edge].astype(np.int32),
        gain=gain[edge],
        taken=np.concatenate((taken[as_before], np.zeros(len(beside), np.bool_))),
        hosts=hosts + len(hosting),
        spare=spare,
    )
    settle(laid)
    laid.gain[:] += bonus
    laid.host_price[:] += bonus
    search = search_for(laid)
    for each in hosting.tolist():
        seat(laid, int(own[each]), int(empty[each]), search)
    found = np.zeros(len(taken), np.bool_)
    found[edge[order[laid.taken]]] = True
    return found
