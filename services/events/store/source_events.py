"""Which of our events a source's event is.

One document for each, where an event that names it and a record that arrives for it meet. It is also the due work of
taking in what has waited.
"""

from collections.abc import Collection as Many
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from services.events.domain.event import Event, EventSource
from services.events.store.events import Events
from shared.errors import Conflict
from shared.storage import Document

COLLECTION = "source_events"


class SourceEvents:
    """Source events by tenant, source and the source's id."""

    def __init__(self, collection: Collection[Document], events: Events) -> None:
        self._collection = collection
        self._events = events

    def claim(self, session: ClientSession, tenant: str, event_id: str, source: EventSource) -> None:
        """The event names it from now on. Raises Conflict where another event does."""
        key = _key(tenant, source)
        found = self._collection.find_one({"_id": key}, session=session)
        if found is not None and found["event_id"] not in (None, event_id):
            raise Conflict(f"Another event names {source.source} {source.source_event_id} already.")
        self._write(session, tenant, source, {"event_id": event_id})

    def open(self, session: ClientSession, tenant: str, source: EventSource, now: datetime) -> None:
        """Records for it are taken in from now on, those that waited first of all."""
        self._write(session, tenant, source, {"open": True, "due_at": now})

    def release(self, session: ClientSession, tenant: str, source: EventSource) -> None:
        """No event names it any more."""
        self._write(session, tenant, source, {"event_id": None, "open": False, "due_at": None})

    def events_of(self, session: ClientSession, tenant: str, sources: Many[EventSource]) -> dict[EventSource, Event]:
        """The event that takes in the records of each; those whose records have to wait are left out.

        Leaving out is a write: an event that opens it at the same moment conflicts with it.
        """
        keys = {_key(tenant, source): source for source in sources}
        found = self._collection.aggregate(
            [
                {"$match": {"_id": {"$in": list(keys)}, "open": True}},
                {
                    "$lookup": {
                        "from": self._events.collection.name,
                        "localField": "event_id",
                        "foreignField": "_id",
                        "as": "event",
                    }
                },
            ],
            session=session,
        )
        events = {keys[each["_id"]]: self._events.from_document(event) for each in found for event in each["event"]}
        for source in sources:
            if source not in events:
                self._write(session, tenant, source, {})
        return events

    def done(self, session: ClientSession, key: str) -> None:
        """Nothing of it waits any more."""
        self._collection.update_one({"_id": key}, {"$set": {"due_at": None}}, session=session)

    def _write(self, session: ClientSession, tenant: str, source: EventSource, change: Document) -> None:
        fixed: Document = {"tenant": tenant, "source": source.source, "source_event_id": source.source_event_id}
        absent = {"event_id": None, "open": False, "due_at": None}
        self._collection.update_one(
            {"_id": _key(tenant, source)},
            {
                "$set": fixed | change,
                "$setOnInsert": {name: value for name, value in absent.items() if name not in change},
                "$inc": {"changes": 1},
            },
            upsert=True,
            session=session,
        )


def _key(tenant: str, source: EventSource) -> str:
    return f"{tenant}\n{source.source}\n{source.source_event_id}"
