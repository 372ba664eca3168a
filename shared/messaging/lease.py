"""Leases: who may do a thing that one at a time may do, by the database server's clock.

The holder counts its own time on a monotonic clock from *before* it asked, so it always believes its lease to end
earlier than the server does. A paused holder may still act after its lease has passed on: whoever relies on a lease
for a write calls `confirm` in the transaction of that write, which then fails.

Who is killed or paused between `confirm` and the commit leaves a transaction open, and MongoDB would keep its locks,
the lease among them, for a minute or more. So a holder says in which session it confirms, and whoever takes the lease
over ends that session first.
"""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from shared.storage.client import Document
from shared.storage.transaction import end_sessions

COLLECTION = "leases"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_VACANT: Mapping[str, Any] = {"$expr": {"$lte": ["$expires_at", "$$NOW"]}}


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
    return collection.find_one({"_id": name, **_VACANT}, {"_id": 1}) is not None


def acquire(
    collection: Collection[Document], name: str, owner: str, seconds: float, session: ClientSession | None = None
) -> Lease | None:
    """The lease, if nobody holds it now, with an epoch that nobody had before; else None.

    `session`: the one in which the holder will confirm it, so that nobody has to wait for what it leaves open there.
    """
    _make_known(collection, name)
    _end_what_is_left_open(collection, name)
    asked = time.monotonic()
    taken = collection.find_one_and_update(
        {"_id": name, **_VACANT},
        [
            {
                "$set": {
                    "owner": owner,
                    "epoch": {"$add": ["$epoch", 1]},
                    "expires_at": _for_the_next(seconds),
                    "session": None if session is None else session.session_id["id"],
                }
            }
        ],
        return_document=ReturnDocument.AFTER,
    )
    if taken is None:
        return None
    return Lease(collection, name, owner, int(taken["epoch"]), seconds, asked + seconds)


def _end_what_is_left_open(collection: Collection[Document], name: str) -> None:
    """Ends the session of whoever held the lease last, if that is over: what it has not committed is undone.

    One who has just renewed it loses a transaction, and runs it again.
    """
    over = collection.find_one({"_id": name, **_VACANT, "session": {"$type": "binData"}}, {"session": 1})
    if over is not None:
        end_sessions(collection.database.client, [over["session"]])


def _make_known(collection: Collection[Document], name: str) -> None:
    """Writes the document of a lease that nobody held yet: MongoDB takes no `$$NOW` in the filter of an upsert."""
    if collection.find_one({"_id": name}, {"_id": 1}) is None:
        with contextlib.suppress(DuplicateKeyError):
            collection.insert_one({"_id": name, "owner": None, "epoch": 0, "expires_at": _LONG_AGO})
