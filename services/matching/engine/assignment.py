"""Who is paired with whom: the edges of the highest total gain, by whichever solver is installed."""

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.match_run import Objective


class TooManyPairs(ValueError):
    """The gains of so many pairs do not fit into the solver's 64 bits."""

    def __init__(self, pairs: int) -> None:
        super().__init__(f"{pairs:,} pairs are more than one assignment can weigh exactly.")


_LARGEST = 2**62


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
    among those, the highest total. Scores are whole numbers, not negative, of each pair of people at most one. The same
    arrays give the same answer: whoever wants ties broken by a rule orders the rows by it. Raises TooManyPairs, from
    some millions on.
    """
    seats, wanted = np.maximum(mentor_capacity, 0), np.maximum(mentee_capacity, 0)
    most_pairs = int(min(seats.sum(), wanted.sum(), len(score)))
    if most_pairs == 0:
        return np.zeros(len(score), np.bool_)
    highest = int(score.max()) + 1
    # The solver multiplies what an edge costs by the number of nodes.
    if highest * (most_pairs + 1) > _LARGEST // (len(seats) + len(wanted) + 2):
        raise TooManyPairs(most_pairs)
    # The lesser aim never outweighs one unit of the greater, even summed over all pairs.
    gains = {
        Objective.BEST_SCORE: score * (most_pairs + 1) + 1,
        Objective.MOST_PEOPLE: score + highest * most_pairs,
    }
    if find_spec("ortools") is None:
        from services.matching.engine import linear

        return linear.most_gain(mentor_index, mentee_index, gains[objective], seats, wanted)
    from services.matching.engine import flow

    return flow.most_gain(mentor_index, mentee_index, gains[objective], seats, wanted)
