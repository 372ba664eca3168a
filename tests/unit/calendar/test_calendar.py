"""Calendars are read alike by a parser of somebody else's, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.calendar import Appointment, Standing, written
from tests.unit.calendar.reading import entries, method, moments, zone

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SUMMIT = Appointment(
    uid="019ab001-7c1e-7b5e-9c55-0000000000e1",
    sequence=3,
    summary="Annual Summit",
    starts_at=datetime(2026, 5, 4, 7, tzinfo=UTC),
    ends_at=datetime(2026, 5, 6, 16, tzinfo=UTC),
    standing=Standing.CONFIRMED,
    stamp=NOW,
    zone="Europe/Rome",
)

# The moments at which the clocks of 2026 change; in all three zones one of the two is at midnight.
CHANGES = {
    "America/Santiago": (datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)),
    "America/Havana": (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)),
    "Atlantic/Azores": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
}
around_every_change = pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, changes in CHANGES.items() for change in changes]
)


@around_every_change
@pytest.mark.parametrize("hours", [-36, -25, -2, -1, 0, 1, 2, 23, 36])
def test_a_zone_whose_clocks_change_at_midnight_keeps_every_appointment_at_its_moment(
    name: str, change: datetime, hours: int
) -> None:
    starts_at = change + timedelta(hours=hours)
    [entry] = entries(
        written([replace(SUMMIT, zone=name, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))])
    )
    assert moments(entry) == (starts_at, starts_at + timedelta(hours=3))


@around_every_change
def test_the_rules_in_the_calendar_are_those_of_the_zone_at_every_hour(name: str, change: datetime) -> None:
    rules = zone(written([replace(SUMMIT, zone=name, starts_at=change, ends_at=change + timedelta(hours=1))]))
    for hour in range(-48, 48):
        there = (change + timedelta(hours=hour)).astimezone(ZoneInfo(name))
        wall = there.replace(tzinfo=None)
        if there.fold or wall.replace(tzinfo=ZoneInfo(name), fold=0).utcoffset() != (
            wall.replace(tzinfo=ZoneInfo(name), fold=1).utcoffset()
        ):
            continue  # An hour that the clocks show twice: which one is meant, no local time says.
        assert wall.replace(tzinfo=rules).utcoffset() == there.utcoffset(), there


@pytest.mark.parametrize("name", CHANGES)
def test_the_onset_of_every_rule_is_the_wall_time_before_the_change(name: str) -> None:
    content = written([replace(SUMMIT, zone=name)]).decode()
    for change in CHANGES[name]:
        before = (change - timedelta(seconds=1)).astimezone(ZoneInfo(name)).utcoffset()
        assert before is not None
        assert f"DTSTART:{(change + before):%Y%m%dT%H%M%S}\r\n" in content


def test_the_hour_that_the_clocks_show_twice_is_written_without_doubt() -> None:
    second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    content = written([replace(SUMMIT, zone="America/Havana", starts_at=second - timedelta(hours=1), ends_at=second)])
    assert b"DTSTART;TZID=America/Havana:20261101T003000" in content
    assert b"DTEND:20261101T053000Z" in content


def test_a_zone_that_this_machine_does_not_know_leaves_the_moment_right() -> None:
    content = written([replace(SUMMIT, zone="Mars/Olympus_Mons")])
    assert b"VTIMEZONE" not in content
    [entry] = entries(content)
    assert moments(entry) == (SUMMIT.starts_at, SUMMIT.ends_at)


def test_each_zone_stands_in_a_feed_once_with_rules_for_all_years_in_it() -> None:
    later = replace(
        SUMMIT, uid="2", starts_at=datetime(2031, 7, 1, 7, tzinfo=UTC), ends_at=datetime(2031, 7, 2, tzinfo=UTC)
    )
    content = written([SUMMIT, later])
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert [moments(each)[0] for each in entries(content)] == [SUMMIT.starts_at, later.starts_at]


def test_a_feed_has_no_method_and_says_what_it_is_called() -> None:
    content = written([], name="Events; all, of them\\n")
    assert method(content) is None
    assert entries(content) == []
    assert b"X-WR-CALNAME:Events\\; all\\, of them" in content


def test_no_text_adds_a_line_or_a_field() -> None:
    hostile = "Summit\r\nATTENDEE:mailto:spy@example.org\nEND:VEVENT; X, Y\\n" + "ä" * 200
    [entry] = entries(written([replace(SUMMIT, summary=hostile, place=hostile, description=hostile)]))
    assert "attendee" not in entry.contents
    for field in (entry.summary, entry.location, entry.description):
        assert field.value.replace("\r\n", "\n") == hostile.replace("\r\n", "\n")
