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
from shared.messaging.lease import LeaseLost
from shared.messaging.prompting import Prompting
from shared.messaging.unit_of_work import UnitOfWork
from shared.storage.client import Document
from shared.telemetry import logs, metrics, traces, watchdog

_LOOK_EACH_SECONDS = 0.5
_REST_SECONDS = 0.1
"""After a look that found nothing, however often it is woken: each batch of messages wakes it."""

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
    prompt: bool = False
    """Whether somebody waits for it: it is looked for as soon as a document comes to be due, not with the next look."""


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
    """Performs what is due, oldest first, one piece at a time; `wake` makes it look at once."""

    def __init__(self, unit_of_work: UnitOfWork, works: Sequence[DueWork], clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._works = works
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        awaited = {work.collection for work in works if work.prompt}
        self._prompting = Prompting(unit_of_work.database, awaited, self.wake)

    def run(self) -> None:
        """Until `stop`; what is in hand then is finished."""
        self._prompting.start()
        while not self._stopping.is_set():
            self._wake.clear()
            busy = [self._look(work) for work in self._works]
            if not any(busy):
                self._stopping.wait(_REST_SECONDS)
                self._wake.wait(_LOOK_EACH_SECONDS - _REST_SECONDS)

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._prompting.stop()
        self._stopping.set()
        self._wake.set()

    def _look(self, work: DueWork) -> bool:
        """One step, whatever comes of it: one kind's trouble ends neither the loop nor the other kinds."""
        if self._stopping.is_set():
            return False
        watchdog.beat("due", grace_seconds=work.lease_seconds)
        try:
            return self.step(work)
        except PyMongoError as error:
            _log.warning("due_work_waits_for_database", work=work.name, error=type(error).__name__)
        except Exception as error:  # a document that cannot even be read, say
            metrics.DUE_FAILURES.labels(work.name).inc()
            _log.error("due_work_failed", work=work.name, exc_info=error)
        return False

    def step(self, work: DueWork) -> bool:
        """Performs one piece of this work; whether there was one."""
        claimed = claim(self._unit_of_work.database, work, self._clock.now())
        if claimed is None:
            return False
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
