"""Chains of meetings: one comes in, those in its way get another slot, and those in theirs, and so on."""

from typing import NamedTuple

from services.events.scheduling.compiling import compiled
from services.events.scheduling.schedule_board import CLOSED, FREE, NOWHERE, Board, other
from services.events.scheduling.schedule_steps import (
    Chain,
    cheapest,
    concluded,
    lacks,
    moved,
    put_noted,
    take_noted,
    would_lack,
)

_DEEPEST, _DEEPEST_UNWISHED = 40, 6
"""Meetings in a chain."""


class Place(NamedTuple):
    """A slot for a pair and the meetings in its way, one of either's, and what it is worth to have it there."""

    slot: int
    first_goes: int
    second_goes: int
    lacked: int
    gain: int


@compiled
def better_with(b: Board, pair: int, slot: int, wished: bool, mark: int) -> bool:  # pragma: no cover
    """Whether the schedule is better for having the pair meet in this slot; if not, all is as it was.

    Of meetings that nobody wishes there are many, and little is to be gained by each: of these only short chains are
    tried. `mark` is one that no chain had before.
    """
    chain, waiting = Chain(0, 0, 0, 0, 0, 0), 1
    b.waiting[0] = pair
    hope = b.gain[pair]
    for _ in range(_DEEPEST if wished else _DEEPEST_UNWISHED):
        # The most that may come of it: all that wait find a slot where nothing is in their way.
        most, reach = chain.lacked + 2 * waiting, chain.gain + hope
        if waiting == 0 or most < chain.best_lacked or (most == chain.best_lacked and reach <= chain.best_gain):
            break
        new = _next(b, waiting)
        waiting -= 1
        hope -= b.gain[new]
        place = _place(b, new, slot if new == pair else NOWHERE, mark)
        if place.slot == NOWHERE:
            continue
        length = chain.length
        for goes in (place.first_goes, place.second_goes):
            if goes != NOWHERE:
                length = take_noted(b, goes, length)
                b.waiting[waiting] = goes
                waiting += 1
                hope += b.gain[goes]
        length = put_noted(b, new, place.slot, length)
        b.fixed[new] = mark
        chain = moved(chain, length, place.lacked, place.gain)
    return concluded(b, chain)


@compiled
def _next(b: Board, waiting: int) -> int:  # pragma: no cover
    """Takes the pair that is worth most from those that wait."""
    best = 0
    for number in range(1, waiting):
        if b.gain[b.waiting[number]] > b.gain[b.waiting[best]]:
            best = number
    found = b.waiting[best]
    b.waiting[best] = b.waiting[waiting - 1]
    return int(found)


@compiled
def _place(b: Board, pair: int, only: int, mark: int) -> Place:  # pragma: no cover
    """The slot where the pair is worth most less what is in its way; `only` this one, unless it is NOWHERE."""
    best = Place(NOWHERE, NOWHERE, NOWHERE, 0, 0)
    one, two = b.first[pair], b.second[pair]
    for time in range(len(b.left)):
        here, there = b.at[one, time], b.at[two, time]
        if only not in (NOWHERE, time) or CLOSED in (here, there):
            continue
        if here == FREE and there == FREE and b.left[time] < 1:
            continue
        first, stuck = _in_the_way(b, one, here, mark)
        second, stuck_too = _in_the_way(b, two, there, mark)
        if stuck or stuck_too:
            continue
        lacked, gain = 0, b.gain[pair]
        loser, loses = NOWHERE, NOWHERE
        if first == NOWHERE:
            lacked += lacks(b, one)
        else:
            loser = other(b, first, one)
            lacked -= would_lack(b, loser)
            gain -= b.gain[first]
        if second == NOWHERE:
            lacked += lacks(b, two)
        else:
            loses = other(b, second, two)
            lacked -= would_lack(b, loses)
            gain -= b.gain[second]
        if loser != NOWHERE and loser == loses:  # they would lose two, which is not what was counted
            continue
        if best.slot == NOWHERE or lacked > best.lacked or (lacked == best.lacked and gain > best.gain):
            best = Place(time, first, second, lacked, gain)
    return best


@compiled
def _in_the_way(b: Board, person: int, there: int, mark: int) -> tuple[int, bool]:  # pragma: no cover
    """Which meeting of the person has to go, if any; and whether it may not, as it came in by this chain."""
    if there >= 0:
        return there, b.fixed[there] == mark
    if b.held[person] < b.most[person]:
        return NOWHERE, False
    goes = cheapest(b, person, mark)
    return goes, goes == NOWHERE
