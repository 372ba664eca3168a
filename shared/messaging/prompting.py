"""Wakes whoever looks for due work the moment something is written where prompt work is due.

Only that: a change that is lost costs the time until the next look, no work.
"""

import threading
from collections.abc import Callable, Collection

from pymongo.change_stream import ChangeStream
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.following import Following, Token


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

        def opened(token: Token | None) -> ChangeStream[Document]:
            return self._database.watch(pipeline, resume_after=token, max_await_time_ms=1000)

        def hear(stream: ChangeStream[Document]) -> None:
            if stream.try_next() is not None:
                self._wake()

        Following("due work", opened, hear, self._stopping).run()
