"""Programs, one document for each cycle."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.program import Format, Program, ProgramState, Settings
from shared.storage import Document, Index, Repository

COLLECTION = "programs"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("event_id", 1)), name="of_event"),
    Index(COLLECTION, (("tenant", 1), ("series", 1), ("_id", 1)), name="of_series"),
)

SHOWN_TO_MEMBERS = (ProgramState.OPEN, ProgramState.RUNNING)


class Programs(Repository[Program]):
    """The cycles of every program of a tenant."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Program, "program")

    def of_event(self, tenant: str, event_id: str, session: ClientSession | None = None) -> Sequence[Program]:
        """The event's programs, in whatever state."""
        return self.page(tenant, {"event_id": event_id}, limit=0, session=session)

    def of_peers(self, tenant: str, session: ClientSession | None = None) -> frozenset[str]:
        """The ids of the tenant's programs whose format is `peer`."""
        where = {"tenant": tenant, "format": Format.PEER.value}
        return frozenset(each["_id"] for each in self.collection.find(where, {"_id": 1}, session=session))

    def settings_of(self, tenant: str, program_ids: Collection[str]) -> Mapping[str, Settings]:
        """The numbers of each of these."""
        found = self.page(tenant, {"_id": {"$in": sorted(program_ids)}}, limit=0)
        return {program.id: program.settings for program in found}

    def cycles_before(self, program: Program, count: int, session: ClientSession | None = None) -> Sequence[Program]:
        """Up to `count` earlier cycles of the program's series, the latest first."""
        if program.series is None or count == 0:
            return ()
        where = {"tenant": program.tenant, "series": program.series, "_id": {"$lt": program.id}}
        found = self.collection.find(where, session=session).sort("_id", -1).limit(count)
        return [self.from_document(document) for document in found]

    def newest(self, tenant: str, session: ClientSession | None = None) -> str | None:
        """The id of the last program that was planned; None where there is none."""
        found = self.collection.find_one({"tenant": tenant}, {"_id": 1}, sort=[("_id", -1)], session=session)
        return None if found is None else str(found["_id"])

    def visible_to_member(
        self, tenant: str, enrolled_in: Collection[str], *, limit: int, after: str | None
    ) -> Sequence[Program]:
        """A page of what a member may see: what takes people or runs, and where the member has a place."""
        shown: dict[str, Any] = {"state": {"$in": [state.value for state in SHOWN_TO_MEMBERS]}}
        where = {"$or": [shown, {"_id": {"$in": list(enrolled_in)}}]}
        return self.page(tenant, where, limit=limit, after=after)
