"""Who meets whom in each round, while a plan one to one is being made; compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import inlined
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.rounds_graph import Barred, Graph, stands

FREE = -1
"""Nobody to meet yet."""
OUT = -2
"""Takes no part in the round: absent, or has the bye."""


class Evening(NamedTuple):
    """People x rounds: whom each meets, FREE or OUT, and what that is worth."""

    partner: Ints
    worth: Longs


def evening(taking_part: NDArray[np.bool_]) -> Evening:
    """Everybody who takes part is free."""
    return Evening(np.where(taking_part, FREE, OUT).astype(np.int32), np.zeros(taking_part.shape, np.int64))


@inlined
def may_meet(x: Barred, one: int, other: int) -> bool:  # pragma: no cover
    """Whether nothing forbids it; to have met does not."""
    if not x.may_meet[x.group[one], x.group[other]]:
        return False
    return stands(x.forbidden_start, x.forbidden, one, other) < 0


@inlined
def have_met(e: Evening, x: Barred, one: int, other: int) -> bool:  # pragma: no cover
    """Whether they meet in any round, or did so before."""
    for number in range(e.partner.shape[1]):
        if e.partner[one, number] == other:
            return True
    return x.met_start[one] < x.met_start[one + 1] and stands(x.met_start, x.met, one, other) >= 0


@inlined
def fresh(e: Evening, x: Barred, one: int, other: int) -> bool:  # pragma: no cover
    """Whether the two could meet in one more round without a repeat."""
    return one != other and may_meet(x, one, other) and not have_met(e, x, one, other)


@inlined
def value_of(g: Graph, one: int, other: int) -> int:  # pragma: no cover
    """What it is worth that the two meet."""
    at = stands(g.start, g.other, one, other)
    return g.value[at] if at >= 0 else 0


@inlined
def join(e: Evening, number: int, one: int, other: int, worth: int) -> None:  # pragma: no cover
    """They meet in that round."""
    e.partner[one, number], e.partner[other, number] = other, one
    e.worth[one, number] = e.worth[other, number] = worth


@inlined
def part(e: Evening, number: int, one: int) -> None:  # pragma: no cover
    """Both are free again."""
    other = e.partner[one, number]
    e.partner[one, number] = e.partner[other, number] = FREE
    e.worth[one, number] = e.worth[other, number] = 0
