"""The assignment as a linear program, for where ortools is not installed.

Its corners are whole numbers, since every edge stands in one row of mentees and one of mentors; the simplex method ends
in a corner. It is exact, and several times slower than the flow: fit for some ten thousand people.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp


def most_gain(
    mentor_index: NDArray[np.int64],
    mentee_index: NDArray[np.int64],
    gain: NDArray[np.int64],
    seats: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which edges to take for the highest total gain. Capacities are not negative."""
    edges, mentees = len(gain), len(wanted)
    rows = np.concatenate((mentee_index, mentees + mentor_index))
    columns = np.tile(np.arange(edges), 2)
    limits = sparse.csr_array((np.ones(2 * edges), (rows, columns)), shape=(mentees + len(seats), edges))
    room = LinearConstraint(limits, ub=np.concatenate((wanted, seats)))
    found = milp(-gain, constraints=room, bounds=Bounds(0, 1))
    if not found.success:
        raise RuntimeError(f"The linear program was not solved: {found.message}")
    taken: NDArray[np.bool_] = found.x > 0.5
    return taken
