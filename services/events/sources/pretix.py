"""pretix: one order becomes one canonical attendee record for each of its positions.

The shapes are those of pretix's REST API, resource "orders". Fetch orders with `include_canceled_positions=true`, or a
position canceled inside a paid order is missing here instead of cancelled.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shared.clock import parse_rfc3339, rfc3339

SOURCE = "pretix"

_STATUSES: Mapping[str, str] = MappingProxyType(
    {"n": "pending", "p": "confirmed", "e": "cancelled", "c": "cancelled"},
)
_LONGEST_LINE = 200
_LONGEST_GOAL = 1000
_LONGEST_ANSWER = 4000
_LONGEST_LABEL = 120
_MOST_SKILLS = 100
_NOT_IN_A_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def _default_roles() -> Mapping[str, Sequence[str]]:
    return {"As a mentor": ("mentor",), "As a mentee": ("mentee",)}


@dataclass(frozen=True, slots=True)
class Questions:
    """Which of the shop's questions say what, by question identifier; an identifier the shop lacks is no fault."""

    mentoring: str = "MENTOR"
    roles: Mapping[str, Sequence[str]] = field(default_factory=_default_roles)
    """The roles that an answer to `mentoring` opts into, by the option's text (in any case) or identifier.

    An option that is not named here opts into nothing. A question with several choices opts into all of theirs.
    """
    goals: str = "GOALS"
    skills: str = "SKILLS"
    skills_side: str = "offers"
    """`offers` or `seeks`: which of the two the skills question asks for."""


def attendee_records(order: Mapping[str, Any], questions: Questions | None = None) -> list[dict[str, Any]]:
    """The records of one order, as `attendee.published.v1` wants them, in the order of its positions.

    Raises KeyError or ValueError where this is no order as pretix writes it.
    """
    asked = questions or Questions()
    return [_record(order, position, asked) for position in order["positions"]]


def _record(order: Mapping[str, Any], position: Mapping[str, Any], questions: Questions) -> dict[str, Any]:
    answers = {answer["question_identifier"]: answer for answer in position.get("answers") or ()}
    said = {identifier: answer["answer"].strip()[:_LONGEST_ANSWER] for identifier, answer in answers.items()}
    record = {
        "source": SOURCE,
        "source_event_id": order["event"],
        "source_registration_id": f"{order['code']}-{position['positionid']}",
        "person": _person(order, position),
        "status": "cancelled" if position.get("canceled") else _STATUSES[order["status"]],
        "checked_in_at": _checked_in_at(position.get("checkins") or ()),
        "mentoring": _roles(answers.get(questions.mentoring), questions.roles),
        "goals": [goal] if (goal := said.get(questions.goals, "")[:_LONGEST_GOAL]) else [],
        "skills": _skills(said.get(questions.skills, ""), questions.skills_side),
        "answers": {identifier: text for identifier, text in said.items() if text},
        "updated_at": rfc3339(parse_rfc3339(order["last_modified"])),
    }
    return {name: value for name, value in record.items() if value not in (None, [], {}) or name == "person"}


def _person(order: Mapping[str, Any], position: Mapping[str, Any]) -> dict[str, str]:
    """The attendee. Without an address of their own they have only the buyer's, who may be someone else."""
    parts = position.get("attendee_name_parts") or {}
    given = " ".join(filter(None, (parts.get("given_name"), parts.get("middle_name"))))
    parted = bool(given or parts.get("family_name"))
    email = position.get("attendee_email")
    person = {
        "email": email,
        "buyer_email": None if email else order.get("email"),
        "given_name": _line(given),
        "family_name": _line(parts.get("family_name")),
        "name": None if parted else _line(parts.get("full_name") or position.get("attendee_name")),
        "organization": _line(position.get("company")),
        "locale": order.get("locale"),
    }
    return {name: value for name, value in person.items() if value}


def _checked_in_at(checkins: Sequence[Mapping[str, Any]]) -> str | None:
    """The last entry, unless an exit undid it; pretix before 2020 knew entries only and named no type."""
    scans = sorted((parse_rfc3339(scan["datetime"]), scan.get("type", "entry")) for scan in checkins)
    if not scans or scans[-1][1] != "entry":
        return None
    return rfc3339(scans[-1][0])


def _roles(answer: Mapping[str, Any] | None, roles: Mapping[str, Sequence[str]]) -> list[str]:
    if answer is None:
        return []
    # Several choices come as one text, joined by a comma; a single option's text may hold a comma itself.
    chosen = {answer["answer"], *answer["answer"].split(","), *answer.get("option_identifiers", ())}
    known = {option.strip().casefold(): opted for option, opted in roles.items()}
    opted_into = {role for option in chosen for role in known.get(option.strip().casefold(), ())}
    return [role for role in ("mentor", "mentee") if role in opted_into]


def _skills(answer: str, side: str) -> list[dict[str, str]]:
    once: dict[str, str] = {}
    for part in re.split("[;,\n]", answer):
        if label := _NOT_IN_A_LINE.sub(" ", part).strip()[:_LONGEST_LABEL]:
            once.setdefault(label.casefold(), label)
    return [{"label": label, "side": side} for label in once.values()][:_MOST_SKILLS]


def _line(text: str | None) -> str:
    return _NOT_IN_A_LINE.sub(" ", text or "").strip()[:_LONGEST_LINE]
