"""Names of sources: one document each, where who configures one meets who announces an event that names it.

It is also the due work of telling the world, event by event, that a source is configured from now on, or no longer.
"""

from collections.abc import Collection
from datetime import datetime

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as Kept

from shared.storage import Document

COLLECTION = "source_names"


class SourceNames:
    """By tenant and name."""

    def __init__(self, collection: Kept[Document]) -> None:
        self._collection = collection

    def meet(self, session: ClientSession, tenant: str, names: Collection[str]) -> None:
        """Conflicts with every change of whether one of these is configured, in either order."""
        updates = [
            UpdateOne(
                {"_id": _key(tenant, name)},
                {"$inc": {"met": 1}, "$setOnInsert": {"tenant": tenant, "name": name, "due_at": None}},
                upsert=True,
            )
            for name in sorted(set(names))
        ]
        if updates:
            self._collection.bulk_write(updates, session=session)

    def changed(self, session: ClientSession, tenant: str, name: str, now: datetime) -> None:
        """The name came to be a source's, or is none any more: its events are announced again."""
        self._collection.update_one(
            {"_id": _key(tenant, name)},
            {
                "$set": {"tenant": tenant, "name": name, "due_at": now, "after": None},
                "$inc": {"changes": 1},
            },
            upsert=True,
            session=session,
        )

    def go_on(self, session: ClientSession, document: Document, after: str | None) -> None:
        """Events up to that id are announced; None: all are. Where it changed meanwhile, it begins anew."""
        where = {"_id": document["_id"], "changes": document["changes"]}
        change: Document = {"due_at": None, "after": None} if after is None else {"after": after}
        self._collection.update_one(where, {"$set": change}, session=session)


def _key(tenant: str, name: str) -> str:
    return f"{tenant}\n{name}"
