"""Which worker has a partition, and in which session of the database it makes effects.

A worker that is killed or paused within a transaction leaves it open, and MongoDB would keep its locks for a minute or
more: whoever has the partition next would meet them with the first message that comes again. So a worker makes the
effects of all of its partitions in one session, and writes down of each that it is its own; whoever comes to have the
partition ends the session of the one before. One who is alive after all loses a transaction, and makes it again.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from pymongo import MongoClient, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.storage.client import Document
from shared.storage.transaction import end_sessions, in_session

COLLECTION = "partition_holders"

Place = tuple[str, int]
"""A topic and the number of one of its partitions."""


class Holder:
    """One worker, while it is at work."""

    def __init__(self, database: Database[Document], session: ClientSession) -> None:
        self._collection = database[COLLECTION]
        self._client = database.client
        self._session = session.session_id["id"]
        self._places: set[Place] = set()

    def take(self, places: Collection[Place]) -> None:
        """Before anything of these is handled: nothing that another has begun of them holds it up."""
        others = self._collection.distinct(
            "session", {"_id": {"$in": [_id(place) for place in places]}, "session": {"$nin": [None, self._session]}}
        )
        end_sessions(self._client, others)
        self._collection.bulk_write(
            [UpdateOne({"_id": _id(place)}, {"$set": {"session": self._session}}, upsert=True) for place in places]
        )
        self._places.update(places)

    def leave(self, places: Collection[Place]) -> None:
        """Nothing of these is in hand here any more: whoever takes them has nothing to end."""
        mine = {"_id": {"$in": [_id(place) for place in places]}, "session": self._session}
        self._collection.update_many(mine, {"$set": {"session": None}})
        self._places.difference_update(places)

    def leave_all(self) -> None:
        """At the end: the driver gives the session to others of this process."""
        self.leave(self._places.copy())


@contextmanager
def holding(client: MongoClient[Document], database: Database[Document]) -> Iterator[Holder]:
    """All transactions of this thread are in one session meanwhile."""
    with client.start_session() as session, in_session(session):
        holder = Holder(database, session)
        try:
            yield holder
        finally:
            with suppress(PyMongoError):  # whoever comes next ends a session of nobody, or of one who tries again
                holder.leave_all()


def _id(place: Place) -> str:
    topic, partition = place
    return f"{topic}/{partition}"
