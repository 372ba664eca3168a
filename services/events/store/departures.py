"""Members whose registration went to somebody else, until it is known whether that is the same person."""

from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.messaging.second_looks import WHEN_NONE_IS_UNDER_WAY
from shared.storage import Document

COLLECTION = "departures"


class Departures:
    """One document for each member and event."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def look_later(self, session: ClientSession, tenant: str, event_id: str, member_id: str, now: datetime) -> None:
        """Has it looked at whether they attend, when a merge that was under way is known."""
        due = {"tenant": tenant, "event_id": event_id, "member_id": member_id, "due_at": now + WHEN_NONE_IS_UNDER_WAY}
        self._collection.replace_one({"_id": f"{event_id}\n{member_id}"}, due, upsert=True, session=session)

    def looked(self, session: ClientSession, identifier: str) -> None:
        """It was looked at."""
        self._collection.delete_one({"_id": identifier}, session=session)
