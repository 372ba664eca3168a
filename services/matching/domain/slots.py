"""Times at which two people could meet: what both said of their weeks, on the dates asked for, in their zones.

Weekly windows are local wall time and dates decide what they mean: a zone may change its clock between two weeks, at
midnight too. A wall time that the clock skips begins when it goes on; of one that it shows twice the first counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.matching.domain.member import Day, Member

STEP = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)

Span = tuple[datetime, datetime]
"""From, and up to, in UTC."""

_DAYS = tuple(Day)
_SECOND = timedelta(seconds=1)


class Basis(StrEnum):
    """Whose availability the slots are by."""

    BOTH = "both"
    MENTOR = "mentor"
    MENTEE = "mentee"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Slots:
    """`starts` are in UTC, in order; whose availability is not known is taken to be free."""

    basis: Basis
    starts: tuple[datetime, ...]


def zone_of(member: Member | None) -> ZoneInfo | None:
    """The zone that the member is in, if it is known and there is such a zone."""
    if member is None or member.time_zone is None:
        return None
    try:
        return ZoneInfo(member.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def free(member: Member | None, start: datetime, end: datetime) -> list[Span] | None:
    """When the member is available between the two, in order and disjoint; None where it is not known."""
    zone = zone_of(member)
    if member is None or zone is None or not member.availability:
        return None
    found = []
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    while day <= last:
        for window in member.availability:
            if _DAYS.index(window.day) == day.weekday():
                found.append(_on(day, window.start, window.end, zone))
        day += timedelta(days=1)
    return _merged((max(begin, start), min(finish, end)) for begin, finish in found)


def slots(
    mentor: Member | None,
    mentee: Member | None,
    start: datetime,
    end: datetime,
    length: timedelta,
    taken: Iterable[Span],
    most: int,
) -> Slots:
    """Up to `most` slots of this length between the two, half an hour apart, at times that nobody has taken."""
    of_mentor, of_mentee = free(mentor, start, end), free(mentee, start, end)
    if of_mentor is not None and of_mentee is not None:
        basis, spans = Basis.BOTH, _shared(of_mentor, of_mentee)
    elif of_mentor is not None:
        basis, spans = Basis.MENTOR, of_mentor
    elif of_mentee is not None:
        basis, spans = Basis.MENTEE, of_mentee
    else:
        return Slots(Basis.NONE, ())
    busy = _merged(taken)
    starts = [each for span in _without(spans, busy) for each in _starts(span, length)]
    return Slots(basis, tuple(starts[:most]))


def _on(day: date, first: str, last: str, zone: ZoneInfo) -> Span:
    """The window that begins on this date; one whose end is not after its start runs on into the next day."""
    begin, finish = _minutes(first), _minutes(last)
    if finish <= begin:
        finish += 24 * 60
    return _instant(day, begin, zone), _instant(day, finish, zone)


def _minutes(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # Skipped: by the offset of before it lies behind the change, by the one of after it lies ahead of it.
    return _change_between(late, early, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the zone's offset changes between the two."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, finish in sorted(each for each in spans if each[0] < each[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(finish, merged[-1][1]))
        else:
            merged.append((begin, finish))
    return merged


def _shared(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    return _merged((max(a, c), min(b, d)) for a, b in some for c, d in others)


def _without(spans: Sequence[Span], busy: Sequence[Span]) -> Iterator[Span]:
    for begin, finish in spans:
        rest = begin
        for taken_from, taken_to in busy:
            if taken_to <= rest or taken_from >= finish:
                continue
            if taken_from > rest:
                yield (rest, taken_from)
            rest = taken_to
        if rest < finish:
            yield (rest, finish)


def _starts(span: Span, length: timedelta) -> Iterator[datetime]:
    begin, finish = span
    start = begin + (datetime.min.replace(tzinfo=UTC) - begin) % QUARTER
    while start + length <= finish:
        yield start
        start += STEP
