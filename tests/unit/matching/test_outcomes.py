"""What pairs came to, told of five and more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.goal import GoalState
from services.matching.domain.outcomes import FEWEST, Answering, Counted, Goals, Reason, answering, outcomes, reasons
from services.matching.domain.rating import outcome_of
from services.matching.domain.response import Band

NO_GOALS = Goals(0, {}, outcome_of(0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        ({}, ()),
        ({"no_time": 4}, ()),
        ({"no_time": 4, "no_fault": 1}, (Reason(None, 5),)),
        ({"no_time": 9, "no_fault": 5}, (Reason("no_time", 9), Reason("no_fault", 5))),
        ({"no_time": 9, "no_fault": 6, "other": 1}, (Reason("no_time", 9), Reason(None, 7))),
    ],
)
def test_rare_reasons_are_told_together(ended: dict[str, int], told: tuple[Reason, ...]) -> None:
    assert reasons(ended) == told


def test_mentors_with_few_answers_are_counted_with_those_in_rare_bands() -> None:
    assert answering({Band.SLOWER: 2, None: 3, Band.UNDER_2_DAYS: 7}) == (
        Answering("under_2_days", 7),
        Answering(None, 5),
    )
    assert answering({Band.SLOWER: 4}) == ()


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 20), max_size=6))
def test_no_row_is_of_fewer_than_five_and_no_pair_is_lost_from_them(ended: dict[str, int]) -> None:
    told = reasons(ended)
    assert all(row.pairs >= FEWEST for row in told)
    assert sum(row.pairs for row in told) == (sum(ended.values()) if sum(ended.values()) >= FEWEST else 0)


@pytest.mark.parametrize(
    ("hours", "days"),
    [({24: 5}, 1.0), ({24: 3, 48: 2}, 1.0), ({24: 3, 48: 3}, 1.5), ({0: 1, 24: 1, 48: 1, 72: 2}, 2.0)],
)
def test_the_median_is_the_middle_one_or_between_the_two_in_the_middle(hours: dict[int, int], days: float) -> None:
    assert outcomes(Counted(first_sessions=hours), NO_GOALS, 336).first_session_median_days == days


def test_in_time_is_up_to_the_hour() -> None:
    found = outcomes(Counted(due=10, first_sessions={336: 4, 337: 4}), NO_GOALS, 336)
    assert found.first_session_in_time_share == 0.4


def test_a_number_with_too_few_behind_it_is_none() -> None:
    goals = Goals(4, {GoalState.ACHIEVED: 5, GoalState.OPEN: 6}, outcome_of(4, 2.0, 3.0))
    found = outcomes(Counted(4, 4, {"no_time": 4}, 4, 10, 8, 4, {24: 4}), goals, 336)
    assert found.dropped_out == ()
    assert {
        found.completed,
        found.completed_share,
        found.sessions_held,
        found.sessions_agreed,
        found.sessions_share,
        found.first_session_median_days,
        found.first_session_in_time_share,
        found.goals_achieved,
        found.goals_dropped,
        found.goals_open,
        found.goals_achieved_share,
        found.rated_pairs,
        found.rating_before,
        found.rating_end,
    } == {None}


def test_goals_and_what_mentees_say_of_themselves_before_and_at_the_end() -> None:
    by_state = {GoalState.ACHIEVED: 6, GoalState.DROPPED: 1, GoalState.OPEN: 3}
    found = outcomes(Counted(), Goals(5, by_state, outcome_of(5, 2.0, 3.456)), 336)
    assert (found.goals_achieved, found.goals_dropped, found.goals_open, found.goals_achieved_share) == (6, 1, 3, 0.6)
    assert (found.rated_pairs, found.rating_before, found.rating_end) == (5, 2.0, 3.46)
