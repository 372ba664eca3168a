"""Local wall time, compared in UTC."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.member import Day, Window
from services.matching.engine.availability import WEEK, intervals, shared_minutes
from services.matching.engine.features import features
from services.matching.engine.pairs import pairs
from tests.unit.matching.people import MONDAY, person, pool

HOUR = 60
DAY = 24 * HOUR


def free(zone: str | None, *windows: Window, monday: date = MONDAY) -> list[tuple[int, int]] | None:
    return intervals(person("a", time_zone=zone, availability=windows), monday)


def test_a_window_is_read_in_the_members_zone() -> None:
    evening = Window(Day.TUE, "18:00", "20:00")
    assert free("Europe/Rome", evening) == [(DAY + 17 * HOUR, DAY + 19 * HOUR)]


def test_summer_time_moves_a_window() -> None:
    evening = Window(Day.TUE, "18:00", "20:00")
    assert free("Europe/Rome", evening, monday=date(2026, 7, 6)) == [(DAY + 16 * HOUR, DAY + 18 * HOUR)]


def test_a_window_may_run_past_midnight() -> None:
    assert free("UTC", Window(Day.MON, "23:00", "01:00")) == [(23 * HOUR, 25 * HOUR)]


def test_a_day_may_end_at_24() -> None:
    assert free("UTC", Window(Day.MON, "22:00", "24:00")) == [(22 * HOUR, DAY)]


def test_what_reaches_over_the_end_of_the_week_counts_at_its_beginning() -> None:
    assert free("UTC", Window(Day.SUN, "23:00", "01:00")) == [(0, HOUR), (WEEK - HOUR, WEEK)]
    assert free("Asia/Tokyo", Window(Day.MON, "08:00", "10:00")) == [(0, HOUR), (WEEK - HOUR, WEEK)]


def test_overlapping_windows_count_once() -> None:
    twice = (Window(Day.MON, "10:00", "12:00"), Window(Day.MON, "11:00", "13:00"))
    assert free("UTC", *twice) == [(10 * HOUR, 13 * HOUR)]


def test_without_windows_or_a_known_zone_nothing_is_known() -> None:
    window = Window(Day.MON, "10:00", "12:00")
    assert [free("UTC"), free(None, window), free("Atlantis/Center", window)] == [None, None, None]


@pytest.mark.parametrize("zone", ["America/Santiago", "America/Havana", "Atlantic/Azores"])
def test_a_change_of_the_clock_in_the_week_changes_no_window_by_more_than_an_hour(zone: str) -> None:
    for monday in (date(2026, 3, 2), date(2026, 3, 23), date(2026, 9, 7), date(2026, 10, 26)):
        spans = free(zone, Window(Day.SUN, "20:00", "22:00"), monday=monday) or []
        assert abs(sum(end - start for start, end in spans) - 2 * HOUR) <= HOUR


WINDOWS = st.lists(
    st.builds(
        lambda day, start, length: Window(
            day, f"{start // 60:02}:{start % 60:02}", f"{(start + length) % DAY // 60:02}:{(start + length) % 60:02}"
        ),
        st.sampled_from(list(Day)),
        st.integers(0, DAY - 1),
        st.integers(1, 300),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
ZONES = st.sampled_from(["UTC", "Europe/Rome", "Asia/Kathmandu", "America/Havana", "Pacific/Auckland"])


@given(st.lists(st.tuples(WINDOWS, ZONES), min_size=2, max_size=5))
def test_the_matrix_counts_the_same_minutes_as_counting_them_one_by_one(given_people: list[tuple]) -> None:  # type: ignore[type-arg]
    members = [person(f"m{i}", availability=w, time_zone=z) for i, (w, z) in enumerate(given_people)]
    overlap = pairs(features(pool(members[1:], members[:1]))).overlap[0]
    minutes = [
        {minute for start, end in intervals(member, MONDAY) or () for minute in range(start, end)} for member in members
    ]
    assert overlap.tolist() == [len(minutes[0] & others) for others in minutes[1:]]
    spans = [intervals(member, MONDAY) or [] for member in members]
    assert overlap.tolist() == [shared_minutes(spans[0], other) for other in spans[1:]]
