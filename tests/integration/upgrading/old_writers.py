"""Processes of a version that was released, for the database: they write what it wrote, while others do."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from shared.service import Foundation
from tests.contract.released_documents import TENANT, copied, kept


def leave(version: str, foundations: Mapping[str, Foundation]) -> None:
    """Databases as that version left them: its indexes, and one association."""
    for each in copied(version, datetime.now(UTC)):
        collection = foundations[each.service].database[each.collection]
        if models := each.index_models():
            collection.create_indexes(models)
        if each.documents:
            collection.insert_many(map(dict, each.documents))


_PAUSE_SECONDS = 0.005
"""Between two documents: they write all the time, and leave the processor to others."""


class OldWriters:
    """A thread for each service, which writes one association after the other until it is stopped."""

    def __init__(self, version: str, foundations: Mapping[str, Foundation]) -> None:
        self._version = version
        self._foundations = foundations
        self._stopping = threading.Event()
        self.written: dict[tuple[str, str], dict[Any, Any]] = {}
        """By service and collection, each document by its id."""
        self.failed: list[Exception] = []

    @contextmanager
    def at_work(self) -> Iterator["OldWriters"]:
        """They have written one association at least when they stop."""
        threads = [threading.Thread(target=self._run, args=(service,)) for service in self._foundations]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def _run(self, service: str) -> None:
        number = 0
        try:
            while not (number and self._stopping.is_set()):
                number += 1
                self._write(service, number)
        except Exception as error:  # whatever it was, the test names it
            self.failed.append(error)

    def _write(self, service: str, number: int) -> None:
        theirs = {str(one["_id"]) for each in kept(self._version) for one in each.documents}
        for each in copied(self._version, datetime.now(UTC), f"{TENANT}-{number}"):
            if each.service != service:
                continue
            collection = self._foundations[service].database[each.collection]
            for document in map(dict, each.documents):
                if str(document["_id"]) in theirs:  # of no tenant: they have it already
                    continue
                # No two letters lie at the same place of the log, no two rows of the outbox in that of a key.
                for place in {"dead": ("offset",), "outbox": ("version",)}.get(each.collection, ()):
                    document[place] += number * 1000
                collection.insert_one(document)
                self.written.setdefault((service, each.collection), {})[document["_id"]] = document
                self._stopping.wait(_PAUSE_SECONDS)
