"""An address that a member named for push or chat: kept sealed, shown by its scheme and host alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

GIVEN_UP_AFTER = timedelta(days=5)
"""Of nothing but failures."""

MOST = 5
"""Addresses of a member."""

_PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


class PushState(StrEnum):
    """Whether anything is sent to it."""

    ACTIVE = "active"
    OFF = "off"
    """It failed for too long."""


@dataclass(frozen=True, slots=True)
class PushAddress:
    """`sealed` opens for this place alone: `shared.storage.sealing`."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    member_id: str
    scheme: str
    host: str
    sealed: str
    state: PushState = PushState.ACTIVE
    failures: int = 0
    failing_since: datetime | None = None
    again_at: datetime | None = None

    def worked(self, now: datetime) -> "PushAddress":
        """After a message that was taken."""
        return replace(self, failures=0, failing_since=None, again_at=None, updated_at=now)

    def failed(self, now: datetime) -> "PushAddress":
        """After one that was not: it rests, longer each time, and at last it is off."""
        since = self.failing_since or now
        state = PushState.OFF if now - since >= GIVEN_UP_AFTER else self.state
        pause = _PAUSES[min(self.failures, len(_PAUSES) - 1)]
        failures = self.failures + 1
        return replace(self, state=state, failures=failures, failing_since=since, again_at=now + pause, updated_at=now)

    def on_again(self, now: datetime) -> "PushAddress":
        """As new."""
        return replace(self.worked(now), state=PushState.ACTIVE)
