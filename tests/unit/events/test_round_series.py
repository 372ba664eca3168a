"""The clock of speed rounds, what is said of people, and what changes for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from services.events.domain.round_place import longest_free
from services.events.domain.round_series import Change, RoundSeries

STARTS = datetime(2099, 5, 4, 12, tzinfo=UTC)
SERIES = RoundSeries("s", "t", 1, STARTS, STARTS, "e", "Rounds", STARTS, 3, round_minutes=8, pause_minutes=2)


def minutes(*numbers: int) -> list[tuple[datetime, datetime]]:
    """Times from one minute to the next number."""
    moments = [STARTS + timedelta(minutes=each) for each in numbers]
    return list(zip(moments[::2], moments[1::2], strict=True))


@pytest.mark.parametrize(
    ("seconds", "current", "coming"),
    [
        (-1, None, 0),
        (0, 0, 1),
        (479, 0, 1),
        (480, None, 1),
        (599, None, 1),
        (600, 1, 2),
        (1200, 2, 3),
        (1679, 2, 3),
        (1680, None, 3),
        (10**6, None, 3),
    ],
)
def test_the_clock_says_which_round_is_now_and_which_can_still_change(
    seconds: int, current: int | None, coming: int
) -> None:
    now = STARTS + timedelta(seconds=seconds)
    assert (SERIES.current(now), SERIES.coming(now)) == (current, coming)


def test_what_was_said_of_a_person_last_holds() -> None:
    first = Change(gone=("a", "b"), late=("c",))
    both = first.and_(Change(gone=("c",), late=("b", "d"), check_ins=True))
    assert both == Change(gone=("a", "c"), late=("b", "d"), check_ins=True)


@pytest.mark.parametrize(
    ("busy", "free"),
    [
        ((), range(3)),
        ((0, 60), range(0)),
        ((8, 10), range(1, 3)),
        ((10, 18), range(1)),
        ((7, 8), range(1, 3)),
        ((28, 40), range(3)),
        ((-30, 0), range(3)),
        ((19, 21), range(2)),
    ],
)
def test_somebody_who_is_busy_takes_part_in_the_longest_run_that_is_free(busy: tuple[int, ...], free: range) -> None:
    assert longest_free(minutes(0, 8, 10, 18, 20, 28), minutes(*busy)) == free
