"""A delivery: one notification by one channel, every attempt recorded."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Outcome(StrEnum):
    """What came of an attempt. The last three are why a delivery is given up, by the contract's names."""

    SENT = "sent"
    WAITING = "waiting"
    """Somebody or something it names is not known yet."""
    UNREACHABLE = "unreachable"
    """The mail server did not answer, or would not work for us."""
    DEFERRED = "deferred"
    """The mail server asked to try later."""
    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    TIMED_OUT = "timed_out"


_FINAL = {Outcome.SENT, Outcome.REFUSED, Outcome.NO_ADDRESS, Outcome.TIMED_OUT}
_SOON = (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
_LATER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_LONGEST = timedelta(hours=6)
KEPT_TRYING = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `code` is the mail server's reply code; its words may hold an address and are not kept."""

    at: datetime
    outcome: Outcome
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Due while pending; `due_at` is None once settled."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    notification_id: str
    member_id: str
    channel: str
    state: DeliveryState
    due_at: datetime | None
    attempts: tuple[Attempt, ...] = ()
    turn_at: datetime | None = None
    """The moment that the recipient's domain keeps for the next attempt."""
    correlation_id: str | None = None
    """The story that it belongs to, and below the trace: what is published of it goes on from there."""
    traceparent: str | None = None

    def after(self, attempt: Attempt) -> "Delivery":
        """With this attempt, and what follows from it: settled, or due again, less and less often."""
        attempts = (*self.attempts, attempt)
        if attempt.outcome in _FINAL:
            state = DeliveryState.DELIVERED if attempt.outcome is Outcome.SENT else DeliveryState.FAILED
            return replace(self, attempts=attempts, state=state, due_at=None, turn_at=None, updated_at=attempt.at)
        pauses = _SOON if attempt.outcome is Outcome.WAITING else _LATER
        before = sum(1 for one in self.attempts if (one.outcome is Outcome.WAITING) == (pauses is _SOON))
        pause = pauses[before] if before < len(pauses) else _LONGEST
        return replace(self, attempts=attempts, due_at=attempt.at + pause, turn_at=None, updated_at=attempt.at)

    def overdue(self, now: datetime) -> bool:
        """Whether it has been tried for as long as news stays news."""
        return now - self.created_at > KEPT_TRYING
