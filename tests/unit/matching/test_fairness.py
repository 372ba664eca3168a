"""How much the worst off count more."""

import random
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.match_run import Objective
from services.matching.engine.fairness import fair, floor_of
from services.matching.engine.matching import match
from services.matching.engine.pool import Criteria
from tests.unit.matching.people import everything_visible, offers, person, pool, seeks

EVERY_SCORE = np.arange(10_001, dtype=np.int64)


@given(st.integers(0, 10_000))
def test_without_fairness_a_score_is_worth_itself(floor: int) -> None:
    assert (fair(EVERY_SCORE, floor, 0.0) == EVERY_SCORE).all()


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_more_is_always_worth_more_and_most_of_all_below_the_floor(floor: int, fairness: float) -> None:
    worth = fair(EVERY_SCORE, floor, fairness)
    steps = np.diff(worth)
    assert worth[0] == 0
    assert (steps >= 1).all()
    # Whole numbers: a step may be one more or less than the one before.
    assert all(steps[n] + 1 >= steps[m] for n, m in pairwise(range(0, 10_000, 7)))
    assert steps[:floor].sum() * (10_000 - floor) >= steps[floor:].sum() * floor


def test_the_floor_is_a_score_that_some_stay_below() -> None:
    assert floor_of(np.arange(10, dtype=np.int64)[::-1]) == 2
    assert floor_of(np.zeros(0, np.int64)) == 0


def test_fairness_lifts_the_worst_off_and_leaves_nobody_alone() -> None:
    chance = random.Random(3)
    labels = [f"skill {number}" for number in range(15)]

    def level() -> int:
        return chance.randint(1, 5)

    numbers = range(60)
    people = pool(
        [person(f"m{n}", skills=offers(*chance.sample(labels, 4), level=level()), seniority=4) for n in numbers],
        [
            person(f"e{n}", skills=seeks(*chance.sample(labels, 3), level=level()), seniority=level() - 1)
            for n in numbers
        ],
    )

    def summary(fairness: float) -> tuple[int, float, float]:
        found = match(people, Criteria(), Objective.BEST_SCORE, visible=everything_visible, fairness=fairness).summary
        return found.matched, found.worst_decile, found.total_score

    plain, gentle = summary(0.0), summary(1.0)
    assert gentle[0] == plain[0]
    assert gentle[1] > plain[1]
    assert plain[2] * 0.95 <= gentle[2] <= plain[2]
