"""Time, as an argument: nothing below the composition roots asks the machine for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests freeze it."""

    def now(self) -> datetime:
        """The current time: aware, UTC, whole milliseconds (what BSON keeps)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return to_milliseconds(datetime.now(UTC))


class TestClock:
    """The machine's clock, ahead by as many seconds as a file says: what a year brings is seen in minutes.

    All processes that are given the file follow it from their next look on. Raises OSError where the file cannot be
    read, ValueError where it holds no number: time that is not known is no time to work by.
    """

    __test__ = False

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        ahead = timedelta(seconds=float(self._file.read_text("utf-8")))
        return to_milliseconds(datetime.now(UTC) + ahead)

    def set_ahead(self, ahead: timedelta) -> None:
        """For whoever steers it: so far ahead of the machine from now on, seen whole or not at all."""
        written = self._file.with_suffix(".next")
        written.write_text(f"{ahead.total_seconds()}", "utf-8")
        written.replace(self._file)


def to_milliseconds(moment: datetime) -> datetime:
    """The same moment in UTC, cut to whole milliseconds so that storing it does not change it."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    rest = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`, with milliseconds only where there are any."""
    moment = to_milliseconds(moment)
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """An aware moment in UTC, whole milliseconds.

    Raises ValueError where the text is no RFC 3339 date-time or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or len(text) < len("2026-01-01T00:00:00Z"):
        raise ValueError(f"not an RFC 3339 date-time with an offset: {text!r}")
    return to_milliseconds(moment)
