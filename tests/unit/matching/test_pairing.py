"""Pairs of a single pool against exhaustive search."""

import random
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.domain.match_run import Objective
from services.matching.engine import pairing
from services.matching.engine.pairing import Pairing, paired
from tests.examples import tried

Edge = tuple[int, int, int]
Case = tuple[list[int], list[Edge]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to 11 edges (one, other, score) among up to 7 people with 0 to 2 places each."""
    places = draw(st.lists(st.integers(0, 2), min_size=2, max_size=7))
    every = list(combinations(range(len(places)), 2))
    chosen = draw(st.lists(st.sampled_from(every), unique=True, max_size=11))
    points = st.sampled_from([0, 5_000, 10_000]) | st.integers(0, 10_000)
    scores = draw(st.lists(points, min_size=len(chosen), max_size=len(chosen)))
    return places, [(*pair, score) for pair, score in zip(chosen, scores, strict=True)]


def fits(places: list[int], taken: list[Edge]) -> bool:
    used = [0] * len(places)
    for one, other, _ in taken:
        used[one] += 1
        used[other] += 1
    return all(np.less_equal(used, places))


def worth(taken: list[Edge], objective: Objective) -> tuple[int, int]:
    total = sum(score for _, _, score in taken)
    return (total, len(taken)) if objective is Objective.BEST_SCORE else (len(taken), total)


def best_of_all(case: Case, objective: Objective) -> tuple[int, int]:
    places, edges = case
    subsets = ([e for e, keep in zip(edges, mask, strict=True) if keep] for mask in product((0, 1), repeat=len(edges)))
    return max(worth(taken, objective) for taken in subsets if fits(places, taken))


def solved(case: Case, objective: Objective) -> tuple[list[Edge], Pairing]:
    places, edges = case
    columns = np.array(edges, np.int64).reshape(-1, 3)
    result = paired(columns[:, 0], columns[:, 1], columns[:, 2], np.array(places, np.int64), objective)
    return [edge for edge, keep in zip(edges, result.taken, strict=True) if keep], result


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the test as small graphs are solved, and as large ones are, whose neighborhoods here are all there is."""
    if request.param == "large":
        monkeypatch.setattr(pairing, "SMALL", 0)


@pytest.mark.parametrize("objective", Objective)
@settings(deadline=None, max_examples=tried(1_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_no_pairs_are_better_and_nobody_has_more_than_they_have_places_for(
    size: None, objective: Objective, case: Case
) -> None:
    taken, result = solved(case, objective)
    assert fits(case[0], taken)
    assert worth(taken, objective) == best_of_all(case, objective)
    assert best_of_all(case, Objective.MOST_PEOPLE)[0] <= result.bound.pairs
    assert best_of_all(case, Objective.BEST_SCORE)[0] <= result.bound.score


def test_of_a_triangle_one_pair_is_taken_and_the_bound_knows_it(size: None) -> None:
    taken, result = solved(([1, 1, 1], [(0, 1, 5), (0, 2, 6), (1, 2, 7)]), Objective.MOST_PEOPLE)
    assert taken == [(1, 2, 7)]
    assert result.bound.pairs == 1


def test_two_triangles_joined_by_a_bridge_are_three_pairs(size: None) -> None:
    edges = [(0, 1, 9), (0, 2, 9), (1, 2, 9), (3, 4, 9), (3, 5, 9), (4, 5, 9), (2, 3, 0)]
    taken, result = solved(([1] * 6, edges), Objective.MOST_PEOPLE)
    assert len(taken) == result.bound.pairs == 3
    assert len(solved(([1] * 6, edges), Objective.BEST_SCORE)[0]) == 3


def test_most_people_gives_up_any_score_for_one_more_pair(size: None) -> None:
    path = ([1] * 4, [(0, 1, 1), (1, 2, 10_000), (2, 3, 1)])
    assert len(solved(path, Objective.MOST_PEOPLE)[0]) == 2
    assert len(solved(path, Objective.BEST_SCORE)[0]) == 1


def test_without_places_or_edges_nobody_is_paired(size: None) -> None:
    assert solved(([0, 2], [(0, 1, 9)]), Objective.MOST_PEOPLE)[0] == []
    assert solved(([1, 1], []), Objective.BEST_SCORE)[0] == []


@pytest.mark.parametrize("objective", Objective)
def test_large_graphs_are_solved_within_a_percent_of_the_bound_and_always_alike(objective: Objective) -> None:
    chance = random.Random(7)
    people = 400
    edges = sorted({(one, other) for one in range(people) for other in chance.sample(range(people), 15) if one < other})
    case = [1] * people, [(*pair, chance.randrange(10_000)) for pair in edges]
    assert len(edges) > pairing.SMALL - 400
    taken, result = solved(case, objective)
    assert fits(case[0], taken)
    bound = result.bound.score if objective is Objective.BEST_SCORE else result.bound.pairs
    assert 0.99 * bound <= worth(taken, objective)[0] <= bound
    assert solved(case, objective)[0] == taken
