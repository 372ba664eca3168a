"""The breaker: when a reaction fails for one message after another, the code is at fault and not the messages.

Then it stops, instead of parking the whole topic, says so, and tries one message from time to time. What it counts and
that it is open stands in the database: a worker that is started again does not go on where the one before was stopped.
"""

import time
from collections.abc import Iterable
from typing import Any

from pymongo.database import Database

from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import existence
from shared.telemetry import logs, metrics

COLLECTION = "breakers"
INDEXES = (existence(COLLECTION),)

LIMIT = 20
"""So many messages parked in a row, none handled between them, open it."""

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 300.0
"""Seconds between the messages that are tried while it is open."""

_READ_EACH_SECONDS = 1.0

_log = logs.logger(__name__)


class BreakerOpen(Exception):
    """The reaction is stopped: this record, and everything behind it in its partition, has to wait."""

    def __init__(self, reaction: str, record: Record) -> None:
        super().__init__(f"{reaction} at {record.topic}/{record.partition}@{record.offset}")
        self.reaction = reaction
        self.record = record


class Breakers:
    """Those of a service, as this process last read them. Safe to share between threads."""

    def __init__(self, database: Database[Document], *, limit: int = LIMIT, first_pause: float = FIRST_PAUSE) -> None:
        self._collection = database[COLLECTION]
        self._limit = limit
        self._first_pause = first_pause
        self._read_at = float("-inf")
        self._failing: frozenset[str] = frozenset()
        self._open: frozenset[str] = frozenset()

    def refresh(self, *, at_once: bool = False) -> None:
        """Reads them anew, at most once a second."""
        if not at_once and time.monotonic() - self._read_at < _READ_EACH_SECONDS:
            return
        self._read_at = time.monotonic()
        found = {document["_id"]: document for document in self._collection.find()}
        opened = frozenset(name for name, document in found.items() if document["opened_at"] is not None)
        for name in opened - self._open:
            _log.error("breaker_open", reaction=name, in_a_row=found[name]["in_a_row"])
        for name in opened ^ self._open:
            metrics.BREAKER_OPEN.labels(name).set(int(name in opened))
        self._failing, self._open = frozenset(found), opened

    def is_open(self, reaction: str) -> bool:
        return reaction in self._open

    def take_trial(self, reaction: str) -> bool:
        """Whether one message may be tried now; of several processes one gets a yes, then none for a while."""
        taken = self._collection.find_one_and_update(
            {"_id": reaction, "opened_at": {"$ne": None}, "$expr": {"$lte": ["$try_at", "$$NOW"]}},
            [
                {"$set": {"pause": {"$min": [{"$multiply": ["$pause", 2]}, LONGEST_PAUSE * 1000]}}},
                {"$set": {"try_at": {"$add": ["$$NOW", {"$toLong": "$pause"}]}}},
            ],
        )
        return taken is not None

    def give_back(self, reaction: str) -> None:
        """A trial that told nothing, as its message was handled before or waits for others: the next is due at once."""
        self._collection.update_one(
            {"_id": reaction, "opened_at": {"$ne": None}},
            [{"$set": {"pause": {"$divide": ["$pause", 2]}, "try_at": "$$NOW"}}],
        )

    def failed(self, transaction: Transaction, reaction: str) -> None:
        """Counts a message that is parked, in the transaction that parks it."""
        count = {"$add": [{"$ifNull": ["$in_a_row", 0]}, 1]}
        opens: dict[str, Any] = {"$gte": ["$in_a_row", self._limit]}
        pause = int(self._first_pause * 1000)
        first_try = {"$add": ["$$NOW", pause]}
        self._collection.update_one(
            {"_id": reaction},
            [
                {"$set": {"in_a_row": count, "pause": {"$ifNull": ["$pause", pause]}}},
                {
                    "$set": {
                        "opened_at": {"$cond": [opens, {"$ifNull": ["$opened_at", "$$NOW"]}, None]},
                        "try_at": {"$cond": [opens, {"$ifNull": ["$try_at", first_try]}, None]},
                    }
                },
            ],
            upsert=True,
            session=transaction.session,
        )

    def succeeded(self, reactions: Iterable[str]) -> None:
        """One message of each was handled: whatever was counted before begins anew, and an open one closes."""
        for name in self._failing.intersection(reactions):
            self._collection.delete_one({"_id": name})
            if name in self._open:
                _log.info("breaker_closed", reaction=name)
                metrics.BREAKER_OPEN.labels(name).set(0)
            self._failing -= {name}
            self._open -= {name}


def opened(database: Database[Document]) -> list[str]:
    """The reactions that are stopped now."""
    return [document["_id"] for document in database[COLLECTION].find({"opened_at": {"$ne": None}}).sort("_id", 1)]
