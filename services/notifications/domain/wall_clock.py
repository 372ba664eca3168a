"""A person's own clock: when it shows a time of day, and whether it shows one within quiet hours.

Local time has holes and repeats: a time that clocks skip comes at the moment they skip it, one that comes twice comes
at the first, and quiet hours are what the clock on the wall shows, however often it shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From the one time of day until before the other, over midnight where that is earlier; none where both are one."""

    start: time
    end: time

    def cover(self, shown: time) -> bool:
        """Whether this time of day is within them."""
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end


def zone_of(*names: str | None) -> ZoneInfo:
    """The first of these IANA zones that is named and that this machine knows, else UTC."""
    for name in names:
        if name:
            try:
                return ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock of one time zone, and its owner's quiet hours."""

    zone: ZoneInfo
    quiet: QuietHours

    def day(self, moment: datetime) -> date:
        """The day that it shows."""
        return moment.astimezone(self.zone).date()

    def is_quiet(self, moment: datetime) -> bool:
        """Whether it shows quiet hours."""
        return self.quiet.cover(moment.astimezone(self.zone).time())

    def awake(self, moment: datetime) -> datetime:
        """The first moment from this one on that is not within quiet hours."""
        if not self.is_quiet(moment):
            return moment
        ends = (end for end in self._all(self.quiet.end, self.day(moment)) if end > moment)
        return next(end for end in ends if not self.is_quiet(end))

    def fell_quiet(self, moment: datetime) -> datetime:
        """Of a moment within quiet hours: when these began."""
        first = self.day(moment) - _DAY
        starts = self._all(self.quiet.start, first)
        found = following = next(starts)
        while following <= moment:
            found, following = following, next(starts)
        return found

    def next(self, at: time, after: datetime, weekday: int | None = None) -> datetime:
        """When it next shows this time of day after that moment, on that day of the week (Monday is 0) if one is named.

        Once a day: of a time that comes twice it is the first, and a day that clocks skip as a whole has none.
        """
        day = self.day(after)
        while True:
            if weekday in (None, day.weekday()):
                found = self._first(datetime.combine(day, at))
                if found > after and self.day(found) == day:
                    return found
            day += _DAY

    def _all(self, at: time, day: date) -> Iterator[datetime]:
        """Every moment at which it shows that time of day, from that day on."""
        while True:
            shown = datetime.combine(day, at)
            first = self._first(shown)
            yield first
            again = shown.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
            if again > first:
                yield again
            day += _DAY

    def _first(self, shown: datetime) -> datetime:
        """The first moment at which it shows that date and time, or has skipped it."""
        after = shown.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if after.astimezone(self.zone).replace(tzinfo=None) == shown:
            return after
        before = shown.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return self._skip(before, after)

    def _skip(self, before: datetime, after: datetime) -> datetime:
        """When the clock is put on between these two moments, of whole seconds."""
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > _SECOND:
            middle = before + _SECOND * ((after - before) // _SECOND // 2)
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after
