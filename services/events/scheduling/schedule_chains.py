"""Chains of people: one gets a meeting more, whoever loses one by that gets another, and so on.

The chains of S. Lin and B. Kernighan: a step may be a loss if a later one makes good for it.
"""

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

_DEEPEST = 24


class Step(NamedTuple):
    """A meeting that might come in and the one that goes for it, and what that is worth in all."""

    pair: int
    slot: int
    goes: int
    lacked: int
    gain: int


@compiled
def better_for(b: Board, person: int, mark: int) -> bool:  # pragma: no cover
    """Whether a chain made the schedule better that gives the person one more; if not, all is as it was.

    `mark` is one that no chain had before.
    """
    here, chain = person, Chain(0, 0, 0, 0, 0, 0)
    for _ in range(_DEEPEST):
        b.seen[here] = mark
        step = _step(b, here, mark)
        if step.pair == NOWHERE:
            break
        # The most that may come of it: whoever loses finds something as good as what they lose.
        hope, reach = chain.lacked + step.lacked, chain.gain + step.gain
        if step.goes != NOWHERE:
            hope, reach = hope + 1, reach + b.gain[step.goes]
        if hope < chain.best_lacked or (hope == chain.best_lacked and reach <= chain.best_gain):
            break
        them, length = other(b, step.pair, here), chain.length
        b.seen[them] = mark
        if step.goes != NOWHERE:
            here = other(b, step.goes, them)
            length = take_noted(b, step.goes, length)
        length = put_noted(b, step.pair, step.slot, length)
        b.fixed[step.pair] = mark
        chain = moved(chain, length, step.lacked, step.gain)
        if step.goes == NOWHERE:
            break
    return concluded(b, chain)


@compiled
def _step(b: Board, here: int, mark: int) -> Step:  # pragma: no cover
    """The best meeting that can come in for the person, by what it is worth less what goes for it."""
    best = Step(NOWHERE, NOWHERE, NOWHERE, 0, 0)
    for number in range(b.start[here], b.start[here + 1]):
        pair = b.around[number]
        them = other(b, pair, here)
        if b.slot[pair] != NOWHERE or b.seen[them] == mark:
            continue
        for time in range(len(b.left)):
            there = b.at[them, time]
            if b.at[here, time] != FREE or there == CLOSED or (there == FREE and b.left[time] < 1):
                continue
            goes = there if there >= 0 else NOWHERE
            if there == FREE and b.held[them] >= b.most[them]:
                goes = cheapest(b, them, mark)
            lacked, gain = lacks(b, here), b.gain[pair]
            if goes == NOWHERE:
                lacked += lacks(b, them)
            else:
                loser = other(b, goes, them)
                if b.seen[loser] == mark:
                    continue
                lacked -= would_lack(b, loser)
                gain -= b.gain[goes]
            if best.pair == NOWHERE or lacked > best.lacked or (lacked == best.lacked and gain > best.gain):
                best = Step(pair, time, goes, lacked, gain)
    return best
