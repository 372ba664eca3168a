"""Whose records count where only a tenant's own sources do: what its events say of the systems they are also in."""

from collections.abc import Collection
from datetime import datetime

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

EVENTS = "events"
ADMISSIONS = "admissions"
INDEXES = (
    Index(EVENTS, (("tenant", 1), ("sources", 1)), name="of_source"),
    Index(ADMISSIONS, (("due_at", 1),), name="due"),
)


class Sources:
    """A projection of `events.v1`, a document an event; and one for each source event, where the two meet.

    A record that has to wait and an event that admits it both write the latter, so that they cannot pass each other. It
    is also the due work of taking in what has waited.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._events = database[EVENTS]
        self._admissions = database[ADMISSIONS]

    def keep(self, session: ClientSession, tenant: str, event_id: str, admitted: Collection[str]) -> None:
        """The event admits records of these source events, and of no others."""
        self._events.replace_one(
            {"_id": event_id, "tenant": tenant}, {"tenant": tenant, "sources": sorted(admitted)}, True, session=session
        )

    def admitted_by(self, session: ClientSession, tenant: str, event_id: str) -> set[str]:
        """The source events whose records it admits."""
        found = self._events.find_one({"_id": event_id, "tenant": tenant}, session=session)
        return set() if found is None else set(found["sources"])

    def admits(self, tenant: str, place: str, session: ClientSession | None = None) -> bool:
        """Whether an event admits its records."""
        return self._events.find_one({"tenant": tenant, "sources": place}, {"_id": 1}, session=session) is not None

    def wait(self, session: ClientSession, tenant: str, place: str) -> None:
        """A record of it waits: an event that admits it at the same moment conflicts."""
        self._write(session, tenant, [place], {})

    def admit(self, session: ClientSession, tenant: str, places: Collection[str], now: datetime) -> None:
        """What waits for these is taken in soon."""
        self._write(session, tenant, places, {"due_at": now})

    def _write(self, session: ClientSession, tenant: str, places: Collection[str], change: Document) -> None:
        fixed = {"tenant": tenant} | ({} if change else {"due_at": None})
        updates = [
            UpdateOne(
                {"_id": f"{tenant}\n{place}"},
                {"$inc": {"changes": 1}, "$setOnInsert": fixed | {"place": place}}
                | ({"$set": change} if change else {}),
                upsert=True,
            )
            for place in sorted(places)
        ]
        if updates:
            self._admissions.bulk_write(updates, session=session)

    def done(self, session: ClientSession, document: Document) -> None:
        """Nothing of it waits any more, unless something came meanwhile."""
        where = {"_id": document["_id"], "changes": document["changes"]}
        self._admissions.delete_one(where, session=session)


def place_of(source: str, source_event_id: str) -> str:
    """A source event, as it is kept."""
    return f"{source}\n{source_event_id}"
