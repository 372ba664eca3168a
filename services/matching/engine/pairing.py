"""Who is paired with whom in a single pool: the best pairs of a graph without sides, where everybody has some places.

With sides a flow finds the best. Without, everybody is put on both sides: the flow then takes each pair once, twice or
not at all, and half of its gain is a bound that no pairs exceed. Parts of the graph that hang together are taken one by
one. Where the flow takes every pair of one twice or not, that is the best; else a small one is solved exactly by branch
and bound (HiGHS, in scipy). In a large one the pairs that were taken twice stay, and neighborhoods of those left over,
or half taken, are solved exactly one after the other.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from services.matching.domain.match_run import Objective
from services.matching.engine.assignment import assign

if TYPE_CHECKING:  # takes a third of a second to import, and only peers need it
    from scipy.optimize import LinearConstraint

SMALL = 3_000
"""Edges: up to so many that hang together are solved exactly."""
NEIGHBORS = 60
"""People of a neighborhood."""
MOST_NEIGHBORHOODS = 100
"""Each takes some tenths of a second."""
_BEST = 6
"""So many of the pairs that suit somebody best lead on to their neighborhood."""

_Rows = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bound:
    """No pairs are more than `pairs`, and none score more than `score` together."""

    pairs: int
    score: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which edges are taken, and what no others are better than."""

    taken: _Flags
    bound: Bound


@dataclass(frozen=True, slots=True)
class _Graph:
    """Edges between `one` and `other`, rows of people with so many places."""

    one: _Rows
    other: _Rows
    score: _Rows
    places: _Rows
    objective: Objective

    def part(self, edges: _Rows) -> "_Graph":
        return _Graph(self.one[edges], self.other[edges], self.score[edges], self.places, self.objective)

    def worth(self, taken: _Flags) -> tuple[int, int]:
        """The more important aim first."""
        pairs, score = int(taken.sum()), int(self.score[taken].sum())
        return (pairs, score) if self.objective is Objective.MOST_PEOPLE else (score, pairs)


def paired(one: _Rows, other: _Rows, score: _Rows, places: _Rows, objective: Objective) -> Pairing:
    """The best pairs: nobody in more than they have places for, each edge at most once.

    `best_score` is the highest total score and, among equal totals, the most pairs; `most_people` the most pairs and,
    among those, the highest total. Scores are whole numbers, not negative. The same arrays give the same answer. Exact
    where no more than SMALL edges hang together, and close to it else: `bound` says how close. Raises TooManyPairs.
    """
    graph = _Graph(one, other, score, np.maximum(places, 0), objective)
    usable = np.flatnonzero((graph.places[one] > 0) & (graph.places[other] > 0))
    by_score, by_pairs = (_twice(graph.part(usable), each) for each in (Objective.BEST_SCORE, Objective.MOST_PEOPLE))
    twice = by_pairs if objective is Objective.MOST_PEOPLE else by_score
    taken, most_pairs, most_score = np.zeros(len(score), np.bool_), 0, 0
    for part in _hanging_together(graph.part(usable)):
        edges = usable[part]
        of_part = graph.part(edges)
        found, is_best = _found(of_part, twice[part])
        taken[edges] = found
        pairs, total = int(by_pairs[part].sum()) // 2, int((of_part.score * by_score[part]).sum()) // 2
        if is_best and objective is Objective.MOST_PEOPLE:
            pairs = int(found.sum())
        elif is_best:
            total = int(of_part.score[found].sum())
        most_pairs, most_score = most_pairs + pairs, most_score + total
    return Pairing(taken, Bound(most_pairs, most_score))


def _found(graph: _Graph, twice: NDArray[np.int8]) -> tuple[_Flags, bool]:
    """The pairs of a graph that hangs together, and whether none are better."""
    if (twice != 1).all():
        return twice == 2, True
    if len(twice) <= SMALL:
        return _exact(graph), True
    return _improved(graph, twice), False


def _twice(graph: _Graph, objective: Objective) -> NDArray[np.int8]:
    """How often the flow takes each edge with everybody on both sides."""
    both = np.concatenate((graph.one, graph.other)), np.concatenate((graph.other, graph.one))
    score = np.tile(graph.score, 2)
    taken = assign(*both, score, graph.places, graph.places, objective).astype(np.int8)
    return taken[: len(graph.score)] + taken[len(graph.score) :]


def _hanging_together(graph: _Graph) -> Iterator[_Rows]:
    """The edges of each part of the graph from which none leads to another."""
    people, edges = len(graph.places), len(graph.one)
    links = sparse.coo_array((np.ones(edges, np.int8), (graph.one, graph.other)), shape=(people, people))
    _, label = csgraph.connected_components(links.tocsr(), directed=False)
    of_edge = label[graph.one]
    order = np.argsort(of_edge, kind="stable")
    starts = np.flatnonzero(np.diff(of_edge[order], prepend=-1))
    yield from np.split(order, starts[1:]) if len(order) else ()


