"""Deliveries of webhooks by the sender's own id, so that the same one twice is answered with the first result."""

from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage import Document

KEPT = timedelta(days=30)
"""Longer than any sender repeats."""


class Deliveries:
    """Receipts."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def first(self, source_id: str, delivery_id: str, session: ClientSession | None = None) -> dict[str, Any] | None:
        """The result of the first such delivery, None where this is it."""
        found = self._collection.find_one({"_id": _key(source_id, delivery_id)}, session=session)
        return None if found is None else dict(found["result"])

    def keep(
        self, session: ClientSession, tenant: str, source_id: str, delivery_id: str, result: Document, now: datetime
    ) -> None:
        """Keeps the result. Of two at once, one conflicts with the other and finds its result."""
        self._collection.insert_one(
            {"_id": _key(source_id, delivery_id), "tenant": tenant, "result": result, "expire_at": now + KEPT},
            session=session,
        )


def _key(source_id: str, delivery_id: str) -> str:
    return f"{source_id}\n{delivery_id}"
