"""Who would have to hear that an event is called off."""

from dataclasses import dataclass
from datetime import datetime

LIVE = frozenset({"pending", "confirmed", "waitlisted", "offered"})


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration as it was last heard of; `told` once its member has heard that the event is called off."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    live: bool
    told: bool = False


def is_live(status: str, reason: str | None) -> bool:
    """Whether this registration's member counts on the event.

    One cancelled because its event was still does: the event's own cancellation is what its member hears of, and the
    two messages come in any order.
    """
    return status in LIVE or reason == "event_cancelled"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An event's cancellation on its way to everyone registered, a page at a time; its id is the event's.

    Registrations travel apart from events: one may be in hand, unseen, while the last page is told. So there is a
    second sweep a while after the first.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    message_id: str
    reason: str | None
    due_at: datetime | None
    sweeps_left: int = 2
    correlation_id: str | None = None
    traceparent: str | None = None
