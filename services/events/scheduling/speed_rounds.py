"""Plans of speed rounds: the first, and another after people came late or left."""

import numpy as np

from services.events.scheduling.rounds import BYE, Progress, RoundsAsked, RoundsPlan
from services.events.scheduling.rounds_graph import Ints, barred, graph
from services.events.scheduling.rounds_numbering import numbered
from services.events.scheduling.rounds_pairs import paired
from services.events.scheduling.rounds_summary import summary


def _silent(_: float) -> None:
    """Nobody waits for a word."""


def plan_rounds(told: RoundsAsked, progress: Progress = _silent) -> RoundsPlan:
    """The best plan found: forbidden pairs never meet, as few as can be miss a round, byes go round, nobody meets twice
    while anybody else is left, and then it is for the most affinity.

    The same for the same people and wishes, in every process. Raises what `progress` raises.
    """
    g, x = graph(told), barred(told)
    unknown = np.full((len(told.people), told.rounds), -1, np.int32)
    plans = []
    for found in paired(told, g, x, progress):
        table = numbered(_by_lower(found.partner), told.there(), unknown)
        plans.append(RoundsPlan(told.people, table, summary(told, g, x, table, found.bound)))
    progress(1.0)
    return min(plans, key=lambda plan: _rank(told, plan))


def _by_lower(partner: Ints) -> Ints:
    """A pair is a group named after its lower row."""
    rows = np.arange(len(partner), dtype=np.int32)[:, None]
    return np.where(partner >= 0, np.minimum(partner, rows), -1).astype(np.int32)


def _rank(told: RoundsAsked, plan: RoundsPlan) -> tuple[int, int, int, int]:
    """The best has the lowest. Byes that are spread have the least squares."""
    byes = told.byes + (plan.table == BYE).sum(axis=1)
    return plan.summary.missed, int((byes**2).sum()), plan.summary.repeats, -plan.summary.affinity
