"""Having a worker look now at what is usually due later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage import Document


def make_due(
    collection: Collection[Document],
    where: Mapping[str, Any],
    session: ClientSession,
    now: datetime,
    most: int,
    after: str | None,
) -> str | None:
    """Makes up to `most` of these due, in order of their id behind `after`; the last id, None where none is left."""
    behind = {} if after is None else {"_id": {"$gt": after}}
    found = collection.find({**where, **behind}, {"_id": 1}, session=session).sort("_id", 1).limit(most)
    ids = [each["_id"] for each in found]
    if not ids:
        return None
    collection.update_many({**where, "_id": {"$in": ids}}, {"$set": {"due_at": now}}, session=session)
    return str(ids[-1])
