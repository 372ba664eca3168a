"""Eventbrite: one attendee becomes one canonical attendee record.

The shapes are those of Eventbrite's API v3. Unless an event collects data for each attendee, the profile of every
attendee of an order is the buyer's: n attendees with one address are no duplicates.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from services.events.domain.questions import Questions, line
from shared.clock import parse_rfc3339, rfc3339

_ATTENDEE = re.compile(r"/v3/events/([0-9]{1,40})/attendees/([0-9]{1,40})/?")
_ID = re.compile("[0-9]{1,40}")
_ORDER = re.compile(r"/v3/orders/([0-9]{1,40})/?")


def named(path: str) -> str | None:
    """The path to fetch for this one of the API, made anew; None for what tells of no registration."""
    if found := _ATTENDEE.fullmatch(path):
        return f"/v3/events/{found[1]}/attendees/{found[2]}/"
    if found := _ORDER.fullmatch(path):
        return order_path(found[1])
    return None


def order_path(order_id: str) -> str | None:
    """An order with its attendees; None where this is no id of one."""
    return f"/v3/orders/{order_id}/?expand=attendees" if _ID.fullmatch(order_id) else None


def attendees_path(event_id: str, cursor: str | None, continuation: str | None) -> str:
    """A page of the attendees of an event that changed since the cursor."""
    asked = {"changed_since": cursor, "continuation": continuation}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"/v3/events/{quote(event_id, safe='')}/attendees/{'?' if query else ''}{query}"


def next_page(content: Mapping[str, Any]) -> str | None:
    """What continues the page. Raises KeyError or TypeError where this is no page."""
    pages = content["pagination"]
    return str(pages["continuation"]) if pages["has_more_items"] else None


def attendee_records(
    attendees: Sequence[Mapping[str, Any]], questions: Questions | None = None, source: str = "eventbrite"
) -> list[dict[str, Any]]:
    """The records of an order's attendees, all of them, as `attendee.published.v1` wants them.

    Where several have one profile it is the buyer's: the first of them is the buyer, of the others only the address
    to reach them by is known. Raises KeyError or ValueError where these are no attendees as Eventbrite writes them.
    """
    asked = questions or Questions()
    told: dict[tuple[str, str], list[int]] = {}
    for each in attendees:
        told.setdefault(_profile(each), []).append(int(each["id"]))
    return [_record(each, asked, source, told[_profile(each)]) for each in attendees]


def _record(attendee: Mapping[str, Any], questions: Questions, source: str, alike: Sequence[int]) -> dict[str, Any]:
    answers = {str(each["question_id"]): each.get("answer") or "" for each in attendee.get("answers") or ()}
    record = {
        "source": source,
        "source_event_id": str(attendee["event_id"]),
        "source_registration_id": str(attendee["id"]),
        "person": _person(attendee.get("profile") or {}, attendee["id"], alike),
        "ticket_type": line(attendee.get("ticket_class_name")) or None,
        "status": _status(attendee),
        "checked_in_at": _checked_in_at(attendee),
        **questions.said(answers),
        "updated_at": _moment(attendee["changed"]),
    }
    return {name: value for name, value in record.items() if value is not None}


def _profile(attendee: Mapping[str, Any]) -> tuple[str, str]:
    profile = attendee.get("profile") or {}
    return str(profile.get("email")).casefold(), str(profile.get("name")).casefold()


def _person(profile: Mapping[str, Any], identifier: object, alike: Sequence[int]) -> dict[str, str]:
    email = profile.get("email")
    if len(alike) > 1 and int(str(identifier)) != min(alike):
        return {"buyer_email": email} if email else {}
    given, family = line(profile.get("first_name")), line(profile.get("last_name"))
    person = {
        "buyer_email" if len(alike) > 1 else "email": email,
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
