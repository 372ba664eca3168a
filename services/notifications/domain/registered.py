"""Who has to hear what becomes of an event: that it has moved, or that it is called off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

SWEEPS = 2
LIVE = frozenset({"pending", "confirmed", "waitlisted", "offered"})


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration as it was last heard of."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    live: bool
    attending: bool = False
    """Whether the member attends, by this registration or another, and so has our invitation in their calendar."""
    sequence: int = 0
    """Of the last message about the member at the event; with the event's version, what their calendar has seen."""
    heard: int = 0
    """The version of the event that its member has heard of."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Of a registration, what decides whether and what its member hears; named as there."""

    member_id: str
    live: bool
    attending: bool = False
    sequence: int = 0
    heard: int = 0


R = TypeVar("R", Registered, Ticket)


def is_live(status: str, reason: str | None) -> bool:
    """Whether this registration's member counts on the event.

    One cancelled because its event was still does: the event's own cancellation is what its member hears of, and the
    two messages come in any order.
    """
    return status in LIVE or reason == "event_cancelled"


def has_to_hear(registrations: Sequence[R], version: int) -> bool:
    """Whether the member whose registrations for an event these are counts on it, and on how it was before."""
    return any(one.live and one.heard < version for one in registrations)


def last_told(registrations: Sequence[R]) -> R | None:
    """Of one member's registrations for an event, the one that knows most: what it says of `attending` is so."""
    return max(registrations, key=lambda one: one.sequence, default=None)


def is_invited(registrations: Sequence[R]) -> bool:
    """Whether the member has our invitation to the event that these registrations of theirs are for."""
    latest = last_told(registrations)
    return latest is not None and latest.attending


@dataclass(frozen=True, slots=True)
class EventNews:
    """What became of an event, on its way to everyone registered, a page at a time; its id is the event's.

    The latest takes the place of an earlier one: of an event that moved twice only the last time and place count, and
    of one that is called off none. `after` is the last member who was told.

    Registrations travel apart from events: one may be in hand, unseen, while the last page is told. So there is a
    second sweep a while after the first.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    type: str
    event_version: int
    message_id: str
    reason: str | None
    due_at: datetime | None
    after: str | None = None
    sweeps_left: int = SWEEPS
    correlation_id: str | None = None
    traceparent: str | None = None
