"""A server that is down is asked by one mail at a time: the others wait without using up their attempts."""

import threading
from datetime import datetime, timedelta

from shared.telemetry import logs, metrics

FAILURES = 3
"""In a row, before it is taken for down."""

_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60))

_log = logs.logger(__name__)


class Circuit:
    """Of one process and one server. Closed while the server works; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._pauses = 0
        self._again_at: datetime | None = None
        self._probing = False

    def waits_until(self, now: datetime) -> datetime | None:
        """When there is a mail to be tried again; None where there is one now."""
        with self._lock:
            return self._again_at if self._again_at is not None and now < self._again_at else None

    def enter(self, now: datetime) -> datetime | None:
        """Before a mail is tried: None, and then `worked` or `failed` follows; or when to come again instead."""
        with self._lock:
            if self._again_at is None:
                return None
            if now < self._again_at or self._probing:
                return max(self._again_at, now + _PAUSES[0])
            self._probing = True
            return None

    def worked(self) -> None:
        """The server gave an answer to a mail, whichever."""
        with self._lock:
            was_open, self._again_at = self._again_at is not None, None
            self._failures, self._pauses, self._probing = 0, 0, False
        if was_open:
            metrics.MAIL_STOPPED.set(0)
            _log.info("mail_goes_on")

    def failed(self, now: datetime) -> None:
        """The server did not answer, or would not work for us."""
        with self._lock:
            self._failures += 1
            if self._failures < FAILURES and self._again_at is None:
                return
            if self._again_at is not None and not self._probing:
                return  # of those that were under way when it opened
            pause = _PAUSES[min(self._pauses, len(_PAUSES) - 1)]
            self._pauses, self._probing, self._again_at = self._pauses + 1, False, now + pause
        metrics.MAIL_STOPPED.set(1)
        _log.warning("mail_stopped", seconds=pause.total_seconds(), failures=self._failures)