def _exact(graph: _Graph) -> _Flags:
    """The best there is, for a few thousand edges: the greater aim first, then the lesser among what reaches it."""
    from scipy.optimize import LinearConstraint

    pairs, score = np.ones(len(graph.score)), graph.score.astype(np.float64)
    first, second = (pairs, score) if graph.objective is Objective.MOST_PEOPLE else (score, pairs)
    room = _room(graph)
    best = _most(first, [room])
    reached = round(float(first[best].sum()))
    # Whole numbers: half a unit is far from any of them, and from what the solver takes for nothing.
    again = _most(second, [room, LinearConstraint(first[None, :], lb=reached - 0.5)])
    return max(again, best, key=graph.worth)


def _room(graph: _Graph) -> "LinearConstraint":
    """Nobody in more pairs than they have places for."""
    from scipy.optimize import LinearConstraint

    people, rows = np.unique(np.concatenate((graph.one, graph.other)), return_inverse=True)
    edges = len(graph.score)
    columns = np.tile(np.arange(edges), 2)
    table = sparse.csr_array((np.ones(2 * edges), (rows, columns)), shape=(len(people), edges))
    return LinearConstraint(table, ub=graph.places[people])


def _most(gain: NDArray[np.float64], constraints: list["LinearConstraint"]) -> _Flags:
    from scipy.optimize import Bounds, milp

    found = milp(
        -gain,
        integrality=np.ones(len(gain), np.int64),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if not found.success:
        raise RuntimeError(f"The pairs were not solved: {found.message}")
    taken: _Flags = found.x > 0.5
    return taken


def _improved(graph: _Graph, twice: NDArray[np.int8]) -> _Flags:
    """Good pairs of a large graph: from those that the flow takes twice, each neighborhood of others solved exactly."""
    taken: _Flags = twice == 2
    left = graph.places.copy()
    for side in (graph.one, graph.other):
        np.subtract.at(left, side[taken], 1)
    _fill(graph, taken, left)
    near = _Nearby(graph)
    half = twice == 1
    open_ones = np.unique(np.concatenate((graph.one[half], graph.other[half]))).tolist()
    left_to_do, better = MOST_NEIGHBORHOODS, True
    while better and left_to_do > 0:
        better, seen = False, set[int]()
        for person in open_ones:
            if person not in seen and left_to_do > 0:
                left_to_do -= 1
                inside = near.people_around(person, taken)
                seen |= inside
                better |= _improve(graph, taken, inside)
    return taken


def _improve(graph: _Graph, taken: _Flags, inside: set[int]) -> bool:
    """Solves what is among these people exactly, all else staying as it is; whether that is better."""
    people = np.array(sorted(inside))
    edges = np.flatnonzero(np.isin(graph.one, people) & np.isin(graph.other, people))
    outside = taken.copy()
    outside[edges] = False
    places = graph.places.copy()
    for side in (graph.one, graph.other):
        np.subtract.at(places, side[outside], 1)
    part = replace(graph.part(edges), places=places)
    found = _exact(part)
    if part.worth(found) <= part.worth(taken[edges]):
        return False
    taken[edges] = found
    return True


def _fill(graph: _Graph, taken: _Flags, left: _Rows) -> None:
    """Takes whatever else there is room for, the best first."""
    for edge in np.argsort(-graph.score, kind="stable").tolist():
        one, other = int(graph.one[edge]), int(graph.other[edge])
        if not taken[edge] and left[one] > 0 and left[other] > 0:
            taken[edge] = True
            left[one] -= 1
            left[other] -= 1


class _Nearby:
    """Who is near whom: the best few of each lead on, and those with whom each is paired."""

    def __init__(self, graph: _Graph) -> None:
        self._graph = graph
        edges = np.arange(len(graph.score))
        person = np.concatenate((graph.one, graph.other))
        edge = np.concatenate((edges, edges))
        order = np.lexsort((edge, -graph.score[edge], person))
        self._edge = edge[order]
        self._start = np.searchsorted(person[order], np.arange(len(graph.places) + 1))

    def people_around(self, person: int, taken: _Flags) -> set[int]:
        """NEIGHBORS people at most, those first to whom the fewest steps lead."""
        inside, waiting = {person}, deque([person])
        while waiting and len(inside) < NEIGHBORS:
            for each in self._next(waiting.popleft(), taken):
                if each not in inside and len(inside) < NEIGHBORS:
                    inside.add(each)
                    waiting.append(each)
        return inside

    def _next(self, person: int, taken: _Flags) -> Iterable[int]:
        own = self._edge[self._start[person] : self._start[person + 1]]
        for edge in (*own[taken[own]].tolist(), *own[:_BEST].tolist()):
            yield int(self._graph.one[edge] + self._graph.other[edge] - person)
