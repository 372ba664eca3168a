"""Half meetings made whole or dropped, so that nobody comes to have more than they may."""

import numpy as np

from services.events.scheduling.compiling import compiled
from services.events.scheduling.schedule_board import Board
from services.events.scheduling.schedule_pairs import Flags, Ints

_WHOLE = 2
_UP, _DOWN = 2, 0


def whole(board: Board, halves: Ints) -> Flags:
    """Which pairs to take; every half one of a walk along them is taken in turn."""
    rounded = halves.copy()
    people = len(board.held)
    odd = np.zeros(people, np.int64)
    half = halves == 1
    np.add.at(odd, board.first[half], 1)
    np.add.at(odd, board.second[half], 1)
    _walk_all(board, rounded, odd, board.start[:-1].copy(), np.zeros(int(half.sum()) + 1, np.int64))
    taken: Flags = rounded == _WHOLE
    return taken


@compiled
def _walk_all(b: Board, halves: Ints, left: Ints, at: Ints, path: Ints) -> None:  # pragma: no cover
    """Walks begin where an odd number of halves meets, whose sum lets one more be whole; then come the round ones."""
    for odd in (1, 0):
        for person in range(len(left)):
            while left[person] > 0 and (odd == 0 or left[person] % 2 == 1):
                length = _walk(b, halves, left, at, path, person)
                # A round walk of odd length would begin and end where it does with one too many.
                up = odd == 1 or length % 2 == 0
                for step in range(length):
                    halves[path[step]] = _UP if (step % 2 == 0) == up else _DOWN
                if odd == 1:
                    break


@compiled
def _walk(b: Board, halves: Ints, left: Ints, at: Ints, path: Ints, person: int) -> int:  # pragma: no cover
    """Goes along half meetings not gone before until there is no way on; how many they were."""
    length = 0
    while left[person] > 0:
        while halves[b.around[at[person]]] != 1:
            at[person] += 1
        pair = b.around[at[person]]
        halves[pair] = -1
        path[length] = pair
        length += 1
        left[person] -= 1
        person = b.first[pair] + b.second[pair] - person
        left[person] -= 1
    return length
