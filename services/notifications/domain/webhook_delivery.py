"""One message on its way to one webhook, every attempt recorded."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.webhook_attempt import WebhookAttempt, WebhookOutcome

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Behind the first attempt, which is at once; as Standard Webhooks has them."""

JITTER = 0.2
"""By up to this share a pause is longer, so that what failed together does not come again together."""

MOST_ATTEMPTS = 50
"""Remembered; replays can go on."""


class WebhookDeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after the last attempt; it may be sent again by hand."""
    DROPPED = "dropped"
    """Not to be sent any more: it told of somebody who was erased."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """`next_at` is when it may be tried next, None once settled. `body` is what is sent, to the byte.

    A body that tells of a person is theirs: by `member_id`, or because it is an attendee record, it is found and taken
    away when they are erased.
    """

    id: str
    tenant: str
    created_at: datetime
    webhook_id: str
    message_id: str
    """The receiver's `webhook-id`: the same at every attempt."""
    type: str
    state: WebhookDeliveryState
    next_at: datetime | None
    expire_at: datetime
    body: bytes | None = None
    stripped: bool = False
    """Whether the body was taken away for good."""
    tries: int = 0
    """How far it is in the table of pauses."""
    attempts: tuple[WebhookAttempt, ...] = ()
    seq: int = 0
    """Its place in the line of a webhook that keeps order."""
    member_id: str | None = None
    attendee: bool = False
    traceparent: str | None = None

    def after(self, attempt: WebhookAttempt, chance: float) -> "WebhookDelivery":
        """With this attempt, and what follows from it. `chance` is between 0 and 1."""
        tried = replace(self, attempts=(*self.attempts, attempt)[-MOST_ATTEMPTS:], tries=self.tries + 1)
        if attempt.outcome is WebhookOutcome.DELIVERED:
            return replace(tried, state=WebhookDeliveryState.DELIVERED, next_at=None)
        if self.tries >= len(PAUSES):
            return replace(tried, state=WebhookDeliveryState.FAILED, next_at=None)
        return replace(tried, next_at=attempt.at + longer(PAUSES[self.tries], chance))


def longer(pause: timedelta, chance: float) -> timedelta:
    """The pause with its jitter."""
    return pause * (1 + JITTER * chance)
