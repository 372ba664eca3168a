"""Speed rounds: one to one for 20,000 people, planned anew for 5,000, at tables for 10,000. No broker, no database."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.result import Result, median
from services.events.scheduling.ahead import compile_ahead
from services.events.scheduling.rounds import RoundsAsked
from services.events.scheduling.rounds_coloring import color_in_order
from services.events.scheduling.rounds_evening import Evening, evening
from services.events.scheduling.rounds_graph import Graph, barred, graph
from services.events.scheduling.rounds_summary import meetings, summary
from services.events.scheduling.rounds_turning import turned
from services.events.scheduling.speed_rounds import plan_rounds, replan_rounds

ROUNDS = 12
LISTED = 50
_AT_ONCE = 1_000
_TASTES = 12
_TIMES = 5


def run(progress: Callable[[str], None]) -> list[Result]:
    """Seconds."""
    compile_ahead()
    return [_one_to_one(progress), _again(progress), _at_tables(progress)]


def _one_to_one(progress: Callable[[str], None]) -> Result:
    told = gathering(20_000, ROUNDS)
    begun = time.perf_counter()
    x = barred(told)
    g = graph(told, x)
    twice, bare = _bare(told, g)
    floor = time.perf_counter() - begun
    progress(f"rounds: bare flow and coloring {floor:.1f} s")
    begun = time.perf_counter()
    plan = plan_rounds(told)
    product = time.perf_counter() - begun
    progress(f"rounds: {product:.1f} s")
    counted = plan.summary
    met = np.concatenate([meetings(table) for table in plan.table.T])
    low, high = told.forbidden.min(axis=1), told.forbidden.max(axis=1)
    forbidden = np.isin(met, low * len(told.people) + high).sum()
    notes = (
        f"{counted.affinity / (twice / 2):.3%} of the linear bound (the floor {_worth(bare) / (twice / 2):.3%}); "
        f"{counted.missed / counted.person_rounds:.2%} of person-rounds missed (the floor "
        f"{np.mean(bare.partner < 0):.2%}), {counted.repeats} repeats, {forbidden} forbidden pairs"
    )
    return Result("rounds_20k", "s", product, floor, None, notes, higher_is_better=False)


def _again(progress: Callable[[str], None]) -> Result:
    """The peer is the first plan."""
    told = gathering(5_000, ROUNDS)
    leaves = told.leaves.copy()
    leaves[np.random.default_rng(5).choice(5_000, 250, replace=False)] = ROUNDS // 2
    now = replace(told, leaves=leaves)
    first, again = [], []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        plan = plan_rounds(told)
        first.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        kept = replan_rounds(plan, now, ROUNDS // 2)
        again.append(time.perf_counter() - begun)
    whole = replan_rounds(plan, now, ROUNDS // 2, anew=True)
    progress(f"rounds: planned anew in {median(again):.3f} s, at first in {median(first):.3f} s")
    past = sum(_worth_of(told, table) for table in plan.table.T[: ROUNDS // 2])
    share = (kept.summary.affinity - past) / (whole.summary.affinity - past)
    unchanged = np.mean(
        kept.table[:, ROUNDS // 2 :][leaves == ROUNDS] == plan.table[:, ROUNDS // 2 :][leaves == ROUNDS]
    )
    notes = (
        f"5 % gone after {ROUNDS // 2} of {ROUNDS} rounds; {share:.2%} of the affinity of all later rounds anew; "
        f"{unchanged:.0%} of places kept; {kept.summary.repeats} repeats. The peer is the first plan"
    )
    return Result("rounds_again_5k", "s", median(again), None, median(first), notes, higher_is_better=False)


def _at_tables(progress: Callable[[str], None]) -> Result:
    told = gathering(10_000, 10, group_size=8)
    begun = time.perf_counter()
    plan = plan_rounds(told)
    product = time.perf_counter() - begun
    progress(f"rounds: at tables {product:.1f} s")
    x = barred(told)
    built = summary(graph(told, x), x, turned(x, 10_000, 10, 1_250))
    met = np.concatenate([meetings(table) for table in plan.table.T])
    low, high = told.forbidden.min(axis=1), told.forbidden.max(axis=1)
    notes = (
        f"tables of 8, 10 rounds: {plan.summary.affinity / built.affinity:.1f} times the affinity of the construction, "
        f"{plan.summary.repeats} repeats, {np.isin(met, low * 10_000 + high).sum()} forbidden pairs, "
        f"{plan.summary.missed} person-rounds missed"
    )
    return Result("rounds_tables_10k", "s", product, None, None, notes, higher_is_better=False)


def gathering(people: int, rounds: int, group_size: int = 2) -> RoundsAsked:
    """People with a few tastes each, the best 50 for each by likeness, and as many forbidden pairs as people."""
    lot = np.random.default_rng(people)
    tastes = np.abs(lot.normal(size=(people, _TASTES))) * (lot.random((people, _TASTES)) < 0.35) + 0.05
    tastes = (tastes / np.linalg.norm(tastes, axis=1, keepdims=True)).astype(np.float32)
    pairs, worth = [], []
    for first in range(0, people, _AT_ONCE):
        rows = np.arange(first, min(people, first + _AT_ONCE))
        likeness = tastes[rows] @ tastes.T
        likeness[np.arange(len(rows)), rows] = -1
        best = np.argpartition(-likeness, LISTED, axis=1)[:, :LISTED]
        pairs.append(np.stack((np.repeat(rows, LISTED), best.ravel()), axis=1))
        worth.append((10_000 * np.take_along_axis(likeness, best, axis=1)).astype(np.int64).ravel())
    forbidden = lot.integers(0, people, (people, 2))
    return RoundsAsked(
        people=tuple(f"m{number:07}" for number in range(people)),
        rounds=rounds,
        group_size=group_size,
        tables=None,
        affinity_pairs=np.concatenate(pairs),
        affinity=np.concatenate(worth),
        forbidden=forbidden[forbidden[:, 0] != forbidden[:, 1]],
        met=np.zeros((0, 2), np.int64),
        arrives=np.zeros(people, np.int64),
        leaves=np.full(people, rounds),
        byes=np.zeros(people, np.int64),
        group=np.zeros(people, np.int64),
        may_meet=np.ones((1, 1), np.bool_),
    )


def _bare(told: RoundsAsked, g: Graph) -> tuple[int, Evening]:
    """The flow from each person to each, whose worth is twice the linear bound; and its pairs put into rounds."""
    people = len(told.people)
    person = np.repeat(np.arange(people), np.diff(g.start))
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(person, people + g.other, np.ones(len(person), np.int64), -g.value)
    source, sink = 2 * people, 2 * people + 1
    everybody, rounds, free = np.arange(people), np.full(people, told.rounds), np.zeros(people, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(people, source), everybody, rounds, free)
    flow.add_arcs_with_capacity_and_unit_cost(people + everybody, np.full(people, sink), rounds, free)
    flow.add_arc_with_capacity_and_unit_cost(source, sink, people * told.rounds, 0)
    flow.set_node_supply(source, people * told.rounds)
    flow.set_node_supply(sink, -people * told.rounds)
    if flow.solve() != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError("The flow has no solution.")
    taken = np.asarray(flow.flows(np.arange(len(person), dtype=np.int32)))
    agreed = taken + taken[g.twin]
    once = np.flatnonzero((person < g.other) & (agreed > 0))
    ordered = once[np.lexsort((-g.value[once], -agreed[once]))]
    colored = evening(told.there())
    color_in_order(g, barred(told), colored, person[ordered].astype(np.int32), ordered, people)
    return int(g.value[taken > 0].sum()), colored


def _worth(colored: Evening) -> float:
    return float(colored.worth.sum()) / 2


def _worth_of(told: RoundsAsked, table: NDArray[np.int32]) -> int:
    x = barred(told)
    return summary(graph(told, x), x, table[:, None]).affinity
