"""Reads what we write by a parser that we did not write it with."""

from datetime import UTC, datetime
from typing import Any

import vobject


def _read(content: bytes | str) -> Any:
    """Anew each time: the parser keeps the first rules that it met under a zone's name."""
    known = vars(vobject.icalendar)["__tzidMap"]
    for name in set(known) - {"UTC"}:
        del known[name]
    return vobject.readOne(content if isinstance(content, str) else content.decode())


def entries(content: bytes | str) -> list[Any]:
    """The VEVENTs of one VCALENDAR, parsed, each with what RFC 5545 demands of it."""
    text = content if isinstance(content, str) else content.decode()
    assert all(len(line.encode()) <= 75 for line in text.splitlines()), "a line is not folded"
    calendar = _read(text)
    assert calendar.version.value == "2.0"
    assert calendar.prodid.value
    found = list(calendar.contents.get("vevent", ()))
    for each in found:
        assert each.uid.value
        assert each.dtstamp.value.utcoffset().total_seconds() == 0
    return found


def method(content: bytes | str) -> str | None:
    calendar = _read(content)
    return calendar.method.value if "method" in calendar.contents else None


def zone(content: bytes) -> Any:
    """The rules of the one VTIMEZONE, as that parser understands them."""
    [found] = _read(content).contents["vtimezone"]
    return found.gettzinfo()


def sequence(entry: Any) -> int:
    return int(entry.sequence.value)


def moments(entry: Any) -> tuple[datetime, datetime]:
    """Start and end in UTC, by the rules in the calendar itself."""
    return entry.dtstart.value.astimezone(UTC), entry.dtend.value.astimezone(UTC)
