"""pretix: one order becomes one canonical attendee record for each of its positions.

The shapes are those of pretix's REST API, resource "orders". Fetch orders with `include_canceled_positions=true`, or a
position canceled inside a paid order is missing here instead of cancelled.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from services.events.domain.questions import Questions, line
from shared.clock import parse_rfc3339, rfc3339

__all__ = ["SOURCE", "InTestMode", "Questions", "attendee_records", "beginning"]

SOURCE = "pretix"

_STATUSES: Mapping[str, str] = MappingProxyType(
    {"n": "pending", "p": "confirmed", "e": "cancelled", "c": "cancelled"},
)


class InTestMode(ValueError):
    """The order was placed to try the shop out: nobody comes for it, however live its event is by now."""


def attendee_records(
    order: Mapping[str, Any], questions: Questions | None = None, source: str = SOURCE
) -> list[dict[str, Any]]:
    """The records of one order, as `attendee.published.v1` wants them, in the order of its positions.

    An add-on that names nobody, as a meal, has none: it belongs to the ticket that it was added to.

    Raises InTestMode, and KeyError or ValueError where this is no order as pretix writes it.
    """
    if order.get("testmode"):
        raise InTestMode("The order is in test mode: it is no registration and takes no seat.")
    asked = questions or Questions()
    return [_record(order, position, asked, source) for position in order["positions"] if not _is_thing(position)]


def beginning(order: Mapping[str, Any]) -> str:
    """What the ids of all registrations of the order begin with, and of no other's."""
    return f"{order['code']}-"


def _record(order: Mapping[str, Any], position: Mapping[str, Any], questions: Questions, source: str) -> dict[str, Any]:
    answers = {answer["question_identifier"]: answer for answer in position.get("answers") or ()}
    said = {identifier: answer["answer"] for identifier, answer in answers.items()}
    chosen = answers.get(questions.mentoring, {}).get("option_identifiers", ())
    record = {
        "source": source,
        "source_event_id": order["event"],
        "source_registration_id": f"{beginning(order)}{position['positionid']}",
        "person": _person(order, position),
        "status": "cancelled" if position.get("canceled") else _STATUSES[order["status"]],
        "checked_in_at": _checked_in_at(position.get("checkins") or ()),
        **questions.said(said, chosen),
        "updated_at": rfc3339(parse_rfc3339(order["last_modified"])),
    }
    return {name: value for name, value in record.items() if value is not None}


def _is_thing(position: Mapping[str, Any]) -> bool:
    """Whether it was added to a ticket, and is for nobody of their own as a companion's would be."""
    named = position.get("attendee_name") or position.get("attendee_email")
    return position.get("addon_to") is not None and not named


def _person(order: Mapping[str, Any], position: Mapping[str, Any]) -> dict[str, str]:
    """The attendee. Without an address of their own they have only the buyer's, who may be someone else."""
    parts = position.get("attendee_name_parts") or {}
    given = " ".join(filter(None, (parts.get("given_name"), parts.get("middle_name"))))
    parted = bool(given or parts.get("family_name"))
    email = position.get("attendee_email")
    person = {
        "email": email,
        "buyer_email": None if email else order.get("email"),
        "given_name": line(given),
        "family_name": line(parts.get("family_name")),
        "name": None if parted else line(parts.get("full_name") or position.get("attendee_name")),
        "organization": line(position.get("company")),
        "locale": order.get("locale"),
    }
    return {name: value for name, value in person.items() if value}


def _checked_in_at(checkins: Sequence[Mapping[str, Any]]) -> str | None:
    """The last entry, unless an exit undid it; pretix before 2020 knew entries only and named no type."""
    scans = sorted((parse_rfc3339(scan["datetime"]), scan.get("type", "entry")) for scan in checkins)
    if not scans or scans[-1][1] != "entry":
        return None
    return rfc3339(scans[-1][0])
