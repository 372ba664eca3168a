"""Who is paired with whom: a minimum-cost flow from mentees through candidates to the seats of mentors."""

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matching.domain.match_run import Objective

FULL_SCORE = 10_000


def assign(
    mentor_index: NDArray[np.int64],
    mentee_index: NDArray[np.int64],
    score: NDArray[np.int64],
    mentor_capacity: NDArray[np.int64],
    mentee_capacity: NDArray[np.int64],
    objective: Objective,
) -> NDArray[np.bool_]:
    """Which edges to take so that no capacity is exceeded and the objective is best; exact.

    `best_score` is the highest total score and, among equal totals, the most pairs; `most_people` the most pairs and,
    among those, the highest total. Scores are basis points, not negative. The same arrays give the same answer: whoever
    wants ties broken by a rule orders the rows by it.
    """
    if len(score) == 0:
        return np.zeros(0, np.bool_)
    mentees, mentors = len(mentee_capacity), len(mentor_capacity)
    seats = np.maximum(mentor_capacity, 0)
    wanted = np.maximum(mentee_capacity, 0)
    most_pairs = int(min(seats.sum(), wanted.sum()))
    # The lesser aim never outweighs one unit of the greater, even summed over all pairs.
    gains = {
        Objective.BEST_SCORE: score * (most_pairs + 1) + 1,
        Objective.MOST_PEOPLE: score + FULL_SCORE * most_pairs + 1,
    }
    flow = SimpleMinCostFlow()
    of_mentee, of_mentor, sink = np.arange(mentees), mentees + np.arange(mentors), mentees + mentors
    edges = flow.add_arcs_with_capacity_and_unit_cost(
        mentee_index, mentees + mentor_index, np.ones(len(score), np.int64), -gains[objective]
    )
    flow.add_arcs_with_capacity_and_unit_cost(of_mentor, np.full(mentors, sink), seats, np.zeros(mentors, np.int64))
    # A way past all mentors, at no gain: it keeps the flow feasible and leaves people alone only where that is best.
    flow.add_arcs_with_capacity_and_unit_cost(of_mentee, np.full(mentees, sink), wanted, np.zeros(mentees, np.int64))
    flow.set_nodes_supplies(of_mentee, wanted)
    flow.set_node_supply(sink, -int(wanted.sum()))
    status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"The flow solver stopped with {status}.")
    taken: NDArray[np.bool_] = np.asarray(flow.flows(edges)) > 0
    return taken
