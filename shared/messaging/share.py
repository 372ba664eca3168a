"""A relay's share of the slots: so many as leave each living relay its own.

Relays say that they live by the database server's clock. Who sees fewer than before takes the slots that fall free,
who sees more gives its surplus up. Nothing rests on the count: a slot is held by its lease alone.
"""

import threading

from pymongo.database import Database

from shared.messaging import outbox
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "relays"
INDEXES = (Index(COLLECTION, (("seen_at", 1),), expire_after_seconds=24 * 60 * 60, name="gone"),)


class Share:
    """Which slots this relay holds or is about to, and how many it may: none before the first `beat`."""

    def __init__(self, database: Database[Document], owner: str, lease_seconds: float) -> None:
        self._relays = database[COLLECTION]
        self._owner = owner
        # A relay counts as dead a little before its leases run out, so that they are taken as soon as they do.
        self._living_milliseconds = int(lease_seconds * 1000 * 2 / 3)
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._most = 0
        self.known = threading.Event()
        """Set with the first beat."""

    def beat(self) -> None:
        """Says that this relay lives, and counts those that do. Raises PyMongoError."""
        self._relays.update_one({"_id": self._owner}, [{"$set": {"seen_at": "$$NOW"}}], upsert=True)
        oldest = {"$subtract": ["$$NOW", self._living_milliseconds]}
        living = self._relays.count_documents({"$expr": {"$gt": ["$seen_at", oldest]}})
        with self._lock:
            self._most = -(-outbox.SLOTS // max(1, living))
        self.known.set()

    def leave(self) -> None:
        """Tells the others at once that this relay is gone. Raises PyMongoError."""
        self._relays.delete_one({"_id": self._owner})

    def take(self, slot: int) -> bool:
        """Whether this relay may hold the slot too; if so, it counts as held until it is given up."""
        with self._lock:
            if len(self._held) < self._most:
                self._held.add(slot)
            return slot in self._held

    def surplus(self, slot: int) -> bool:
        """Whether this slot is one too many; if so, it no longer counts as held."""
        with self._lock:
            if len(self._held) <= self._most or slot not in self._held:
                return False
            self._held.discard(slot)
            return True

    def give_up(self, slot: int) -> None:
        with self._lock:
            self._held.discard(slot)
