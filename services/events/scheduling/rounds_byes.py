"""Who has nobody to meet in a round: as few as can be, and nobody a second time before everybody had one."""

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Longs, RoundsAsked
from services.events.scheduling.rounds_evening import OUT, Evening, fresh, join, part, value_of
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_swaps import Queue, enter


def pairs_at_most(told: RoundsAsked, there: NDArray[np.bool_]) -> Longs:
    """By round: how many pairs there can be at the same time."""
    return np.array([seated.sum() // 2 for seated in _seated(told, there)], np.int64)


def chosen_byes(told: RoundsAsked, there: NDArray[np.bool_], worth: Longs | NDArray[np.bool_]) -> NDArray[np.bool_]:
    """People x rounds: the byes nobody can avoid, for those who had fewest, and of these whose time is worth least.

    `worth` is by person, and by round where it has more than one column.
    """
    byes = np.zeros(there.shape, np.bool_)
    had = told.byes.copy()
    for number, seated in enumerate(_seated(told, there)):
        for side, count in zip(sides(told), seated, strict=True):
            here = np.flatnonzero(there[:, number] & side)
            if len(here) > count:
                price = worth[here, min(number, worth.shape[1] - 1)]
                order = np.lexsort((here, price, had[here]))
                byes[here[order[: len(here) - count]], number] = True
        had += byes[:, number]
    return byes


def tables_needed(told: RoundsAsked, there: NDArray[np.bool_]) -> Longs:
    """By round: at how many tables all can sit who can."""
    count = there.sum(axis=0)
    needed: Longs = np.minimum(-(-count // told.group_size), tables_at_most(told)) * (count > 1)
    return needed


def tables_at_most(told: RoundsAsked) -> int:
    """How many there are, or as many as anybody could need."""
    return len(told.people) if told.tables is None else told.tables


def sides(told: RoundsAsked) -> list[NDArray[np.bool_]]:
    """Two where people of the one group meet only the other's, else everybody together."""
    if told.may_meet.shape == (2, 2) and not told.may_meet.diagonal().any():
        return [told.group == 0, told.group == 1]
    return [np.ones(len(told.people), np.bool_)]


def _seated(told: RoundsAsked, there: NDArray[np.bool_]) -> list[Longs]:
    """By round: how many people of each side can meet somebody."""
    both, most = sides(told), tables_at_most(told)
    seated = []
    for here in there.T:
        counts = np.array([np.count_nonzero(here & side) for side in both])
        if len(both) == 2:
            seated.append(np.full(2, min(int(counts.min()), most)) * told.may_meet[0, 1])
        elif told.group_size == 2:
            seated.append(2 * np.minimum(counts // 2, most))
        else:
            seated.append(np.minimum(counts, most * told.group_size) * (counts > 1))
    return seated


def spread(g: Graph, x: Barred, e: Evening, q: Queue, there: NDArray[np.bool_], byes: Longs) -> None:
    """Gives the bye of whoever has had more than another to that other, where their partner may be met anew."""
    had = byes.copy()
    for number in range(e.partner.shape[1]):
        idle = there[:, number] & (e.partner[:, number] < 0)
        if idle.any():
            _spread(g, x, e, q, number, np.flatnonzero(idle), had)
            had += there[:, number] & (e.partner[:, number] < 0)


@compiled
def _spread(
    g: Graph, x: Barred, e: Evening, q: Queue, number: int, idle: Longs, had: Longs
) -> None:  # pragma: no cover
    for one in idle:
        fewest, gained, best = had[one], 0, -1
        for other in range(len(had)):
            partner = e.partner[other, number]
            if partner < 0 or had[other] > fewest or (had[other] == fewest and best < 0):
                continue
            gain = value_of(g, one, partner) - e.worth[other, number]
            if (had[other] < fewest or gain > gained) and fresh(e, x, one, partner):
                fewest, gained, best = had[other], gain, other
        if best >= 0:
            _hand_over(g, e, q, number, one, best)


@inlined
def _hand_over(g: Graph, e: Evening, q: Queue, number: int, one: int, other: int) -> None:  # pragma: no cover
    partner = e.partner[other, number]
    part(e, number, other)
    join(e, number, one, partner, value_of(g, one, partner))
    e.partner[other, number] = OUT
    enter(q, one, number)
    enter(q, partner, number)
