"""Times to meet, across zones and the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.member import Day, Window
from services.matching.domain.slots import STEP, Basis, Span, free, slots
from tests.unit.matching.people import person

HOUR = timedelta(hours=1)
SANTIAGO, HAVANA, AZORES = "America/Santiago", "America/Havana", "Atlantic/Azores"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def there(zone: str, *windows: tuple[Day, str, str]) -> object:
    return person("ada", time_zone=zone, availability=tuple(Window(*each) for each in windows))


def told(spans: list[Span] | None) -> list[tuple[str, str]]:
    assert spans is not None
    return [(f"{begin:%a %H:%M}", f"{finish:%a %H:%M}") for begin, finish in spans]


@pytest.mark.parametrize(
    ("zone", "window", "from_", "to", "expected"),
    [
        # The same wall time is another moment in the next week.
        (
            SANTIAGO,
            (Day.TUE, "18:00", "20:00"),
            "2026-09-01",
            "2026-09-02 12:00",
            [("Tue 22:00", "Wed 00:00")],
        ),
        (SANTIAGO, (Day.TUE, "18:00", "20:00"), "2026-09-08", "2026-09-09", [("Tue 21:00", "Tue 23:00")]),
        (AZORES, (Day.TUE, "18:00", "20:00"), "2026-03-24", "2026-03-25", [("Tue 19:00", "Tue 21:00")]),
        (AZORES, (Day.TUE, "18:00", "20:00"), "2026-03-31", "2026-04-01", [("Tue 18:00", "Tue 20:00")]),
        # Santiago skips 00:00 to 01:00 on Sunday, September 6: what begins there begins when the clock goes on.
        (
            SANTIAGO,
            (Day.SUN, "00:00", "02:00"),
            "2026-09-05 12:00",
            "2026-09-07",
            [("Sun 04:00", "Sun 05:00")],
        ),
        (SANTIAGO, (Day.SUN, "00:15", "00:45"), "2026-09-05 12:00", "2026-09-07", []),
        (
            SANTIAGO,
            (Day.SAT, "22:00", "24:00"),
            "2026-09-05 12:00",
            "2026-09-07",
            [("Sun 02:00", "Sun 04:00")],
        ),
        # It shows 23:00 to 24:00 on Saturday, April 4, twice: a window up to midnight is an hour longer.
        (
            SANTIAGO,
            (Day.SAT, "22:00", "24:00"),
            "2026-04-04 12:00",
            "2026-04-06",
            [("Sun 01:00", "Sun 04:00")],
        ),
        (
            SANTIAGO,
            (Day.SAT, "23:00", "23:30"),
            "2026-04-04 12:00",
            "2026-04-06",
            [("Sun 02:00", "Sun 02:30")],
        ),
        # Havana skips 00:00 to 01:00 on March 8, and shows it twice on November 1.
        (HAVANA, (Day.SUN, "00:30", "01:30"), "2026-03-07 12:00", "2026-03-09", [("Sun 05:00", "Sun 05:30")]),
        (HAVANA, (Day.SUN, "00:30", "01:30"), "2026-10-31 12:00", "2026-11-02", [("Sun 04:30", "Sun 06:30")]),
        # The Azores skip 00:00 to 01:00 on March 29, and show it twice on October 25.
        (
            AZORES,
            (Day.SUN, "00:00", "01:30"),
            "2026-03-28 12:00",
            "2026-03-30",
            [("Sun 01:00", "Sun 01:30")],
        ),
        (
            AZORES,
            (Day.SUN, "00:00", "01:30"),
            "2026-10-24 12:00",
            "2026-10-26",
            [("Sun 00:00", "Sun 02:30")],
        ),
        # Past midnight, into the next day.
        ("Europe/Rome", (Day.SUN, "22:00", "02:00"), "2026-01-04", "2026-01-06", [("Sun 21:00", "Mon 01:00")]),
        ("Pacific/Kiritimati", (Day.MON, "06:00", "08:00"), "2026-01-04", "2026-01-06", [("Sun 16:00", "Sun 18:00")]),
    ],
)
def test_a_weekly_window_is_what_its_date_makes_of_it(
    zone: str, window: tuple[Day, str, str], from_: str, to: str, expected: list[tuple[str, str]]
) -> None:
    assert told(free(there(zone, window), at(from_), at(to))) == expected  # type: ignore[arg-type]


def test_who_has_said_no_windows_or_no_zone_is_not_known() -> None:
    week = at("2026-01-05"), at("2026-01-12")
    assert free(None, *week) is None
    assert free(person("ada", time_zone="Europe/Rome"), *week) is None
    windows = (Window(Day.MON, "10:00", "12:00"),)
    for zone in (None, "Europe/Atlantis"):
        assert free(person("ada", time_zone=zone, availability=windows), *week) is None


def test_both_are_free_in_what_their_windows_share_and_what_is_agreed_is_taken_off() -> None:
    rome = person("ada", time_zone="Europe/Rome", availability=(Window(Day.MON, "18:00", "21:00"),))
    havana = person("ben", time_zone="America/Havana", availability=(Window(Day.MON, "12:00", "15:00"),))
    week = at("2026-01-05"), at("2026-01-12")
    found = slots(rome, havana, *week, HOUR, [], 10)
    assert found.basis is Basis.BOTH
    assert [f"{each:%H:%M}" for each in found.starts] == ["17:00", "17:30", "18:00", "18:30", "19:00"]
    taken = [(at("2026-01-05 17:30"), at("2026-01-05 18:10"))]
    assert [f"{each:%H:%M}" for each in slots(rome, havana, *week, HOUR, taken, 10).starts] == ["18:15", "18:45"]
    assert len(slots(rome, havana, *week, HOUR, [], 2).starts) == 2


def test_without_the_one_s_windows_it_is_by_the_other_s_and_says_so() -> None:
    rome = person("ada", time_zone="Europe/Rome", availability=(Window(Day.MON, "18:00", "19:00"),))
    week = at("2026-01-05"), at("2026-01-12")
    assert slots(rome, None, *week, HOUR, [], 10).basis is Basis.MENTOR
    assert slots(person("ben"), rome, *week, HOUR, [], 10).basis is Basis.MENTEE
    assert slots(None, person("ben"), *week, HOUR, [], 10) == slots(None, None, *week, HOUR, [], 10)
    assert slots(None, None, *week, HOUR, [], 10).basis is Basis.NONE


ZONES = st.sampled_from(["America/Santiago", "America/Havana", "Atlantic/Azores", "Asia/Kathmandu", "UTC"])
TIMES = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
WINDOWS = st.lists(st.builds(Window, st.sampled_from(list(Day)), TIMES, TIMES), min_size=1, max_size=6)


def _is_within(moment: datetime, windows: list[Window], zone: str) -> bool:
    """By what the wall shows at that moment, without any arithmetic on offsets."""
    local = moment.astimezone(ZoneInfo(zone))
    wall, today = f"{local:%H:%M}", list(Day)[local.weekday()]
    yesterday = list(Day)[local.weekday() - 1]
    return any(
        (each.day is today and each.start <= wall and (wall < each.end or each.end <= each.start))
        or (each.day is yesterday and each.end <= each.start and wall < each.end)
        for each in windows
    )


@given(ZONES, ZONES, WINDOWS, WINDOWS, st.integers(0, 365), st.sampled_from([15, 45, 90]))
def test_at_every_slot_begins_a_time_that_both_walls_allow(
    one: str, other: str, mine: list[Window], theirs: list[Window], day: int, minutes: int
) -> None:
    start = at("2026-01-01") + timedelta(days=day)
    mentor = person("ada", time_zone=one, availability=tuple(mine))
    mentee = person("ben", time_zone=other, availability=tuple(theirs))
    found = slots(mentor, mentee, start, start + timedelta(days=9), timedelta(minutes=minutes), [], 100)
    assert list(found.starts) == sorted(set(found.starts))
    for each in found.starts:
        assert _is_within(each, mine, one)
        assert _is_within(each, theirs, other)
        assert each.minute % 15 == 0
    apart = zip(found.starts, found.starts[1:], strict=False)
    assert all(later - earlier >= STEP for earlier, later in apart)
