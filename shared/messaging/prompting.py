"""Wakes whoever looks for due work the moment something is written where prompt work is due.

Only that: a change that is lost costs the time until the next look, no work.
"""

import threading
from collections.abc import Callable, Collection

from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.storage.client import Document
from shared.telemetry import logs

_PAUSE_AFTER_FAILURE = 1.0

_log = logs.logger(__name__)


class Prompting:
    """A thread of its own, from `start` until `stop`; without collections there is none."""

    def __init__(self, database: Database[Document], collections: Collection[str], wake: Callable[[], None]) -> None:
        self._database = database
        self._collections = sorted(collections)
        self._wake = wake
        self._stopping = threading.Event()

    def start(self) -> None:
        if self._collections:
            threading.Thread(target=self._watch, name="prompting", daemon=True).start()

    def stop(self) -> None:
        """Does not wait for the thread, which may be at the server for a second still."""
        self._stopping.set()

    def _watch(self) -> None:
        pipeline: list[Document] = [
            {"$match": {"ns.coll": {"$in": self._collections}, "operationType": {"$in": ["insert", "replace"]}}},
            {"$project": {"_id": 1}},
        ]
        while not self._stopping.is_set():
            try:
                with self._database.watch(pipeline, max_await_time_ms=1000) as changes:
                    while not self._stopping.is_set():
                        if changes.try_next() is not None:
                            self._wake()
            except PyMongoError as error:
                _log.warning("prompting_lost", error=type(error).__name__)
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
