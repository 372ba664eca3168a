"""Sweeps that are due: programs whose numbers changed, or that came to their end."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.program_sweep import ProgramSweep
from shared.storage import Document, Index, Repository

COLLECTION = "program_sweeps"

INDEXES = (Index(COLLECTION, (("due_at", 1),), name="due"),)


class ProgramSweeps(Repository[ProgramSweep]):
    """Due work: a worker takes one, looks, and removes it."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], ProgramSweep, "program sweep")

    def remove(self, session: ClientSession, sweep: ProgramSweep) -> None:
        """It has been taken."""
        self.collection.delete_one({"_id": sweep.id, "tenant": sweep.tenant}, session=session)
