"""Whether a member attends an event: one document for the two, where all changes of their registrations meet."""

from collections.abc import Collection as Many

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage import Document


class Attendance:
    """`attending` by event and member."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def set(self, session: ClientSession, tenant: str, event_id: str, member_id: str, attending: bool) -> None:
        """Keeps it. Always a write, even of what it was: two registrations of one person cannot change unseen."""
        self._collection.update_one(
            {"_id": _key(tenant, event_id, member_id)},
            {
                "$set": {"tenant": tenant, "event_id": event_id, "member_id": member_id, "attending": attending},
                "$inc": {"changes": 1},
            },
            upsert=True,
            session=session,
        )

    def attending(
        self, tenant: str, event_id: str, member_ids: Many[str], session: ClientSession | None = None
    ) -> frozenset[str]:
        """Those of the members who attend."""
        keys = [_key(tenant, event_id, member_id) for member_id in member_ids]
        found = self._collection.find({"_id": {"$in": keys}, "tenant": tenant, "attending": True}, session=session)
        return frozenset(document["member_id"] for document in found)


def _key(tenant: str, event_id: str, member_id: str) -> str:
    return f"{tenant}\n{event_id}\n{member_id}"
