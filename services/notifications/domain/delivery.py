"""A delivery: one mail, say, with everything it tells of; every attempt recorded."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Nothing was left to say: all of it had been read meanwhile, or is said by something newer."""


class Outcome(StrEnum):
    """What came of an attempt. From `refused` on they are why a delivery is given up, by the contract's names."""

    SENT = "sent"
    WAITING = "waiting"
    """Somebody or something it names is not known yet."""
    UNREACHABLE = "unreachable"
    """The mail server did not answer, or would not work for us."""
    DEFERRED = "deferred"
    """The mail server asked to try later."""
    REFUSED = "refused"
    BOUNCED = "bounced"
    """It came back, or others have from that address."""
    NO_ADDRESS = "no_address"
    TIMED_OUT = "timed_out"


_FINAL = {Outcome.SENT, Outcome.REFUSED, Outcome.BOUNCED, Outcome.NO_ADDRESS, Outcome.TIMED_OUT}
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
    notification_ids: tuple[str, ...]
    """What it tells of, oldest first; once it is closed, the same on every attempt."""
    member_id: str
    channel: str
    state: DeliveryState
    due_at: datetime | None
    bundle: str | None = None
    """What it gathers: news of the same bundle joins it until it is closed. None: it goes alone, or is closed."""
    digest: bool = False
    """Whether it gathers by time and not by what the news is about: it then reads as sections by category."""
    closed_at: datetime | None = None
    """When a sender closed it, who then tries it for days."""
    attempts: tuple[Attempt, ...] = ()
    sent_to: str | None = None
    """The keyed hash of the address that it last went to: what comes back says nothing of a newer one."""
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
        """Whether it has been tried for as long as news stays news: a digest may have gathered for longer."""
        return now - (self.closed_at or self.created_at) > KEPT_TRYING
