"""One attempt at an outgoing webhook, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class WebhookOutcome(StrEnum):
    """What came of an attempt. All but the first are failures."""

    DELIVERED = "delivered"
    """Answered 2xx."""
    REFUSED = "refused"
    """Answered 4xx: it does not take this one."""
    FAILED = "failed"
    """Answered 5xx, 408 or 429: it takes none now."""
    REDIRECTED = "redirected"
    """Answered 3xx, which nobody follows."""
    GONE = "gone"
    """Answered 410: it wants no more."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    """The name leads to an address that may not be spoken to."""
    UNSIGNED = "unsigned"
    """The secret cannot be opened any more."""

    @property
    def of_one(self) -> bool:
        """Whether it says something of the one message only: others may fare otherwise."""
        return self in (WebhookOutcome.DELIVERED, WebhookOutcome.REFUSED)

    @property
    def silent(self) -> bool:
        """Whether nobody answered: the next one would wait for nothing as well."""
        return self in _SILENT


_SILENT = (
    WebhookOutcome.TIMED_OUT,
    WebhookOutcome.UNREACHABLE,
    WebhookOutcome.FORBIDDEN,
    WebhookOutcome.UNSIGNED,
)
_TAKES_NONE_NOW = (408, 425, 429)


def outcome_of(status: int) -> WebhookOutcome:
    """What a status means."""
    if 200 <= status < 300:
        return WebhookOutcome.DELIVERED
    if 300 <= status < 400:
        return WebhookOutcome.REDIRECTED
    if status == 410:
        return WebhookOutcome.GONE
    if 400 <= status < 500 and status not in _TAKES_NONE_NOW:
        return WebhookOutcome.REFUSED
    return WebhookOutcome.FAILED


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """Nothing of the answer but its status is kept: what it says may hold anything."""

    at: datetime
    outcome: WebhookOutcome
    status: int | None = None
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt, and how long the receiver asked to be left alone."""

    attempt: WebhookAttempt
    wait: timedelta | None = None
