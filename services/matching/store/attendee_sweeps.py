"""Sweeps that are due: programs of events that opened a moment ago."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.attendee_sweep import AttendeeSweep
from shared.storage import Document, Index, Repository

COLLECTION = "attendee_sweeps"

INDEXES = (Index(COLLECTION, (("due_at", 1),), name="due"),)


class AttendeeSweeps(Repository[AttendeeSweep]):
    """Due work: a worker takes one, enrolls, and removes it."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], AttendeeSweep, "attendee sweep")

    def remove(self, session: ClientSession, sweep: AttendeeSweep) -> None:
        """It has been taken."""
        self.collection.delete_one({"_id": sweep.id, "tenant": sweep.tenant}, session=session)
