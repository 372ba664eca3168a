"""What a notification is about: ids, codes, numbers and times, taken from the message, and what staff call a table.

Never a person's name, never a text that members wrote.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clock import parse_rfc3339

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Named as in the messages they come from; None where a message does not say."""

    event_id: str | None = None
    program_id: str | None = None
    mentorship_id: str | None = None
    match_run_id: str | None = None
    role: str | None = None
    status: str | None = None
    kind: str | None = None
    state: str | None = None
    reason: str | None = None
    attending: bool | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    table: str | None = None
    duration_minutes: int | None = None
    no_show_minutes: int | None = None
    attendance: str | None = None
    answered: bool | None = None
    disputed: bool | None = None
    sequence: int | None = None
    previous_starts_at: datetime | None = None
    format: str | None = None
    late: bool | None = None
    action_count: int | None = None
    complete: bool | None = None
    level: int | None = None
    ends_on: str | None = None
    due_on: str | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    offer_expires_at: datetime | None = None
    offers_next: bool | None = None
    origin: str | None = None
    health: str | None = None
    rule: str | None = None
    plan_version: int | None = None
    first_round: int | None = None
    rounds: int | None = None
    round_minutes: int | None = None
    group_size: int | None = None
    change: str | None = None


_TIMES = frozenset({"starts_at", "ends_at", "previous_starts_at", "due_at", "expires_at", "offer_expires_at"})


def facts_of(data: Data) -> Facts:
    """The facts in a message's data; everything else in it stays behind."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(Facts):
        value = data.get(field.name)
        found[field.name] = parse_rfc3339(value) if value is not None and field.name in _TIMES else value
    return Facts(**found)
