"""Whether a member attends an event: one document for the two, where all changes of their registrations meet."""

from collections.abc import Collection as Many
from collections.abc import Mapping

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage import Document

Place = tuple[str, str]
"""An event and a member of it."""


class Attendance:
    """`attending` by event and member."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def set(self, session: ClientSession, tenant: str, attending: Mapping[Place, bool]) -> None:
        """Keeps it. Always a write, even of what it was: two registrations of one person cannot change unseen."""
        keys = {_key(tenant, *place): place for place in attending}
        found = self._collection.find({"_id": {"$in": list(keys)}}, {"_id": 1}, session=session)
        known = {document["_id"] for document in found}
        for does in (True, False):
            if changed := [key for key in known if attending[keys[key]] is does]:
                self._collection.update_many(
                    {"_id": {"$in": changed}}, {"$set": {"attending": does}, "$inc": {"changes": 1}}, session=session
                )
        made = [
            {
                "_id": key,
                "tenant": tenant,
                "event_id": event_id,
                "member_id": member_id,
                "attending": does,
                "changes": 1,
            }
            for key, (event_id, member_id) in keys.items()
            if key not in known
            for does in (attending[event_id, member_id],)
        ]
        if made:
            self._collection.insert_many(made, session=session)

    def attending(
        self, tenant: str, event_id: str, member_ids: Many[str], session: ClientSession | None = None
    ) -> frozenset[str]:
        """Those of the members who attend."""
        keys = [_key(tenant, event_id, member_id) for member_id in member_ids]
        found = self._collection.find({"_id": {"$in": keys}, "tenant": tenant, "attending": True}, session=session)
        return frozenset(document["member_id"] for document in found)


def _key(tenant: str, event_id: str, member_id: str) -> str:
    return f"{tenant}\n{event_id}\n{member_id}"
