"""So many mails a second to one domain, from all workers together: large providers turn away who comes faster.

Each mail takes the next free moment of its domain and keeps it. A second's worth may go at once. A domain may be one
person's own: what is kept is its hash, and that for minutes.
"""

import hashlib
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "mail_paces"
_BURST = timedelta(seconds=1)

# A pace that lies in the past says nothing more.
INDEX = Index(COLLECTION, (("next_at", 1),), expire_after_seconds=600, name="past")


class Pace:
    """Turns of all domains; `per_second` None: as fast as it goes."""

    def __init__(self, database: Database[Document], per_second: float | None) -> None:
        self._collection = database[COLLECTION]
        self._per_second = per_second

    def turn(self, domain: str, now: datetime) -> datetime:
        """When the next mail to this domain may go; that moment is taken then."""
        if self._per_second is None:
            return now
        milliseconds = 1000 / self._per_second
        after = self._collection.find_one_and_update(
            {"_id": hashlib.sha256(domain.encode("utf-8", "replace")).hexdigest()},
            [{"$set": {"next_at": {"$add": [{"$max": ["$next_at", now]}, milliseconds]}}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if after is None:  # it was made or found
            return now
        turn: datetime = after["next_at"] - timedelta(milliseconds=milliseconds) - _BURST
        return max(turn, now)
