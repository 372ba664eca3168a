"""Leases: who may do a thing that one at a time may do, by the database server's clock.

The holder counts its own time on a monotonic clock from *before* it asked, so it always believes its lease to end
earlier than the server does. A paused holder may still act after its lease has passed on: whoever relies on a lease
for a write calls `confirm` in the transaction of that write, which then fails.
"""

import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from shared.storage.client import Document

COLLECTION = "leases"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLost(Exception):
    """Another holder has it now; whatever was done under it must not be written."""


def _for_the_next(seconds: float) -> dict[str, Any]:
    return {"$add": ["$$NOW", int(seconds * 1000)]}


@dataclass(slots=True)
class Lease:
    """A lease that was held when it was taken or last renewed."""

    collection: Collection[Document]
    name: str
    owner: str
    epoch: int
    seconds: float
    _until: float

    def alive(self) -> bool:
        """Whether it surely has not passed on yet."""
        return time.monotonic() < self._until

    def past_half(self) -> bool:
        """Whether it is time to renew."""
        return time.monotonic() > self._until - self.seconds / 2

    def renew(self) -> bool:
        """Holds it for another term; False where it has passed on."""
        asked = time.monotonic()
        result = self.collection.update_one(
            {"_id": self.name, "owner": self.owner, "epoch": self.epoch},
            [{"$set": {"expires_at": _for_the_next(self.seconds)}}],
        )
        if result.matched_count:
            self._until = asked + self.seconds
        return result.matched_count == 1

    def confirm(self, session: ClientSession) -> None:
        """Writes the lease in the caller's transaction, so that a change of holder and it conflict.

        Only reading it would let both commit. Raises LeaseLost.
        """
        result = self.collection.update_one(
            {"_id": self.name, "owner": self.owner, "epoch": self.epoch},
            [{"$set": {"confirmed_at": "$$NOW"}}],
            session=session,
        )
        if result.matched_count != 1:
            raise LeaseLost(self.name)

    def release(self) -> None:
        """Lets the next holder in at once."""
        self.collection.update_one(
            {"_id": self.name, "owner": self.owner, "epoch": self.epoch}, [{"$set": {"expires_at": "$$NOW"}}]
        )


def vacant(collection: Collection[Document], name: str) -> bool:
    """Whether nobody holds it now: worth preparing for, and no promise."""
    _make_known(collection, name)
    return collection.find_one({"_id": name, "$expr": {"$lte": ["$expires_at", "$$NOW"]}}, {"_id": 1}) is not None


def acquire(collection: Collection[Document], name: str, owner: str, seconds: float) -> Lease | None:
    """The lease, if nobody holds it now, with an epoch that nobody had before; else None."""
    _make_known(collection, name)
    asked = time.monotonic()
    taken = collection.find_one_and_update(
        {"_id": name, "$expr": {"$lte": ["$expires_at", "$$NOW"]}},
        [
            {
                "$set": {
                    "owner": owner,
                    "epoch": {"$add": ["$epoch", 1]},
                    "expires_at": _for_the_next(seconds),
                }
            }
        ],
        return_document=ReturnDocument.AFTER,
    )
    if taken is None:
        return None
    return Lease(collection, name, owner, int(taken["epoch"]), seconds, asked + seconds)


def _make_known(collection: Collection[Document], name: str) -> None:
    """Writes the document of a lease that nobody held yet: MongoDB takes no `$$NOW` in the filter of an upsert."""
    if collection.find_one({"_id": name}, {"_id": 1}) is None:
        with contextlib.suppress(DuplicateKeyError):
            collection.insert_one({"_id": name, "owner": None, "epoch": 0, "expires_at": _LONG_AGO})
