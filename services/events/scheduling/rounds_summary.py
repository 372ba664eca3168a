"""What a plan of speed rounds comes to, counted from the plan alone."""

import numpy as np

from services.events.scheduling.compiling import compiled
from services.events.scheduling.rounds import ABSENT, BYE, Ints, Longs, RoundsSummary, distinct
from services.events.scheduling.rounds_evening import value_of
from services.events.scheduling.rounds_graph import Barred, Graph, stands


def summary(g: Graph, x: Barred, table: Ints, bound: int | None = None) -> RoundsSummary:
    """Counts it; `bound` is the word of whoever made it."""
    met = np.concatenate([np.zeros(0, np.int64), *(meetings(of_round) for of_round in table.T)])
    once = distinct(met)
    again, affinity = _counted(g, x, once, len(table))
    return RoundsSummary(
        person_rounds=int(np.count_nonzero(table != ABSENT)),
        missed=int(np.count_nonzero(table == BYE)),
        repeats=len(met) - len(once) + again,
        affinity=affinity,
        bound=bound,
        optimal=False,
    )


def meetings(table: Ints) -> Longs:
    """One number for each two people at the same table: the lower row times the number of people, plus the other."""
    seated = np.flatnonzero(table >= 0)
    at, order = np.divmod(np.sort(table[seated].astype(np.int64) * len(table) + seated), max(1, len(table)))
    found, apart = [], 1
    while (together := np.flatnonzero(at[apart:] == at[:-apart])).size:
        found.append(order[together] * len(table) + order[together + apart])
        apart += 1
    return np.concatenate(found) if found else np.zeros(0, np.int64)


@compiled
def _counted(g: Graph, x: Barred, met: Longs, people: int) -> tuple[int, int]:  # pragma: no cover
    """How many pairs had met before, and what all others are worth."""
    again, affinity = 0, 0
    for pair in met:
        one, other = pair // people, pair % people
        if stands(x.met_start, x.met, one, other) >= 0:
            again += 1
        else:
            affinity += value_of(g, one, other)
    return again, affinity
