"""The calendar part of a mail (iTIP, RFC 5546): a constant UID, so that a later one moves or removes the first."""

from datetime import datetime, timedelta
from email.headerregistry import Address

from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Subject
from shared.calendar import Appointment, Method, Standing, written


def invitation(
    notification: Notification, known: Known, *, summary: str, organizer: Address, attendee: Address, now: datetime
) -> bytes | None:
    """The iCalendar object of the gathering, the session or the meeting that the notification speaks of.

    It is for this attendee alone: the other one's address is not ours to show. None where there is nothing to put into
    a calendar, or too little of it is known.
    """
    method = notification.calendar
    if method is None:
        return None
    standing = Standing.CANCELLED if method is Method.CANCEL else Standing.CONFIRMED
    facts = notification.facts
    if notification.subject is Subject.EVENT:
        event = known.event(notification)
        # A mail that waited while its event was called off must not bring it back.
        if event is None or (event.cancelled and method is Method.REQUEST):
            return None
        what = Appointment(
            uid=event.id,
            # As in the feeds of events: both numbers only rise, and neither rises for the other.
            sequence=event.version + (facts.sequence or 0),
            summary=summary,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            standing=standing,
            stamp=now,
            zone=event.time_zone,
            place=event.place,
            organizer=organizer,
            attendee=attendee,
        )
    elif notification.subject is Subject.MEETING and facts.starts_at is not None and facts.ends_at is not None:
        event = known.event(notification)
        where = [each for each in (facts.table, None if event is None else event.place) if each]
        what = Appointment(
            uid=notification.about_id,
            sequence=facts.sequence or 0,
            summary=summary,
            starts_at=facts.starts_at,
            ends_at=facts.ends_at,
            standing=standing,
            stamp=now,
            zone=None if event is None else event.time_zone,
            place=", ".join(where) or None,
            organizer=organizer,
            attendee=attendee,
        )
    elif facts.starts_at is None or facts.duration_minutes is None:
        return None
    else:
        what = Appointment(
            uid=notification.about_id,
            sequence=facts.sequence or 0,
            summary=summary,
            starts_at=facts.starts_at,
            ends_at=facts.starts_at + timedelta(minutes=facts.duration_minutes),
            standing=standing,
            stamp=now,
            organizer=organizer,
            attendee=attendee,
        )
    return written([what], method=method)
