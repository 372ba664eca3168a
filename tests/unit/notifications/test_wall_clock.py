"""A person's own clock, over nights that clocks are changed in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.notifications.domain.wall_clock import QuietHours, WallClock, zone_of
from tests.examples import tried

ZONES = (
    "America/Santiago",
    "America/Havana",
    "Atlantic/Azores",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Rome",
    "UTC",
)
times_of_day = st.times().map(lambda each: each.replace(second=0, microsecond=0))
moments = st.timedeltas(timedelta(0), timedelta(days=6200)).map(lambda ago: datetime(2028, 12, 31, tzinfo=UTC) - ago)
near_changes = st.sampled_from(
    [
        datetime(2026, 4, 5, 3, tzinfo=UTC),  # Santiago goes back at midnight
        datetime(2026, 9, 6, 4, tzinfo=UTC),  # and has no midnight
        datetime(2026, 3, 8, 5, tzinfo=UTC),  # Havana has no midnight
        datetime(2026, 11, 1, 5, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # Azores, Rome
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia has no 30th of December
        datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    ]
).flatmap(lambda change: st.timedeltas(timedelta(hours=-30), timedelta(hours=30)).map(lambda ahead: change + ahead))
clocks = st.builds(
    WallClock,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.builds(QuietHours, times_of_day, times_of_day),
)
whenever = st.one_of(moments, near_changes).map(lambda each: each.replace(microsecond=0))


def shown(clock: WallClock, moment: datetime) -> str:
    return moment.astimezone(clock.zone).isoformat()


@settings(max_examples=tried(300))
@given(clocks, whenever)
def test_nobody_is_woken_and_nobody_waits_longer_than_the_quiet_hours_last(clock: WallClock, moment: datetime) -> None:
    awake = clock.awake(moment)
    assert awake >= moment
    assert not clock.is_quiet(awake)
    assert awake == moment or clock.is_quiet(awake - timedelta(seconds=1))
    assert awake - moment <= timedelta(hours=49), "of a clock that skips a day, two nights"


@settings(max_examples=tried(300))
@given(clocks, whenever)
def test_quiet_hours_began_when_the_clock_first_showed_them(clock: WallClock, moment: datetime) -> None:
    if clock.is_quiet(moment):
        began = clock.fell_quiet(moment)
        assert began <= moment
        assert clock.is_quiet(began)
        before = (began - timedelta(seconds=1)).astimezone(clock.zone).time()
        assert not clock.quiet.cover(before) or before > began.astimezone(clock.zone).time(), "or it went back"


@settings(max_examples=tried(300))
@given(clocks, times_of_day, whenever, st.none() | st.integers(0, 6))
@example(
    WallClock(ZoneInfo("Pacific/Apia"), QuietHours(time(0), time(0))),
    time(8),
    datetime(2011, 12, 29, 20, tzinfo=UTC),
    4,
)
def test_a_digest_has_a_next_time_and_each_day_only_one(
    clock: WallClock, at: time, moment: datetime, weekday: int | None
) -> None:
    first = clock.next(at, moment, weekday)
    assert first > moment
    assert first - moment <= (timedelta(days=3) if weekday is None else timedelta(days=15))
    second = clock.next(at, first, weekday)
    assert second > first
    assert clock.day(second) != clock.day(first), "a time that comes twice is one digest"
    local = first.astimezone(clock.zone)
    skipped = local.time() != at
    if skipped:
        assert (first - timedelta(seconds=1)).astimezone(clock.zone).utcoffset() != local.utcoffset()
    elif weekday is not None:
        assert local.weekday() == weekday


@pytest.mark.parametrize(
    ("zone", "moment", "wakes"),
    [
        # On 5 April Santiago's clocks go from midnight back to 23:00.
        ("America/Santiago", "2026-04-05T01:30:00+00:00", "2026-04-05T07:00:00-04:00"),
        # On 6 September they skip the hour after midnight.
        ("America/Santiago", "2026-09-06T03:30:00+00:00", "2026-09-06T07:00:00-03:00"),
        ("Asia/Kathmandu", "2026-01-01T17:00:00+00:00", "2026-01-02T07:00:00+05:45"),
        # The 30th of December 2011 did not happen.
        ("Pacific/Apia", "2011-12-30T09:00:00+00:00", "2011-12-31T07:00:00+14:00"),
    ],
)
def test_a_night_ends_at_seven_whatever_the_clocks_did_in_it(zone: str, moment: str, wakes: str) -> None:
    clock = WallClock(ZoneInfo(zone), QuietHours(time(22), time(7)))
    asleep = datetime.fromisoformat(moment)
    assert clock.is_quiet(asleep)
    assert shown(clock, clock.awake(asleep)) == wakes


def test_a_time_that_clocks_skip_is_the_moment_they_skip_it() -> None:
    clock = WallClock(ZoneInfo("Europe/Rome"), QuietHours(time(2, 30), time(2, 45)))
    found = clock.next(time(2, 30), datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert shown(clock, found) == "2026-03-29T03:00:00+02:00"


def test_a_time_that_comes_twice_is_the_first() -> None:
    clock = WallClock(ZoneInfo("Europe/Rome"), QuietHours(time(0), time(0)))
    found = clock.next(time(2, 30), datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert shown(clock, found) == "2026-10-25T02:30:00+02:00"
    assert clock.day(clock.next(time(2, 30), found)) == date(2026, 10, 26)


def test_who_has_no_zone_that_is_known_lives_in_utc() -> None:
    assert zone_of(None, "Mars/Olympus", "../etc/passwd", "Europe/Rome").key == "Europe/Rome"
    assert zone_of(None, "").key == "UTC"
