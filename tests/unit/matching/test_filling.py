"""An assignment carried on is as good as one solved anew."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.match_run import Objective
from services.matching.engine import assignment
from services.matching.engine.assignment import assign
from services.matching.engine.filling import HalfFilled, filled
from services.matching.engine.prices import NotTheBest, settle
from services.matching.engine.residual import Flags, Longs, residual
from tests.examples import tried


@dataclass(frozen=True, slots=True)
class Market:
    """Edges of some people, `before` those that were known at first."""

    mentor: Longs
    mentee: Longs
    score: Longs
    seats: Longs
    wanted: Longs
    before: Flags

    def assigned(self, objective: Objective) -> Flags:
        return assign(self.mentor, self.mentee, self.score, self.seats, self.wanted, objective)

    def worth(self, taken: Flags, objective: Objective) -> tuple[int, int]:
        """What counts, the greater aim first; nobody may have more than they have places for."""
        assert (np.bincount(self.mentor[taken], minlength=len(self.seats)) <= self.seats).all()
        assert (np.bincount(self.mentee[taken], minlength=len(self.wanted)) <= self.wanted).all()
        total, pairs = int(self.score[taken].sum()), int(taken.sum())
        return (total, pairs) if objective is Objective.BEST_SCORE else (pairs, total)

    def some(self, keep: Flags) -> "Market":
        edges = (each[keep] for each in (self.mentor, self.mentee, self.score))
        return Market(*edges, self.seats, self.wanted, self.before[keep])


@st.composite
def markets(draw: st.DrawFn, most_wanted: int) -> Market:
    """Up to 8 people on each side, ties in plenty."""
    seats = draw(st.lists(st.integers(0, 2), min_size=1, max_size=8))
    wanted = draw(st.lists(st.integers(0, most_wanted), min_size=1, max_size=8))
    cells = draw(st.lists(st.integers(0, len(seats) * len(wanted) - 1), unique=True, min_size=1, max_size=40))
    at = np.sort(np.array(cells, np.int64))
    points = draw(st.sampled_from([1, 5, 10_000]))
    scores = draw(st.lists(st.integers(0, points), min_size=len(at), max_size=len(at)))
    before = draw(st.lists(st.booleans(), min_size=len(at), max_size=len(at)))
    return Market(
        at % len(seats), at // len(seats), np.array(scores), np.array(seats), np.array(wanted), np.array(before)
    )


def widened(market: Market, objective: Objective) -> tuple[Market, Flags]:
    """The market with the edges added that join who was left over, and what was taken before."""
    taken = np.zeros(len(market.score), np.bool_)
    taken[market.before] = market.some(market.before).assigned(objective)
    free = market.seats > np.bincount(market.mentor[taken], minlength=len(market.seats))
    alone = market.wanted > np.bincount(market.mentee[taken], minlength=len(market.wanted))
    keep = market.before | (free[market.mentor] & alone[market.mentee])
    return market.some(keep), taken[keep]


def gain(market: Market, objective: Objective) -> Longs:
    """Most people: any pair above all scores together."""
    return market.score + (10_001 * 17 if objective is Objective.MOST_PEOPLE else 0)


@settings(deadline=None, max_examples=tried(400))
@given(markets(most_wanted=1), st.sampled_from(Objective))
def test_carried_on_it_is_as_good_as_solved_anew(market: Market, objective: Objective) -> None:
    wider, taken = widened(market, objective)
    found = filled(wider.mentor, wider.mentee, gain(wider, objective), taken, wider.seats, wider.wanted)
    assert wider.worth(found, objective) == wider.worth(wider.assigned(objective), objective)


@settings(deadline=None, max_examples=tried(400))
@given(markets(most_wanted=3), st.sampled_from(Objective))
def test_where_people_want_several_it_is_as_good_or_says_that_it_cannot(market: Market, objective: Objective) -> None:
    wider, taken = widened(market, objective)
    try:
        found = filled(wider.mentor, wider.mentee, gain(wider, objective), taken, wider.seats, wider.wanted)
    except HalfFilled:
        return
    assert wider.worth(found, objective) == wider.worth(wider.assigned(objective), objective)


def test_who_has_a_mentor_moves_for_one_who_has_none() -> None:
    # The second mentee suits the first mentor alone, and comes when the first has gone to the new seat.
    mentor, mentee, score = np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([9, 5, 8])
    one = np.ones(2, np.int64)
    found = filled(mentor, mentee, score, np.array([True, False, False]), one, one)
    assert found.tolist() == [False, True, True]


def test_half_filled_on_both_sides_is_refused_by_name() -> None:
    places, taken = np.array([2]), np.array([True])
    with pytest.raises(HalfFilled):
        filled(np.array([0]), np.array([0]), np.array([5]), taken, places, places)


def test_what_is_not_the_best_has_no_prices() -> None:
    laid, _ = residual(
        np.array([0, 0, 1, 1], np.int32),
        np.array([0, 1, 0, 1], np.int32),
        np.array([1, 9, 9, 1]),
        np.array([True, False, False, True]),
        2,
        np.zeros(2, np.int64),
    )
    with pytest.raises(NotTheBest):
        settle(laid)


def crowd(seed: int) -> Market:
    """Large enough to be solved place by place; two in five mentors are on few lists."""
    chance = np.random.default_rng(seed)
    mentees, mentors, listed = 3_000, 1_000, 40
    liked = chance.random(mentors) ** 3 + 0.001
    lists = [chance.choice(mentors, listed, replace=False, p=liked / liked.sum()) for _ in range(mentees)]
    mentee = np.repeat(np.arange(mentees), listed)
    score = chance.integers(0, 10_001, mentees * listed)
    return Market(
        np.concatenate([np.sort(each) for each in lists]),
        mentee,
        score,
        chance.integers(0, 6, mentors),
        (chance.random(mentees) < 0.95).astype(np.int64),
        np.ones(len(score), np.bool_),
    )


@pytest.mark.parametrize("objective", Objective)
def test_on_thousands_of_people_it_agrees_with_both_aims_in_one_number(
    objective: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = crowd(7)
    assert len(market.score) >= assignment.COMPILED_FROM
    quickly = market.worth(market.assigned(objective), objective)
    monkeypatch.setattr(assignment, "COMPILED_FROM", len(market.score) + 1)
    assert quickly == market.worth(market.assigned(objective), objective)


def test_the_prices_of_thousands_prove_that_no_assignment_is_better() -> None:
    market = crowd(8)
    taken = market.assigned(Objective.BEST_SCORE)
    spare = market.wanted - np.bincount(market.mentee[taken], minlength=len(market.wanted))
    wanting = market.wanted[market.mentee] > 0
    edges = (market.mentor[wanting].astype(np.int32), market.mentee[wanting].astype(np.int32), market.score[wanting])
    laid, _ = residual(*edges, taken[wanting], len(market.seats), spare)
    settle(laid)
    assert (laid.gain <= laid.guest_price[laid.guest] + laid.host_price[laid.host]).all()
    bound = laid.guest_price @ market.wanted + laid.host_price @ market.seats
    assert bound == market.score[taken].sum()
