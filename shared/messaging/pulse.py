"""The pulse of long due work: once a second it says how far the work is, and keeps the claim."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from shared.messaging.due import Claimed
from shared.messaging.lease import LeaseLost
from shared.telemetry import logs, watchdog

LEASE_SECONDS = 20.0
"""After a worker's last sign of life another takes over."""
_EACH_SECONDS = 1.0
_LONGEST_STAGE_SECONDS = 3600.0

_log = logs.logger(__name__)

Report = Callable[[str, float], bool]
"""Writes the stage and the progress, and renews the claim for LEASE_SECONDS; False where it has passed on."""


class Pulse:
    """Beats on a thread of its own until it is left; `at` and `reached` raise LeaseLost once the claim has passed on.

    Every change that somebody else makes of the document ends the claim too, as when the work is cancelled.
    """

    def __init__(self, claimed: Claimed, report: Report) -> None:
        self._claimed = claimed
        self._report = report
        self._said: tuple[str, float] = (claimed.document["stage"], claimed.document["progress"])
        self._passed_on = threading.Event()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def at(self, stage: str, progress: float) -> None:
        """The work is at this stage and so far in all, from 0 to 1; said at once. Raises LeaseLost."""
        self._said = (stage, progress)
        self._beat()
        self._confirm()
        _excuse()

    def reached(self, progress: float, stage: str | None = None) -> None:
        """So far in all, and at this stage; said with the next beat. Raises LeaseLost."""
        self._said = (stage or self._said[0], progress)
        self._confirm()

    def hold(self, session: ClientSession) -> None:
        """Lets the caller's transaction fail where the claim has passed on. Raises LeaseLost."""
        self._claimed.renew(session, LEASE_SECONDS)

    def __enter__(self) -> Self:
        _excuse()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """No beat comes after this: what is written then is not overtaken by one."""
        self._left.set()
        if self._thread.is_alive():
            self._thread.join()

    def _confirm(self) -> None:
        if self._passed_on.is_set():
            raise LeaseLost(self._claimed.collection)

    def _run(self) -> None:
        while not self._left.wait(_EACH_SECONDS) and not self._passed_on.is_set():
            try:
                self._beat()
            except PyMongoError as error:
                _log.warning("pulse_waits_for_database", error=type(error).__name__)

    def _beat(self) -> None:
        if not self._report(*self._said):
            self._passed_on.set()


def _excuse() -> None:
    """A stage may hold the thread for minutes; that the process is alive shows in the claim."""
    watchdog.beat(threading.current_thread().name, grace_seconds=_LONGEST_STAGE_SECONDS)
