"""Which mentoring programs are of which event: a projection of `programs.v1`."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document

COLLECTION = "event_programs"


class EventPrograms:
    """One document for each program of an event; nothing of any other."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def keep(self, session: ClientSession, tenant: str, program_id: str, event_id: str) -> None:
        """Whose event's the program is."""
        kept = {"tenant": tenant, "event_id": event_id}
        self._collection.replace_one({"_id": program_id, "tenant": tenant}, kept, upsert=True, session=session)

    def forget(self, session: ClientSession, tenant: str, program_id: str) -> None:
        """The program is of no event."""
        self._collection.delete_one({"_id": program_id, "tenant": tenant}, session=session)

    def is_of(self, tenant: str, program_id: str, event_id: str, session: ClientSession) -> bool:
        """Whether the program is the event's."""
        where = {"_id": program_id, "tenant": tenant, "event_id": event_id}
        return self._collection.find_one(where, {"_id": 1}, session=session) is not None
