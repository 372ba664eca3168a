"""Due work: what a date makes happen (expiry, reminders, mail to send), as a query that any worker may claim.

A document is due when its `due_at` has come. A claim is a lease on that document by the server's clock; work that dies
with its process is claimed again when the lease has run out. Nothing is kept in memory.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.clock import Clock
from shared.ids import new_id
from shared.messaging.crew import Crew, Look
from shared.messaging.lease import LeaseLost
from shared.messaging.prompting import Prompting
from shared.messaging.unit_of_work import UnitOfWork
from shared.storage.client import Document
from shared.telemetry import logs, metrics, traces, watchdog

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A document whose work is ours for `lease_seconds`."""

    database: Database[Document]
    collection: str
    document: Document
    token: str
    attempts: int
    """How often it was claimed, this time included."""

    def renew(self, session: ClientSession, seconds: float) -> None:
        """Keeps the claim for so long, with the caller's transaction, which fails where it has passed on.

        For work that writes in several transactions: none of them is of somebody who was overtaken. Raises LeaseLost.
        """
        self._end_after(session, _after(seconds))

    def confirm(self, session: ClientSession) -> None:
        """Ends the claim with the caller's transaction, which fails where it has passed on. Raises LeaseLost."""
        self._end_after(session, "$$NOW")

    def _end_after(self, session: ClientSession, until: object) -> None:
        result = self.database[self.collection].update_one(
            {"_id": self.document["_id"], "claim.token": self.token},
            [{"$set": {"claim.until": until}}],
            session=session,
        )
        if result.matched_count != 1:
            raise LeaseLost(self.collection)


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class DueWork:
    """One kind of due work.

    `perform` runs outside any transaction (it may speak to the network), opens its own by the unit of work, confirms
    the claim in it, and moves or clears `due_at`: what is still due comes again. What it raises is logged and comes
    again after `retry_seconds`. A document that has a `traceparent` is worked on in that trace.
    """

    name: str
    collection: str
    perform: Callable[[UnitOfWork, Claimed], None]
    where: Mapping[str, Any] = field(default_factory=dict)
    lease_seconds: float = 60.0
    retry_seconds: float = 5.0
    threads: int = 0
    """Of its own, in each process: so many pieces at a time. 0: it takes turns with the others in the one of them all.

    For what waits on others (a mail server, say), which would make everything else wait, too.
    """
    prompt: bool = False
    """Whether somebody waits for it: it is looked for as soon as a document comes to be due, not with the next look."""
    ready: Callable[[], bool] = _always
    """Whether to look for any now; asked before each look. A server that is down makes nobody claim what is for it."""


def _nobody_asks() -> None:
    """Where nobody else would take the next piece."""


def claim(database: Database[Document], work: DueWork, now: datetime) -> Claimed | None:
    """The oldest piece of this work that is due and nobody has, if there is one: the caller's for `lease_seconds`."""
    token = new_id()
    collection = database[work.collection]
    due = {
        **work.where,
        "due_at": {"$lte": now},
        # Nobody's, where it was never claimed: what is missing is less than any time.
        "$expr": {"$lte": ["$claim.until", "$$NOW"]},
    }
    # Mostly nothing is due, and even a write that finds nothing waits until all before it are in the journal.
    if collection.find_one(due, {"_id": 1}) is None:
        return None
    found = collection.find_one_and_update(
        due,
        [{"$set": {"claim": _claim(token, work.lease_seconds)}}],
        sort=[("due_at", 1)],
        return_document=ReturnDocument.AFTER,
    )
    if found is None:
        return None
    claimed = found.pop("claim")
    return Claimed(database, work.collection, found, token, claimed["attempts"])


class DueLoop:
    """Performs what is due, each kind oldest first; `wake` makes it look at once.

    One piece at a time, in one thread, except for kinds that have threads of their own.
    """

    def __init__(self, unit_of_work: UnitOfWork, works: Sequence[DueWork], clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._stopping = threading.Event()
        in_turn = [work for work in works if not work.threads]
        self._crews = [Crew("due", self._looking(in_turn))]
        self._prompt = [self._crews[0]] if any(work.prompt for work in in_turn) else []
        for work in works:
            if work.threads:
                self._crews.append(Crew(f"due-{work.name}", self._looking([work]), work.threads))
                self._prompt += self._crews[-1:] if work.prompt else []
        awaited = {work.collection for work in works if work.prompt}
        self._prompting = Prompting(unit_of_work.database, awaited, self._rouse)

    def run(self) -> None:
        """Until `stop`; what is in hand then is finished."""
        self._prompting.start()
        for crew in self._crews:
            crew.start()
        for crew in self._crews:
            crew.join()

    def wake(self) -> None:
        for crew in self._crews:
            crew.wake()

    def _rouse(self) -> None:
        self.wake()
        for crew in self._prompt:
            crew.rouse()

    def stop(self) -> None:
        self._prompting.stop()
        self._stopping.set()
        for crew in self._crews:
            crew.stop()

    def _looking(self, works: Sequence[DueWork]) -> Look:
        def look(found: Callable[[], None]) -> bool:
            busy = any([self._look(work, found) for work in works])  # noqa: C419 - each kind has its turn
            if busy and len(self._crews) > 1:
                self.wake()  # what one kind has done is often what another has waited for
            return busy

        return look

    def _look(self, work: DueWork, found: Callable[[], None]) -> bool:
        """One step, whatever comes of it: one kind's trouble ends neither the loop nor the other kinds."""
        if self._stopping.is_set():
            return False
        watchdog.beat(threading.current_thread().name, grace_seconds=work.lease_seconds)
        try:
            return self.step(work, found)
        except PyMongoError as error:
            _log.warning("due_work_waits_for_database", work=work.name, error=type(error).__name__)
        except Exception as error:  # a document that cannot even be read, say
            metrics.DUE_FAILURES.labels(work.name).inc()
            _log.error("due_work_failed", work=work.name, exc_info=error)
        return False

    def step(self, work: DueWork, found: Callable[[], None] = _nobody_asks) -> bool:
        """Performs one piece of this work; whether there was one. `found` is told before it is performed."""
        if not work.ready():
            return False
        claimed = claim(self._unit_of_work.database, work, self._clock.now())
        if claimed is None:
            return False
        found()
        try:
            with traces.span(f"due {work.name}", parent=claimed.document.get("traceparent")):
                work.perform(self._unit_of_work, claimed)
        except LeaseLost:
            _log.info("due_work_passed_on", work=work.name)
        except Exception as error:  # whatever one piece of work raises, the others go on
            metrics.DUE_FAILURES.labels(work.name).inc()
            _log.error("due_work_failed", work=work.name, id=str(claimed.document["_id"]), exc_info=error)
            self._postpone(work, claimed)
        return True

    def _postpone(self, work: DueWork, claimed: Claimed) -> None:
        self._unit_of_work.database[work.collection].update_one(
            {"_id": claimed.document["_id"], "claim.token": claimed.token},
            [{"$set": {"claim.until": _after(work.retry_seconds)}}],
        )


def _after(seconds: float) -> dict[str, Any]:
    return {"$add": ["$$NOW", int(seconds * 1000)]}


def _claim(token: str, seconds: float) -> dict[str, Any]:
    attempts = {"$add": [{"$ifNull": ["$claim.attempts", 0]}, 1]}
    return {"token": token, "until": _after(seconds), "attempts": attempts}
