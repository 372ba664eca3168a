"""Everybody who is still free meets somebody, if that can be; compiled.

Two who are free meet each other where they may and have not. Otherwise they take a pair of that round apart, and each
meets one of it. Where all that would be repeats, there are as few as can be.
"""

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.rounds_evening import FREE, Evening, fresh, have_met, join, may_meet, part, value_of
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_swaps import Queue, enter_both

_TOO_MANY = 3
"""Repeats: more than one move brings."""
_NOBODY = -1


def seat(g: Graph, x: Barred, e: Evening, q: Queue, number: int, byes: Longs, pairs: int) -> None:
    """Seats those who are free in the round, who had most byes first, while there are fewer pairs than that."""
    free = np.flatnonzero(e.partner[:, number] == FREE)
    if not len(free):
        return
    in_turn = free[np.argsort(-byes[free], kind="stable")].astype(np.int32)
    following = np.arange(1, len(in_turn) + 1).astype(np.int32)
    left = pairs - int(np.count_nonzero(e.partner[:, number] >= 0)) // 2
    _seat(g, x, e, q, number, in_turn, following, left)


@compiled
def _seat(
    g: Graph, x: Barred, e: Evening, q: Queue, number: int, free: Ints, following: Ints, left: int
) -> None:  # pragma: no cover
    """`following` leads from each to the next who is still free."""
    for at in range(len(free)):
        one = free[at]
        if left <= 0:
            return
        if e.partner[one, number] != FREE:
            continue
        other = _worth_meeting(g, x, e, number, one)
        if other == _NOBODY:
            other = _anybody(x, e, number, free, following, at)
        if other != _NOBODY:
            join(e, number, one, other, value_of(g, one, other))
            enter_both(q, one, other, number)
            left -= 1
        elif _take_apart(g, x, e, q, number, free, at):
            left -= 1


@inlined
def _worth_meeting(g: Graph, x: Barred, e: Evening, number: int, one: int) -> int:  # pragma: no cover
    best, found = 0, _NOBODY
    for n in range(g.start[one], g.start[one + 1]):
        other = g.other[n]
        if e.partner[other, number] == FREE and g.value[n] > best and not have_met(e, x, one, other):
            best, found = g.value[n], other
    return found


@inlined
def _anybody(x: Barred, e: Evening, number: int, free: Ints, following: Ints, at: int) -> int:  # pragma: no cover
    """The next who is free and may be met anew."""
    before, there = at, following[at]
    while there < len(free):
        other = free[there]
        if e.partner[other, number] == FREE:
            if fresh(e, x, free[at], other):
                return int(other)
            before = there
        else:
            following[before] = following[there]
        there = following[there]
    return _NOBODY


@inlined
def _take_apart(
    g: Graph, x: Barred, e: Evening, q: Queue, number: int, free: Ints, at: int
) -> bool:  # pragma: no cover
    """The one and another who is free each get one of a pair, or one another; fewest repeats, then most gain."""
    one = free[at]
    fewest, gained, best, best_of_pair = _TOO_MANY, 0, _NOBODY, _NOBODY
    for there in range(at + 1, len(free)):
        other = free[there]
        if e.partner[other, number] != FREE:
            continue
        # All of them stand the same chance: looking for more than one is for where that one finds nobody.
        if may_meet(x, one, other) and fewest > 1:
            fewest, gained, best, best_of_pair = 1, 0, other, _NOBODY
        for mine in range(len(e.partner)):
            theirs = e.partner[mine, number]
            if theirs < 0 or not may_meet(x, one, mine) or not may_meet(x, other, theirs):
                continue
            repeats = have_met(e, x, one, mine) + have_met(e, x, other, theirs)
            if repeats > fewest:
                continue
            gain = value_of(g, one, mine) + value_of(g, other, theirs) - e.worth[mine, number]
            if repeats < fewest or gain > gained or best == _NOBODY:
                fewest, gained, best, best_of_pair = repeats, gain, other, mine
        if fewest == 0:
            break
    if best == _NOBODY:
        return False
    if best_of_pair == _NOBODY:
        join(e, number, one, best, 0)
        return True
    theirs = e.partner[best_of_pair, number]
    part(e, number, best_of_pair)
    # A repeat is worth nothing a second time.
    join(e, number, one, best_of_pair, 0 if have_met(e, x, one, best_of_pair) else value_of(g, one, best_of_pair))
    join(e, number, best, theirs, 0 if have_met(e, x, best, theirs) else value_of(g, best, theirs))
    enter_both(q, one, best, number)
    enter_both(q, best_of_pair, theirs, number)
    return True
