"""Who is paired with whom: the edges of the highest total gain, by whichever solver is installed."""

from contextlib import suppress
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.match_run import Objective


class TooManyPairs(ValueError):
    """The gains of so many pairs do not fit into the solver's 64 bits."""

    def __init__(self, pairs: int) -> None:
        super().__init__(f"{pairs:,} pairs are more than one assignment can weigh exactly.")


COMPILED_FROM = 100_000
"""From so many edges on, loading what is compiled takes less time than it saves."""
_LARGEST = 2**62

_Rows = NDArray[np.int64]
_Edges = NDArray[np.int32] | NDArray[np.int64]
_Flags = NDArray[np.bool_]


def assign(
    mentor_index: _Edges,
    mentee_index: _Edges,
    score: _Edges,
    mentor_capacity: _Rows,
    mentee_capacity: _Rows,
    objective: Objective,
    solved: _Flags | None = None,
) -> _Flags:
    """Which edges to take so that no capacity is exceeded and the objective is best; exact.

    `best_score` is the highest total score and, among equal totals, the most pairs; `most_people` the most pairs and,
    among those, the highest total. Scores are whole numbers, not negative, of each pair of people at most one. The same
    arrays give the same answer: whoever wants ties broken by a rule orders the rows by it. `solved` is the answer for
    the same without some edges that join seats and people it leaves over, and saves time. Raises TooManyPairs, from
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
    # What makes any pair worth more than all scores together.
    most = highest * most_pairs if objective is Objective.MOST_PEOPLE else 0
    edges = mentor_index, mentee_index
    if len(score) >= COMPILED_FROM and find_spec("numba") is not None:
        from services.matching.engine.filling import HalfFilled, filled

        if solved is not None:
            with suppress(HalfFilled):
                return filled(*edges, _raised(score, most), solved, seats, wanted)
        elif wanted.max() == 1:
            # The solver's time rises with the largest number. So the greater aim gets no more than a fair start, which
            # pairs nearly all, and the rest is done place by place.
            start = min(most, highest)
            # As it is where nothing is added: another column of millions would be held while it is solved.
            taken = _most_gain(*edges, _raised(score, start) if start else score, seats, wanted)
            return filled(*edges, _raised(score, start), taken, seats, wanted, bonus=most - start)
    # Both aims in one number: the lesser never outweighs one unit of the greater, even summed over all pairs.
    gain = _raised(score, most) if most else np.multiply(score, most_pairs + 1, dtype=np.int64) + 1
    return _most_gain(*edges, gain, seats, wanted)


def _raised(score: _Edges, by: int) -> _Rows:
    return np.add(score, by, dtype=np.int64)


def _most_gain(mentor_index: _Edges, mentee_index: _Edges, gain: _Edges, seats: _Rows, wanted: _Rows) -> _Flags:
    if find_spec("ortools") is None:
        from services.matching.engine import linear

        wide = mentor_index.astype(np.int64), mentee_index.astype(np.int64), gain.astype(np.int64)
        return linear.most_gain(*wide, seats, wanted)
    from services.matching.engine import flow

    return flow.most_gain(mentor_index, mentee_index, gain, seats, wanted)
