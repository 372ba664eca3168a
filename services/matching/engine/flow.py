"""The assignment as a minimum-cost flow from mentees through edges to the seats of mentors, solved by ortools.

The solver holds the interpreter lock until it is done. A large flow is solved in a process of its own, so that other
threads of this one go on meanwhile; its memory is given back with it, too. What is asked goes there through a pipe,
column by column, and is let go of before it is solved: kept on both sides, it would be there four times.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

_LARGE = 500_000
"""Edges: up to so many take about a second."""

_Column = NDArray[np.int32] | NDArray[np.int64]


def most_gain(
    mentor_index: _Column,
    mentee_index: _Column,
    gain: _Column,
    seats: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which edges to take for the highest total gain. Gains and capacities are not negative."""
    columns = mentor_index, mentee_index, gain, seats, wanted
    if len(gain) <= _LARGE:
        return solved(*columns)
    command = [sys.executable, "-m", __name__, str(len(gain))]
    # Written in one piece, which `communicate` would not: it reads all of it before it answers.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as solving:  # noqa: S603 - ours
        with suppress(BrokenPipeError), cast(IO[bytes], solving.stdin) as asking:
            _write(asking, columns)
        answer = cast(IO[bytes], solving.stdout).read()
    if solving.returncode:
        raise subprocess.CalledProcessError(solving.returncode, command)
    return np.frombuffer(answer, np.bool_)


def solved(
    mentor_index: _Column, mentee_index: _Column, gain: _Column, seats: _Column, wanted: _Column
) -> NDArray[np.bool_]:
    """The same, in this process."""
    return _solve(_laid_out(mentor_index, mentee_index, gain, seats, wanted), len(gain))


def _laid_out(
    mentor_index: _Column, mentee_index: _Column, gain: _Column, seats: _Column, wanted: _Column
) -> SimpleMinCostFlow:
    """The flow, whose first arcs are the edges."""
    mentees, mentors = len(wanted), len(seats)
    flow = SimpleMinCostFlow()
    of_mentee, of_mentor, sink = np.arange(mentees), mentees + np.arange(mentors), mentees + mentors
    flow.add_arcs_with_capacity_and_unit_cost(
        mentee_index, mentees + mentor_index, np.ones(len(gain), np.int64), -gain.astype(np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(of_mentor, np.full(mentors, sink), seats, np.zeros(mentors, np.int64))
    # A way past all mentors, at no gain: it keeps the flow feasible and leaves people alone only where that is best.
    flow.add_arcs_with_capacity_and_unit_cost(of_mentee, np.full(mentees, sink), wanted, np.zeros(mentees, np.int64))
    flow.set_nodes_supplies(of_mentee, wanted)
    flow.set_node_supply(sink, -int(wanted.sum()))
    return flow


def _solve(flow: SimpleMinCostFlow, edges: int) -> NDArray[np.bool_]:
    status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"The flow solver stopped with {status}.")
    taken: NDArray[np.bool_] = np.asarray(flow.flows(np.arange(edges, dtype=np.int32))) > 0
    return taken


def _write(asking: IO[bytes], columns: Sequence[_Column]) -> None:
    for column in columns:
        narrow = int(column.max(initial=0)) < 2**31
        sent = np.ascontiguousarray(column, np.int32 if narrow else np.int64)
        asking.write(json.dumps([sent.dtype.str, len(sent)]).encode() + b"\n")
        asking.write(sent.data)


def _read(asked: IO[bytes]) -> _Column:
    kind, length = json.loads(asked.readline())
    column: _Column = np.empty(length, kind)
    asked.readinto(column.data)  # type: ignore[attr-defined]
    return column


if __name__ == "__main__":
    # In two calls: in one, the columns would be held until it is solved.
    edges, laid_out = int(sys.argv[1]), _laid_out(*(_read(sys.stdin.buffer) for _ in range(5)))
    sys.stdout.buffer.write(_solve(laid_out, edges).tobytes())
