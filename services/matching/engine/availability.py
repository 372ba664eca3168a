"""Weekly windows in local wall time, as minutes of one reference week in UTC."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.matching.domain.member import Day, Member, Window

WEEK = 7 * 24 * 60

Interval = tuple[int, int]
"""First and one past the last minute, from Monday 00:00 UTC, within the week."""

_DAYS = tuple(Day)


def intervals(member: Member, monday: date) -> list[Interval] | None:
    """When the member is free in the week that begins on `monday`, sorted and disjoint.

    None where it is not known: no windows, or no zone to read them in. What reaches beyond the week's end counts at its
    beginning, since the week stands for every week.
    """
    if not member.availability or member.time_zone is None:
        return None
    free = _free(member.time_zone, member.availability, monday)
    return None if free is None else list(free)


# Many are free at the same hours of the same zone, and whoever asks is compared with ten others at a time.
@lru_cache(maxsize=1 << 12)
def _free(time_zone: str, windows: Sequence[Window], monday: date) -> Sequence[Interval] | None:
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    origin = datetime.combine(monday, time(), UTC)
    free: list[Interval] = []
    for window in windows:
        day = _DAYS.index(window.day)
        first, last = _minutes(window.start), _minutes(window.end)
        if last <= first:
            last += 24 * 60
        start = _utc_minute(monday, day, first, zone, origin)
        end = _utc_minute(monday, day, last, zone, origin)
        free.extend(_wrapped(start, end))
    return _merged(free)


def shared_minutes(one: Sequence[Interval], other: Sequence[Interval]) -> int:
    """Minutes a week in which both are free."""
    return sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)


def _minutes(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


def _utc_minute(monday: date, day: int, minute: int, zone: ZoneInfo, origin: datetime) -> int:
    days, rest = divmod(minute, 24 * 60)
    local = datetime.combine(monday + timedelta(days=day + days), time(rest // 60, rest % 60), zone)
    return int((local.astimezone(UTC) - origin).total_seconds()) // 60


def _wrapped(start: int, end: int) -> list[Interval]:
    """A window as it lies in the week; nothing where the change to summer time swallowed it."""
    if end <= start:
        return []
    length = end - start
    start %= WEEK
    if start + length <= WEEK:
        return [(start, start + length)]
    return [(start, WEEK), (0, start + length - WEEK)]


def _merged(free: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(free):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
