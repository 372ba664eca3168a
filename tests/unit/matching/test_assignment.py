"""The assignment against exhaustive search."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.domain.match_run import Objective
from services.matching.engine import assignment, flow
from services.matching.engine.assignment import TooManyPairs, assign

Edge = tuple[int, int, int]
Case = tuple[list[int], list[int], list[Edge]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to 10 edges (mentee, mentor, score) among up to 4 mentees and 4 mentors with 0 to 2 seats each."""
    mentees = draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
    mentors = draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
    every = list(product(range(len(mentees)), range(len(mentors))))
    chosen = draw(st.lists(st.sampled_from(every), unique=True, max_size=10))
    points = st.sampled_from([0, 10_000]) | st.integers(0, 10_000)
    scores = draw(st.lists(points, min_size=len(chosen), max_size=len(chosen)))
    return mentees, mentors, [(*pair, score) for pair, score in zip(chosen, scores, strict=True)]


def fits(mentees: list[int], mentors: list[int], taken: list[Edge]) -> bool:
    of_mentee, of_mentor = [0] * len(mentees), [0] * len(mentors)
    for mentee, mentor, _ in taken:
        of_mentee[mentee] += 1
        of_mentor[mentor] += 1
    return all(np.less_equal(of_mentee, mentees)) and all(np.less_equal(of_mentor, mentors))


def worth(taken: list[Edge], objective: Objective) -> tuple[int, int]:
    total = sum(score for _, _, score in taken)
    return (total, len(taken)) if objective is Objective.BEST_SCORE else (len(taken), total)


def best_of_all(case: Case, objective: Objective) -> tuple[int, int]:
    mentees, mentors, edges = case
    subsets = ([e for e, keep in zip(edges, mask, strict=True) if keep] for mask in product((0, 1), repeat=len(edges)))
    return max(worth(taken, objective) for taken in subsets if fits(mentees, mentors, taken))


def assigned(case: Case, objective: Objective) -> list[Edge]:
    mentees, mentors, edges = case
    columns = np.array(edges, np.int64).reshape(-1, 3)
    taken = assign(columns[:, 1], columns[:, 0], columns[:, 2], np.array(mentors), np.array(mentees), objective)
    return [edge for edge, keep in zip(edges, taken, strict=True) if keep]


@pytest.fixture(params=["ortools", "without ortools"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the test with the flow and with what takes its place."""
    if request.param == "without ortools":
        monkeypatch.setattr(assignment, "find_spec", lambda _name: None)


@pytest.mark.parametrize("objective", Objective)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_no_assignment_is_better_and_none_exceeds_a_capacity(solver: None, objective: Objective, case: Case) -> None:
    taken = assigned(case, objective)
    assert fits(case[0], case[1], taken)
    assert worth(taken, objective) == best_of_all(case, objective)


RIVALS: Case = ([1, 1], [1, 1], [(0, 0, 10_000), (0, 1, 100), (1, 0, 200)])


def test_best_score_leaves_someone_alone_where_that_scores_more() -> None:
    assert assigned(RIVALS, Objective.BEST_SCORE) == [(0, 0, 10_000)]


def test_most_people_pairs_everyone_it_can_first() -> None:
    assert assigned(RIVALS, Objective.MOST_PEOPLE) == [(0, 1, 100), (1, 0, 200)]


CHAIN: Case = ([1] * 3, [1] * 3, [(0, 0, 0), (1, 0, 10_000), (1, 1, 0), (2, 1, 10_000), (2, 2, 0)])


def test_most_people_gives_up_any_score_for_one_more_pair() -> None:
    assert assigned(CHAIN, Objective.MOST_PEOPLE) == [(0, 0, 0), (1, 1, 0), (2, 2, 0)]
    assert assigned(CHAIN, Objective.BEST_SCORE) == [(1, 0, 10_000), (2, 1, 10_000)]


@pytest.mark.parametrize("objective", Objective)
def test_a_pair_that_scores_nothing_is_still_better_than_none(objective: Objective) -> None:
    assert assigned(([1], [1], [(0, 0, 0)]), objective) == [(0, 0, 0)]


@pytest.mark.parametrize("objective", Objective)
def test_an_overdrawn_capacity_is_no_seat(objective: Objective) -> None:
    assert assigned(([1], [-1], [(0, 0, 5)]), objective) == []


@pytest.mark.parametrize("objective", Objective)
def test_both_solvers_agree_on_hundreds_of_people(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    mentees, mentors = chance.integers(0, 3, 400), chance.integers(0, 4, 150)
    edges = np.unique(np.stack([chance.integers(0, 400, 4_000), chance.integers(0, 150, 4_000)], axis=1), axis=0)
    score = chance.integers(0, 10_001, len(edges))

    def result() -> tuple[int, int]:
        taken = assign(edges[:, 1], edges[:, 0], score, mentors, mentees, objective)
        assert np.all(np.bincount(edges[taken, 0], minlength=400) <= mentees)
        assert np.all(np.bincount(edges[taken, 1], minlength=150) <= mentors)
        return int(taken.sum()), int(score[taken].sum())

    by_flow = result()
    monkeypatch.setattr(assignment, "find_spec", lambda _name: None)
    assert result() == by_flow


def test_more_pairs_than_can_be_weighed_exactly_are_refused_by_name() -> None:
    one = np.zeros(1, np.int64)
    with pytest.raises(TooManyPairs):
        assign(one, one, one + 2**61, one + 1, one + 1, Objective.BEST_SCORE)


@pytest.mark.parametrize("objective", Objective)
def test_without_people_or_seats_nothing_is_assigned(solver: None, objective: Objective) -> None:
    assert assigned(([0], [0], [(0, 0, 5)]), objective) == []
    assert assigned(([1], [1], []), objective) == []


def test_a_large_flow_is_solved_beside_the_process_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    mentee, mentor = np.repeat(np.arange(30), 5), np.tile(np.arange(5), 30)
    gain, seats = chance.integers(0, 100, 150), np.full(5, 4)
    given = (mentor, mentee, gain, seats, np.ones(30, np.int64))
    here = flow.most_gain(*given)
    assert here.sum() == 20
    monkeypatch.setattr(flow, "_LARGE", 100)
    np.testing.assert_array_equal(flow.most_gain(*given), here)
