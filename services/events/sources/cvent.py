"""Cvent: a webhook that tells of registrations in full becomes canonical attendee records.

The case of a GUID varies, one of zeros stands for none, an empty text for nothing; dates have no zone and are not used:
the time of a record is the time of its message.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.events.domain.questions import Questions, line
from shared.clock import parse_rfc3339, rfc3339

_NOBODY = "00000000-0000-0000-0000-000000000000"

_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "InviteeOrGuestAccepted": "confirmed",
        "InviteeOrGuestModified": "confirmed",
        "InviteeOrGuestCancelled": "cancelled",
        "InviteeSubstitutedInAnEvent": "confirmed",
        "InviteeOrGuestAttendsEvent": "confirmed",
        "InviteeAttendsCventEvent": "confirmed",
        "InviteeOrGuestNoShow": "no_show",
        "InviteeNoShowCventEvent": "no_show",
    }
)
_ATTENDS = ("InviteeOrGuestAttendsEvent", "InviteeAttendsCventEvent")
_OTHER_MATTERS = re.compile(
    "Session|Email|Contact|Speaker|MeetingRequest|Subscribed|Abandoned|Bounce|Opened|Declined|Order|^Event|Invited",
    re.IGNORECASE,
)


class UnknownKind(ValueError):
    """An eventType that may be about registrations and is not known here."""


def tells_of_registrations(payload: Mapping[str, Any]) -> bool:
    """Whether the message is about registrations, and not mail, sessions, speakers and the like.

    Raises UnknownKind where neither is known, so that nothing is passed over in silence.
    """
    kind = str(payload["eventType"])
    if kind in _STATUSES:
        return True
    if _OTHER_MATTERS.search(kind):
        return False
    raise UnknownKind(f"The eventType {kind[:100]} is not known.")


def attendee_records(
    payload: Mapping[str, Any], questions: Questions | None = None, source: str = "cvent"
) -> list[dict[str, Any]]:
    """The records of one message, as `attendee.published.v1` wants them.

    Raises KeyError or ValueError where this is no message as Cvent writes it.
    """
    asked = questions or Questions()
    return [_record(payload, entry, asked, source) for entry in payload["message"]]


def _record(payload: Mapping[str, Any], entry: Mapping[str, Any], questions: Questions, source: str) -> dict[str, Any]:
    moment = rfc3339(parse_rfc3339(payload["messageTime"]))
    answers = {name: str(each.get("value") or "") for each in entry.get("customFields") or () for name in _names(each)}
    event = _guid(entry.get("eventStub")) or _text((entry.get("eventForInvitee") or {}).get("eventCode"))
    registration = _guid(entry.get("inviteeStub")) or _guid(entry.get("contactStub"))
    if not event or not registration:
        raise ValueError("The entry names no event, or neither invitee nor contact.")
    record = {
        "source": source,
        "source_event_id": event,
        "source_registration_id": registration,
        "person": _person(entry),
        "ticket_type": line(entry.get("admissionItem") or entry.get("registrationType")) or None,
        "status": _STATUSES[payload["eventType"]],
        "checked_in_at": moment if payload["eventType"] in _ATTENDS else None,
        **questions.said(answers),
        "updated_at": moment,
    }
    return {name: value for name, value in record.items() if value is not None}


def _person(entry: Mapping[str, Any]) -> dict[str, str]:
    """A substitution writes `first_name` where all others write `firstName`."""
    person = {
        "email": _text(entry.get("email") or entry.get("emailAddress")),
        "given_name": line(entry.get("firstName") or entry.get("first_name")),
        "family_name": line(entry.get("lastName") or entry.get("last_name")),
        "organization": line(entry.get("company") or entry.get("organization_name")),
        "job_title": line(entry.get("title")),
    }
    return {name: value for name, value in person.items() if value}


def _names(custom_field: Mapping[str, Any]) -> set[str]:
    """A field's id and its name: a mapping of questions may use either."""
    return {found for found in (_guid(custom_field.get("id")), line(custom_field.get("name"))) if found}


def _guid(text: object) -> str | None:
    found = _text(text)
    return None if found is None or found == _NOBODY else found.lower()


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
