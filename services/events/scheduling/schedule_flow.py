"""The best choice of pairs if people could meet by halves and slots did not matter: a bound, and where to begin.

Everybody stands on both sides of a flow, once as who meets and once as who is met; a pair that is taken both ways is a
whole meeting, one way a half (the double cover of a graph, which gives the
best fractional b-matching).
"""

from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.events.scheduling.schedule_pairs import Ints, Pairs
from services.events.scheduling.schedule_result import Bound
from services.events.scheduling.schedule_weights import Weights, exact, gains, most_of, near

_LARGEST = 2**62
"""The solver multiplies what an arc costs by the number of nodes."""
_STEPS = 16, 256, 4096


@dataclass(frozen=True, slots=True)
class Relaxed:
    """How many halves of each pair are taken, and what no schedule can be better than."""

    halves: Ints
    bound: Bound


def relaxed(pairs: Pairs) -> Relaxed:
    """The best there is but for the slots and for halves.

    The weights by which every aim outweighs the next may be too large to be added up. Then the first three aims are
    weighed alone, which is the bound of theirs; and all four by smaller weights, until these reach the same.
    """
    most = most_of(pairs)
    weights = exact(most, 2)
    if _fits(pairs, weights):
        halves = _solved(pairs, gains(pairs, weights), weights)
        return Relaxed(halves, _in_halves(pairs, halves))
    three = exact(replace(most, affinity=0), 2)
    aims = _in_halves(pairs, _solved(pairs, gains(pairs, three) - pairs.affinity, three))
    for steps in _STEPS:
        weights = near(int(pairs.affinity.max()), steps)
        if not _fits(pairs, weights):
            break
        halves = _solved(pairs, gains(pairs, weights), weights)
        reached = _in_halves(pairs, halves)
        if reached.rank[:3] == aims.rank[:3]:
            return Relaxed(halves, reached)
    return Relaxed(halves, replace(aims, affinity=float(most.affinity)))


def _fits(pairs: Pairs, weights: Weights) -> bool:
    return max(weights.lacked, weights.mutual + int(pairs.affinity.max(initial=0))) <= _LARGEST // (
        2 * len(pairs.people) + 2
    )


def _solved(pairs: Pairs, gain: Ints, weights: Weights) -> Ints:
    """How many halves of each pair are taken for the highest gain."""
    people, taken = len(pairs.people), len(pairs.first)
    meets, met = np.arange(people), people + np.arange(people)
    source, sink = 2 * people, 2 * people + 1
    flow = SimpleMinCostFlow()

    def arcs(tails: Ints, heads: Ints, room: Ints, worth: Ints) -> None:
        flow.add_arcs_with_capacity_and_unit_cost(tails, heads, room, -worth)

    once, none = np.ones(taken, np.int64), np.zeros(people, np.int64)
    arcs(pairs.first, people + pairs.second, once, gain)
    arcs(pairs.second, people + pairs.first, once, gain)
    lacked = np.minimum(pairs.least, pairs.most)
    for room, worth in ((lacked, none + weights.lacked), (pairs.most - lacked, none)):
        arcs(none + source, meets, room, worth)
        arcs(met, none + sink, room, worth)
    halves = min(2 * most_of(pairs).meetings, int(pairs.most.sum()))
    arcs(np.asarray([source]), np.asarray([sink]), np.asarray([halves]), np.zeros(1, np.int64))
    flow.set_node_supply(source, halves)
    flow.set_node_supply(sink, -halves)
    status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"The flow solver stopped with {status}.")
    found = np.asarray(flow.flows(np.arange(2 * taken, dtype=np.int32)), np.int64)
    return found[:taken] + found[taken:]


def _in_halves(pairs: Pairs, halves: Ints) -> Bound:
    held = np.bincount(pairs.first, halves, len(pairs.people)) + np.bincount(pairs.second, halves, len(pairs.people))
    return Bound(
        missing=float(np.maximum(2 * pairs.least - held, 0).sum()) / 2,
        mutual=float(halves[pairs.kind == 2].sum()) / 2,
        wished=float(halves[pairs.kind == 1].sum()) / 2,
        affinity=float((halves * pairs.affinity).sum()) / 2,
    )
