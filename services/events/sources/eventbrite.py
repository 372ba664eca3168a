"""Eventbrite: one attendee becomes one canonical attendee record.

The shapes are those of Eventbrite's API v3. Unless an event collects data for each attendee, the profile of every
attendee of an order is the buyer's: n attendees with one address are no duplicates.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.events.domain.questions import Questions, line
from shared.clock import parse_rfc3339, rfc3339

_ATTENDEE = re.compile(r"/v3/events/([0-9]{1,40})/attendees/([0-9]{1,40})/?")
_ORDER = re.compile(r"/v3/orders/([0-9]{1,40})/?")


@dataclass(frozen=True, slots=True)
class Named:
    """What a webhook's `api_url` leads to: the path of its own making, never the one that was sent."""

    path: str
    many: bool
    """An order, with its attendees in it."""


def named(path: str) -> Named | None:
    """The attendee or order at this path of the API; None for everything else, which tells of no registration."""
    if found := _ATTENDEE.fullmatch(path):
        return Named(f"/v3/events/{found[1]}/attendees/{found[2]}/", many=False)
    if found := _ORDER.fullmatch(path):
        return Named(f"/v3/orders/{found[1]}/?expand=attendees", many=True)
    return None


def attendee_record(
    attendee: Mapping[str, Any], questions: Questions | None = None, source: str = "eventbrite", *, shared: bool = False
) -> dict[str, Any]:
    """The record of one attendee, as `attendee.published.v1` wants it.

    `shared`: others of its order have the same profile, so that the address is the buyer's. Raises KeyError or
    ValueError where this is no attendee as Eventbrite writes it.
    """
    asked = questions or Questions()
    answers = {str(each["question_id"]): each.get("answer") or "" for each in attendee.get("answers") or ()}
    record = {
        "source": source,
        "source_event_id": str(attendee["event_id"]),
        "source_registration_id": str(attendee["id"]),
        "person": _person(attendee.get("profile") or {}, shared=shared),
        "ticket_type": line(attendee.get("ticket_class_name")) or None,
        "status": _status(attendee),
        "checked_in_at": _checked_in_at(attendee),
        **asked.said(answers),
        "updated_at": _moment(attendee["changed"]),
    }
    return {name: value for name, value in record.items() if value is not None}


def attendee_records(
    attendees: Sequence[Mapping[str, Any]], questions: Questions | None = None, source: str = "eventbrite"
) -> list[dict[str, Any]]:
    """The records of several attendees, those of one order knowing of each other."""
    told: dict[tuple[Any, Any], int] = {}
    for each in attendees:
        told[_whose(each)] = told.get(_whose(each), 0) + 1
    return [attendee_record(each, questions, source, shared=told[_whose(each)] > 1) for each in attendees]


def _whose(attendee: Mapping[str, Any]) -> tuple[Any, Any]:
    return attendee.get("order_id"), (attendee.get("profile") or {}).get("email")


def _person(profile: Mapping[str, Any], *, shared: bool) -> dict[str, str]:
    given, family = line(profile.get("first_name")), line(profile.get("last_name"))
    person = {
        "buyer_email" if shared else "email": profile.get("email"),
        "given_name": given,
        "family_name": family,
        "name": "" if given or family else line(profile.get("name")),
        "organization": line(profile.get("company")),
        "job_title": line(profile.get("job_title")),
    }
    return {name: value for name, value in person.items() if value}


def _status(attendee: Mapping[str, Any]) -> str:
    """`refunded` and `cancelled` outrank the words of `status`, which an organizer may have in any language."""
    if attendee.get("refunded"):
        return "refunded"
    if attendee.get("cancelled"):
        return "cancelled"
    word = str(attendee.get("status") or "").casefold()
    if word in ("deleted", "not attending", "transferred"):
        return "cancelled"
    return "pending" if word in ("unpaid", "pending") else "confirmed"


def _checked_in_at(attendee: Mapping[str, Any]) -> str | None:
    if not attendee.get("checked_in"):
        return None
    used = [each["changed"] for each in attendee.get("barcodes") or () if each.get("status") == "used"]
    return max(map(_moment, used)) if used else _moment(attendee["changed"])


def _moment(text: str) -> str:
    return rfc3339(parse_rfc3339(text))
