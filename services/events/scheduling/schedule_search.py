"""Slots for pairs that a flow chose, and for what finds room besides: compiled, for many people."""

import numpy as np

from services.events.scheduling.compiling import compiled
from services.events.scheduling.schedule_board import NOWHERE, Board, board_of, find_room
from services.events.scheduling.schedule_chains import better_for
from services.events.scheduling.schedule_pairs import Ints, Pairs
from services.events.scheduling.schedule_rounding import whole
from services.events.scheduling.schedule_shifts import better_with
from services.events.scheduling.schedule_weights import exact, gains, most_of, near

_LARGEST = 2**62
_STEPS = 1024
_MOST_ROUNDS = 40


def searched(pairs: Pairs, halves: Ints) -> Ints:
    """The slot of each pair, -1 where they do not meet; the same pairs and halves give the same."""
    most = most_of(pairs)
    weights = exact(most)
    if weights.lacked > _LARGEST:
        weights = near(int(pairs.affinity.max()), _STEPS)
    gain = gains(pairs, weights)
    board = board_of(pairs, gain)
    rows = np.arange(len(gain))
    # Of those that were chosen, who has few slots in common comes first: they would find less room later.
    slots = (pairs.free[pairs.first] & pairs.free[pairs.second]).sum(axis=1)
    chosen = np.lexsort((rows, -gain, slots, -pairs.kind))
    _fill(board, chosen[whole(board, halves)[chosen]])
    _improve(board, np.lexsort((rows, -gain)), weights.wished)
    return board.slot


@compiled
def _fill(b: Board, order: Ints) -> int:  # pragma: no cover
    """Gives the pairs room, in this order, where there is any; how many got it."""
    placed = 0
    for number in range(len(order)):
        pair = order[number]
        one, two = b.first[pair], b.second[pair]
        if b.slot[pair] == NOWHERE and b.held[one] < b.most[one] and b.held[two] < b.most[two] and find_room(b, pair):
            placed += 1
    return placed


@compiled
def _improve(b: Board, order: Ints, wished: int) -> None:  # pragma: no cover
    """Fills what has room, then tries chains for everybody who might have more and every pair that does not meet.

    Until nothing changes, or so often that what may still change is very little.
    """
    mark = 0
    for _ in range(_MOST_ROUNDS):
        changes = _fill(b, order)
        for person in range(len(b.held)):
            better = True
            while better and b.held[person] < b.most[person]:
                mark += 1
                better = better_for(b, person, mark)
                changes += better
        for number in range(len(order)):
            pair = order[number]
            for slot in range(len(b.left)):
                if b.slot[pair] == NOWHERE:
                    mark += 1
                    changes += better_with(b, pair, slot, b.gain[pair] >= wished, mark)
        if changes == 0:
            break
