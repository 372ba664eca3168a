"""The assignment as a minimum-cost flow from mentees through edges to the seats of mentors, solved by ortools.

The solver holds the interpreter lock until it is done. A large flow is solved in a process of its own, so that other
threads of this one go on meanwhile; its memory is given back with it, too.
"""

import io
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

_LARGE = 500_000
"""Edges: up to so many take about a second."""


def most_gain(
    mentor_index: NDArray[np.int64],
    mentee_index: NDArray[np.int64],
    gain: NDArray[np.int64],
    seats: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which edges to take for the highest total gain. Gains and capacities are not negative."""
    if len(gain) <= _LARGE:
        return solved(mentor_index, mentee_index, gain, seats, wanted)
    question, command = io.BytesIO(), [sys.executable, "-m", __name__]
    np.savez(question, mentor_index=mentor_index, mentee_index=mentee_index, gain=gain, seats=seats, wanted=wanted)
    solving = subprocess.run(command, input=question.getbuffer(), stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    answer = solving.stdout
    return np.frombuffer(answer, np.bool_)


def solved(
    mentor_index: NDArray[np.int64],
    mentee_index: NDArray[np.int64],
    gain: NDArray[np.int64],
    seats: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """The same, in this process."""
    mentees, mentors = len(wanted), len(seats)
    flow = SimpleMinCostFlow()
    of_mentee, of_mentor, sink = np.arange(mentees), mentees + np.arange(mentors), mentees + mentors
    edges = flow.add_arcs_with_capacity_and_unit_cost(
        mentee_index, mentees + mentor_index, np.ones(len(gain), np.int64), -gain
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


if __name__ == "__main__":
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as asked:
        sys.stdout.buffer.write(solved(**asked).tobytes())
