"""The calendar part of a mail (iTIP, RFC 5546): a constant UID, so that a later one moves or removes the first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Method, Subject


@dataclass(frozen=True, slots=True)
class Appointment:
    """What goes into a calendar. `sequence` rises with each change of time or place."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str | None


def appointment(notification: Notification, known: Known) -> Appointment | None:
    """The gathering or the session that the notification speaks of; None where too little of it is known."""
    facts = notification.facts
    if notification.subject is Subject.EVENT:
        event = known.event(notification)
        if event is None:
            return None
        return Appointment(event.id, event.version, event.starts_at, event.ends_at, event.place)
    if facts.starts_at is None or facts.duration_minutes is None:
        return None
    ends_at = facts.starts_at + timedelta(minutes=facts.duration_minutes)
    return Appointment(notification.about_id, facts.sequence or 0, facts.starts_at, ends_at, None)


def calendar_part(
    what: Appointment, method: Method, *, summary: str, organizer: Address, attendee: Address, now: datetime
) -> bytes:
    """The iCalendar object, for this attendee alone: the other one's address is not ours to show."""
    calendar = Calendar()
    calendar.add("prodid", "-//Ithaca//Notifications//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    event = Event()
    event.add("uid", what.uid)
    event.add("sequence", what.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", what.starts_at)
    event.add("dtend", what.ends_at)
    event.add("summary", summary)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if what.place:
        event.add("location", what.place)
    event.add("organizer", _address(organizer))
    event.add("attendee", _address(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _address(address: Address, **parameters: str) -> vCalAddress:
    written = vCalAddress(f"mailto:{address.addr_spec}")
    if address.display_name:
        written.params["CN"] = vText(address.display_name)
    for name, value in parameters.items():
        written.params[name] = vText(value)
    return written
