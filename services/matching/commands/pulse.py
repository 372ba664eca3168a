"""The pulse of a match run while a worker is at it: once a second it says how far it is, and keeps the claim."""

import threading
from types import TracebackType

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from services.matching.store.runs import Runs
from shared.messaging.due import Claimed
from shared.messaging.lease import LeaseLost
from shared.telemetry import logs, watchdog

LEASE_SECONDS = 20.0
"""After a worker's last sign of life another takes over."""
_EACH_SECONDS = 1.0
_LONGEST_STAGE_SECONDS = 3600.0

_log = logs.logger(__name__)


class Pulse:
    """Beats on a thread of its own until it is left; `at` and `reached` raise LeaseLost once the claim has passed on.

    Every change that somebody else makes of the run ends the claim too, as when a coordinator cancels it.
    """

    def __init__(self, runs: Runs, claimed: Claimed, *, computing: bool) -> None:
        self._runs = runs
        self._run_id: str = claimed.document["_id"]
        self._claimed = claimed
        self._computing = computing
        self._said: tuple[str, float] = (claimed.document["stage"], claimed.document["progress"])
        self._passed_on = threading.Event()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def at(self, stage: str, progress: float) -> None:
        """The work is at this stage and so far in all, from 0 to 1; said at once. Raises LeaseLost."""
        self._said = (stage, progress)
        self._beat()
        self._confirm()
        # A stage may hold the thread for minutes; that the process is alive shows in the claim.
        watchdog.beat("due", grace_seconds=_LONGEST_STAGE_SECONDS)

    def reached(self, progress: float) -> None:
        """So far in all; said with the next beat. Raises LeaseLost."""
        self._said = (self._said[0], progress)
        self._confirm()

    def hold(self, session: ClientSession) -> None:
        """Lets the caller's transaction fail where the claim has passed on. Raises LeaseLost."""
        self._claimed.renew(session, LEASE_SECONDS)

    def __enter__(self) -> "Pulse":
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
            raise LeaseLost(self._runs.collection.name)

    def _run(self) -> None:
        while not self._left.wait(_EACH_SECONDS) and not self._passed_on.is_set():
            try:
                self._beat()
            except PyMongoError as error:
                _log.warning("pulse_waits_for_database", error=type(error).__name__)

    def _beat(self) -> None:
        stage, progress = self._said
        held = self._runs.report(
            self._run_id, self._claimed.token, stage, progress, lease_seconds=LEASE_SECONDS, computing=self._computing
        )
        if not held:
            self._passed_on.set()
