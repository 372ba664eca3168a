"""A solved assignment carried on: places it left empty are filled, with more edges or without, and it stays the best.

To solve all of it again would take as long as the first time; this takes time for the few who are left over.
"""

import numpy as np

from services.matching.engine.prices import settle
from services.matching.engine.residual import Flags, Ints, Longs, residual
from services.matching.engine.seating import search_for, seat


class HalfFilled(ValueError):
    """On both sides somebody has some places taken and others left: these cannot be told apart."""


def filled(
    mentor_index: Ints | Longs,
    mentee_index: Ints | Longs,
    gain: Longs,
    taken: Flags,
    seats: Longs,
    wanted: Longs,
    bonus: int = 0,
) -> Flags:
    """The best assignment of all edges, by total gain, then by the most pairs: `taken` is the best without some edges.

    These join seats and people left over. Pairs gain a `bonus` beside, of which the assignment so far knew nothing: one
    greater than any total makes the most pairs come first. Exact. Raises HalfFilled, which cannot be where nobody wants
    more than one mentor; NotTheBest where `taken` is not what it has to be.
    """
    seated = np.bincount(mentor_index[taken], minlength=len(seats))
    helped = np.bincount(mentee_index[taken], minlength=len(wanted))
    free, alone = seats - seated, wanted - helped
    if not (free.any() and alone.any()):
        return taken
    # Who has nobody yet has no price to keep. So places are filled from a side where all left over are so: of both the
    # one with fewer places.
    by_seats, by_people = (not (left[has > 0] > 0).any() for left, has in ((free, seated), (alone, helped)))
    if by_seats and (free.sum() < alone.sum() or not by_people):
        return _filled(mentor_index, mentee_index, gain, taken, free, alone, bonus)
    if by_people:
        return _filled(mentee_index, mentor_index, gain, taken, alone, free, bonus)
    raise HalfFilled


def _filled(
    host: Ints | Longs, guest: Ints | Longs, gain: Longs, taken: Flags, empty: Longs, spare: Longs, bonus: int
) -> Flags:
    """The same from the side whose empty places are filled."""
    places = spare + np.bincount(guest[taken], minlength=len(spare))
    edge = np.flatnonzero(places[guest] > 0)
    laid, order = residual(
        host[edge].astype(np.int32), guest[edge].astype(np.int32), gain[edge], taken[edge], len(empty), spare
    )
    settle(laid)
    laid.gain[:] += bonus
    laid.host_price[:] += bonus
    search = search_for(laid)
    for each in np.flatnonzero(empty).tolist():
        seat(laid, each, int(empty[each]), search)
    found = np.zeros(len(taken), np.bool_)
    found[edge[order[laid.taken]]] = True
    return found
