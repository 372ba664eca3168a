"""A webhook: where an outside system is told what happens, and how it has been doing.

It is the queue of its deliveries as well: `due_at` says when the next of them may be tried, and its own pauses are all
that a receiver in trouble holds up.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.webhook_attempt import Tried, WebhookOutcome
from services.notifications.domain.webhook_delivery import longer
from services.notifications.domain.webhook_types import EVERY

PATIENCE = 3
"""Answers in a row that say something is wrong with the receiver, until it is left alone for a while."""

HOLDS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
"""For how long; behind each, one delivery tries whether it is better now."""

LONGEST_WAIT = timedelta(hours=1)
"""That a receiver can ask for by `Retry-After`."""


class WebhookState(StrEnum):
    """Whether deliveries are made and sent."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"
    """Nobody sees it any more; its deliveries are being removed."""


class DisabledReason(StrEnum):
    """Why a webhook is disabled."""

    BY_HAND = "by_hand"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """It did nothing but fail for days."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Secrets are sealed. `version` counts what its owner may change, and being disabled; how it fares is beside it."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    url: str
    types: tuple[str, ...]
    secret: str
    ordered: bool = False
    previous_secret: str | None = None
    previous_until: datetime | None = None
    state: WebhookState = WebhookState.ACTIVE
    disabled_reason: DisabledReason | None = None
    disabled_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    """Of the receiver itself, in a row."""
    held_until: datetime | None = None
    """Until then only the next delivery's time has come, not the receiver's."""
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_outcome: WebhookOutcome | None = None

    def wants(self, type_name: str) -> bool:
        """Whether it asked for messages of this type."""
        return EVERY in self.types or type_name in self.types

    def after(self, tried: Tried, chance: float, *, give_up_after: timedelta) -> "Webhook":
        """What follows from an attempt for the others. `chance` is between 0 and 1."""
        attempt = tried.attempt
        if attempt.outcome is WebhookOutcome.DELIVERED:
            return replace(
                self,
                failures=0,
                held_until=None,
                failing_since=None,
                last_success_at=attempt.at,
                last_outcome=attempt.outcome,
            )
        failures = 0 if attempt.outcome.of_one else self.failures + 1
        if attempt.outcome.silent:
            failures = max(failures, PATIENCE)
        since = self.failing_since or attempt.at
        failed = replace(
            self,
            failures=failures,
            held_until=_held_until(tried, failures, chance),
            failing_since=since,
            last_failure_at=attempt.at,
            last_outcome=attempt.outcome,
        )
        if attempt.outcome is WebhookOutcome.GONE:
            return failed.disabled(DisabledReason.GONE, attempt.at)
        if attempt.at - since >= give_up_after:
            return failed.disabled(DisabledReason.FAILING, attempt.at)
        return failed

    def disabled(self, reason: DisabledReason, now: datetime) -> "Webhook":
        """Nothing is made or sent for it from now on; what waits goes on waiting."""
        return replace(
            self, state=WebhookState.DISABLED, disabled_reason=reason, disabled_at=now, due_at=None, held_until=None
        )

    def enabled(self) -> "Webhook":
        """As if it had never failed."""
        return replace(
            self,
            state=WebhookState.ACTIVE,
            disabled_reason=None,
            disabled_at=None,
            failures=0,
            held_until=None,
            failing_since=None,
        )


def _held_until(tried: Tried, failures: int, chance: float) -> datetime | None:
    at = tried.attempt.at
    asked = None if tried.wait is None else at + min(tried.wait, LONGEST_WAIT)
    if failures < PATIENCE:
        return asked
    pause = at + longer(HOLDS[min(failures - PATIENCE, len(HOLDS) - 1)], chance)
    return pause if asked is None else max(pause, asked)
