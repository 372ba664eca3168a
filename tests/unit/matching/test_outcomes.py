"""What pairs came to, told of five and more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.outcomes import FEWEST, Counted, Reason, outcomes, reasons


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
    assert outcomes(Counted(first_sessions=hours), 336).first_session_median_days == days


def test_in_time_is_up_to_the_hour() -> None:
    found = outcomes(Counted(due=10, first_sessions={336: 4, 337: 4}), 336)
    assert found.first_session_in_time_share == 0.4


def test_a_number_with_too_few_behind_it_is_none() -> None:
    found = outcomes(Counted(4, 4, {"no_time": 4}, 4, 10, 8, 4, {24: 4}), 336)
    assert found.dropped_out == ()
    assert {
        found.completed,
        found.completed_share,
        found.sessions_held,
        found.sessions_agreed,
        found.sessions_share,
        found.first_session_median_days,
        found.first_session_in_time_share,
    } == {None}
