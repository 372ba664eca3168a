"""iCalendar (RFC 5545): feeds to subscribe to, and invitations by mail (iTIP, RFC 5546).

One appointment has one UID for good, wherever it is shown; what is written later about it carries a SEQUENCE that is no
lower, and a higher one where the time, the place or the standing changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

CONTENT_TYPE = "text/calendar"

_MARGIN = timedelta(days=370)
"""Rules are written for so long before and after what is in the calendar: who moves an entry by hand stays right."""

_STEP = timedelta(days=7)
"""Changes of the clocks are looked for at this distance: the closest known ones, around Ramadan, are weeks apart."""


class Standing(StrEnum):
    """The STATUS of an appointment."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Method(StrEnum):
    """What an invitation asks for (RFC 5546); a feed has none."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Appointment:
    """What goes into a calendar. The times carry UTC; `zone` is the IANA name they are written in, None for UTC.

    `stamp`: when it was written, in an invitation; when it was last revised, in a feed (RFC 5545, 3.8.7.2).
    """

    uid: str
    sequence: int
    summary: str
    starts_at: datetime
    ends_at: datetime
    standing: Standing
    stamp: datetime
    zone: str | None = None
    place: str | None = None
    description: str | None = None
    revised_at: datetime | None = None
    organizer: Address | None = None
    attendee: Address | None = None


def written(appointments: Sequence[Appointment], *, method: Method | None = None, name: str | None = None) -> bytes:
    """The iCalendar object, with the rules of every zone in it; `name` is what a subscriber's program calls it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Ithaca//Ithaca//EN")
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method.value)
    if name is not None:
        calendar.add("x-wr-calname", vText(name))
    for zone, first, last in _zones(appointments):
        calendar.add_component(_rules(zone, first, last))
    for appointment in appointments:
        calendar.add_component(_event(appointment))
    content: bytes = calendar.to_ical()
    return content


def _event(appointment: Appointment) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.stamp)
    if appointment.revised_at is not None:
        event.add("last-modified", appointment.revised_at)
    zone = _zone(appointment)
    event.add("dtstart", _wall(appointment.starts_at, zone))
    event.add("dtend", _wall(appointment.ends_at, zone))
    event.add("summary", appointment.summary)
    event.add("status", appointment.standing.value)
    if appointment.place:
        event.add("location", appointment.place)
    if appointment.description:
        event.add("description", appointment.description)
    if appointment.organizer is not None:
        event.add("organizer", _address(appointment.organizer))
    if appointment.attendee is not None:
        event.add("attendee", _address(appointment.attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    return event


def _address(address: Address, **parameters: str) -> vCalAddress:
    written = vCalAddress(f"mailto:{address.addr_spec}")
    if address.display_name:
        written.params["CN"] = vText(address.display_name)
    for name, value in parameters.items():
        written.params[name] = vText(value)
    return written


def _zone(appointment: Appointment) -> ZoneInfo:
    """Its zone, or UTC where this machine does not know it: the moment is right in any case."""
    try:
        return ZoneInfo(appointment.zone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """In the zone; of an hour shown twice the second is in UTC, as a local time there means the first."""
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) if local.fold else local


def _zones(appointments: Sequence[Appointment]) -> Iterator[tuple[str, int, int]]:
    """Each zone that is named by its id, and the years that its rules are needed for."""
    years: dict[str, list[int]] = {}
    for appointment in appointments:
        key = _zone(appointment).key
        if key != "UTC":
            ends = (appointment.starts_at - _MARGIN, appointment.ends_at + _MARGIN)
            years.setdefault(key, []).extend(each.year for each in ends)
    for key in sorted(years):
        yield key, min(years[key]), max(years[key])


@lru_cache(maxsize=1024)
def _rules(zone: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE: every change of the clocks in these years, as the zone's own history and future have them.

    Made here and not by `Timezone.from_tzid`, which (in icalendar 7.3) writes the onset of daylight time in the new
    local time. RFC 5545, 3.6.5 wants the old one, and where clocks change at midnight an hour is another day.
    """
    rules = Timezone()
    rules.add("tzid", zone)
    place = ZoneInfo(zone)
    begins, ends = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    before = _offset(begins, place)
    rules.add_component(_observance(begins, before, place))
    moment = begins
    while moment < ends:
        moment += _STEP
        if _offset(moment, place) != before or _name(moment, place) != _name(moment - _STEP, place):
            change = _change(moment - _STEP, moment, place)
            rules.add_component(_observance(change, before, place))
            before = _offset(moment, place)
    return rules


def _observance(change: datetime, before: timedelta, place: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """What holds from this moment on; its onset is the wall time that the old offset gives."""
    local = change.astimezone(place)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (change + before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", _offset(change, place))
    observance.add("tzname", local.tzname())
    return observance


def _change(earlier: datetime, later: datetime, place: ZoneInfo) -> datetime:
    """The first second of the later one's rules."""
    rules = _offset(later, place), _name(later, place)
    while later - earlier > timedelta(seconds=1):
        middle = (earlier + (later - earlier) / 2).replace(microsecond=0)
        if (_offset(middle, place), _name(middle, place)) == rules:
            later = middle
        else:
            earlier = middle
    return later


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


def _name(moment: datetime, place: ZoneInfo) -> str | None:
    return moment.astimezone(place).tzname()
