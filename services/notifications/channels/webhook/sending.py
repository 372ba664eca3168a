"""One attempt: signed anew, handed over, and what came of it."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.notifications.channels.webhook.cloud_event import CONTENT_TYPE
from services.notifications.domain.webhook_attempt import Tried, WebhookAttempt, WebhookOutcome, outcome_of
from shared.outgoing.addresses import Forbidden
from shared.outgoing.connecting import Answer, TimedOut, Unreachable
from shared.outgoing.post import Line
from shared.standard_webhooks import signature

_AGENT = "Ithaca-Webhooks/1"
_BUSY = (429, 503)


def send(line: Line, identifier: str, body: bytes, secrets: Sequence[str], now: datetime) -> Tried:
    """Tries it; never raises for what the other side does."""
    begun = time.monotonic()
    answer = None
    try:
        answer = line.post(body, signed_headers(identifier, body, secrets, now))
        outcome = outcome_of(answer.status)
    except Forbidden:
        outcome = WebhookOutcome.FORBIDDEN
    except TimedOut:
        outcome = WebhookOutcome.TIMED_OUT
    except Unreachable:
        outcome = WebhookOutcome.UNREACHABLE
    took = int((time.monotonic() - begun) * 1000)
    attempt = WebhookAttempt(now, outcome, None if answer is None else answer.status, took)
    return Tried(attempt, None if answer is None else _asked_for(answer))


def signed_headers(identifier: str, body: bytes, secrets: Sequence[str], now: datetime) -> Mapping[str, str]:
    """Signed by every secret: whichever the receiver has, one fits."""
    timestamp = str(int(now.timestamp()))
    signatures = (f"v1,{signature(secret, identifier, timestamp, body)}" for secret in secrets)
    return {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": _AGENT,
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _asked_for(answer: Answer) -> timedelta | None:
    """How long it wants to be left alone, where it says so in seconds."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status not in _BUSY or not text.isascii() or not text.isdecimal():
        return None
    return timedelta(seconds=int(text[:9]))
