"""Changes of a schedule that are noted as they are made, so that what made it no better is undone."""

from typing import NamedTuple

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.schedule_board import NOWHERE, Board, put, take


class Chain(NamedTuple):
    """How far a chain of changes is, and what it has come to; and the same of its best point.

    `lacked` counts meetings given to people who lacked them, `gain` what meetings are worth besides.
    """

    length: int
    lacked: int
    gain: int
    best_length: int
    best_lacked: int
    best_gain: int


@inlined
def moved(chain: Chain, length: int, lacked: int, gain: int) -> Chain:  # pragma: no cover
    """The chain, one step on."""
    lacked, gain = chain.lacked + lacked, chain.gain + gain
    if lacked > chain.best_lacked or (lacked == chain.best_lacked and gain > chain.best_gain):
        return Chain(length, lacked, gain, length, lacked, gain)
    return Chain(length, lacked, gain, chain.best_length, chain.best_lacked, chain.best_gain)


@inlined
def lacks(b: Board, person: int) -> int:  # pragma: no cover
    """1 where a meeting more is one that the person lacks, else 0."""
    return 1 if b.held[person] < b.least[person] else 0


@inlined
def would_lack(b: Board, person: int) -> int:  # pragma: no cover
    """1 where the person would lack a meeting that goes, else 0."""
    return 1 if b.held[person] <= b.least[person] else 0


@compiled
def cheapest(b: Board, person: int, mark: int) -> int:  # pragma: no cover
    """The meeting of the person that is worth least, but for those that came in by this chain; NOWHERE if none."""
    found = NOWHERE
    for time in range(len(b.left)):
        pair = b.at[person, time]
        if pair >= 0 and b.fixed[pair] != mark and (found == NOWHERE or b.gain[pair] < b.gain[found]):
            found = pair
    return found


@compiled
def take_noted(b: Board, pair: int, length: int) -> int:  # pragma: no cover
    """Takes the pair off; the new length of the chain."""
    b.undo[length], b.undo[length + 1] = pair, b.slot[pair]
    take(b, pair)
    return length + 2


@compiled
def put_noted(b: Board, pair: int, slot: int, length: int) -> int:  # pragma: no cover
    """Puts the pair into the slot; the new length of the chain."""
    b.undo[length], b.undo[length + 1] = pair, NOWHERE
    put(b, pair, slot)
    return length + 2


@compiled
def concluded(b: Board, chain: Chain) -> bool:  # pragma: no cover
    """Undoes what was done after the best point; whether anything is left, and the schedule better for it."""
    length = chain.length
    while length > chain.best_length:
        length -= 2
        if b.undo[length + 1] == NOWHERE:
            take(b, b.undo[length])
        else:
            put(b, b.undo[length], b.undo[length + 1])
    return chain.best_length > 0
