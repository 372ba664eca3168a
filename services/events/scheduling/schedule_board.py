"""A schedule in the making, as arrays that compiled loops read and write."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.schedule_pairs import Ints, Pairs

FREE = -1
CLOSED = -2
"""What stands in a person's slot instead of a pair: nothing yet, or that they cannot be met then."""
NOWHERE = -1

_LONGEST = 4_000
"""Meetings that change their slot so that one more finds room."""


class Board(NamedTuple):
    """Pairs, people and slots by their rows; what is written is what a row of a pair, a person or a slot has now."""

    first: Ints
    second: Ints
    gain: Ints
    start: Ints
    """Where the pairs of each person begin in `around`."""
    around: Ints
    """The pairs of each person, those of the highest gain first."""
    least: Ints
    most: Ints
    at: NDArray[np.int32]
    """The pair that each person meets in each slot, or FREE or CLOSED."""
    slot: Ints
    """Of each pair, or NOWHERE."""
    held: Ints
    """Meetings of each person."""
    left: Ints
    """Tables of each slot."""
    trail: Ints
    """Scratch: the pairs whose slots are to be exchanged."""
    undo: Ints
    """Scratch: what a chain has changed, as pairs and slots in turn."""
    seen: Ints
    """Scratch: the chain in which each person was last met."""
    fixed: Ints
    """Scratch: the chain in which each pair came in last."""
    waiting: Ints
    """Scratch: pairs that a chain is still to place."""


def board_of(pairs: Pairs, gain: Ints) -> Board:
    """Everybody without a meeting."""
    people, count = len(pairs.people), len(pairs.first)
    person = np.concatenate((pairs.first, pairs.second))
    pair = np.tile(np.arange(count), 2)
    order = np.lexsort((pair, -gain[pair], person))
    start = np.zeros(people + 1, np.int64)
    np.cumsum(np.bincount(person, minlength=people), out=start[1:])
    return Board(
        pairs.first,
        pairs.second,
        gain,
        start,
        pair[order],
        pairs.least,
        pairs.most,
        np.where(pairs.free, FREE, CLOSED).astype(np.int32),
        np.full(count, NOWHERE, np.int64),
        np.zeros(people, np.int64),
        pairs.tables.copy(),
        np.zeros(_LONGEST, np.int64),
        np.zeros(4 * _LONGEST, np.int64),
        np.zeros(people, np.int64),
        np.zeros(count, np.int64),
        np.zeros(_LONGEST, np.int64),
    )


@inlined
def other(b: Board, pair: int, person: int) -> int:  # pragma: no cover
    """Whom the person meets in this pair."""
    return int(b.first[pair] + b.second[pair] - person)


@compiled
def put(b: Board, pair: int, slot: int) -> None:  # pragma: no cover
    """The pair meets in this slot, in which both are free and a table is."""
    b.at[b.first[pair], slot] = pair
    b.at[b.second[pair], slot] = pair
    b.slot[pair] = slot
    b.held[b.first[pair]] += 1
    b.held[b.second[pair]] += 1
    b.left[slot] -= 1


@compiled
def take(b: Board, pair: int) -> None:  # pragma: no cover
    """The pair does not meet any more."""
    slot = b.slot[pair]
    b.at[b.first[pair], slot] = FREE
    b.at[b.second[pair], slot] = FREE
    b.slot[pair] = NOWHERE
    b.held[b.first[pair]] -= 1
    b.held[b.second[pair]] -= 1
    b.left[slot] += 1


@compiled
def exchange(b: Board, person: int, own: int, new: int, spared: int) -> bool:  # pragma: no cover
    """Frees the person in the slot `own` by moving that meeting to `new`, and every meeting this pushes away back.

    These are the meetings of a chain of people, each of whom has them in the two slots in turn (A. Kempe's). Nothing is
    done, and False, where the chain comes to `spared` or to somebody who cannot be met in the other slot, or where no
    table is left for it.
    """
    length, here, now, then = 0, person, own, new
    while b.at[here, now] >= 0:
        if length == len(b.trail):
            return False
        pair = b.at[here, now]
        b.trail[length] = pair
        length += 1
        here = other(b, pair, here)
        if here == spared or b.at[here, then] == CLOSED:
            return False
        now, then = then, now
    if length % 2 == 1 and b.left[new] < 1:
        return False
    for step in range(length):
        take(b, b.trail[step])
    for step in range(length):
        put(b, b.trail[step], new if step % 2 == 0 else own)
    return True


@compiled
def find_room(b: Board, pair: int) -> bool:  # pragma: no cover
    """Gives the pair a slot, where need be by exchanging slots of others; the meetings there are all stay.

    Both have to have fewer meetings than they may. False where this finds none.
    """
    one, two = b.first[pair], b.second[pair]
    best = NOWHERE
    for slot in range(len(b.left)):
        both = b.at[one, slot] == FREE and b.at[two, slot] == FREE
        if both and b.left[slot] > 0 and (best == NOWHERE or b.left[slot] > b.left[best]):
            best = slot
    if best != NOWHERE:
        put(b, pair, best)
        return True
    for here in range(len(b.left)):
        for there in range(len(b.left)):
            # Looked at anew each time: an exchange may have come about and left the slot without a table.
            if here == there or b.at[one, here] != FREE or b.at[two, there] != FREE:
                continue
            if b.at[two, here] >= 0 and exchange(b, two, here, there, one):
                if b.left[here] > 0:
                    put(b, pair, here)
                    return True
            elif b.at[one, there] >= 0 and exchange(b, one, there, here, two) and b.left[there] > 0:
                put(b, pair, there)
                return True
    for slot in range(len(b.left)):
        if b.at[one, slot] == FREE and b.at[two, slot] == FREE and clear_table(b, slot):
            put(b, pair, slot)
            return True
    return False


@compiled
def clear_table(b: Board, slot: int) -> bool:  # pragma: no cover
    """Moves one meeting more out of the slot than into it."""
    for new in range(len(b.left)):
        if new == slot or b.left[new] < 1:
            continue
        for person in range(len(b.held)):
            if b.at[person, slot] >= 0 and b.at[person, new] == FREE:
                before = b.left[slot]
                if exchange(b, person, slot, new, NOWHERE) and b.left[slot] > before:
                    return True
    return False
