"""The registrations that attendee records told of."""

import dataclasses
from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.registration import Registration
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "registrations"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("found_by", 1)), name="found_by"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(COLLECTION, (("tenant", 1), ("awaits", 1), ("_id", 1)), partial={"awaits": {"$gt": ""}}, name="waiting"),
    Index(
        COLLECTION, (("expire_at", 1),), partial={"awaits": {"$gt": ""}}, expire_after_seconds=0, name="waited_too_long"
    ),
)


def registration_id(tenant: str, source: str, value: str) -> str:
    """The id under which a registration is kept."""
    return "\n".join((tenant, source, value))


class Registrations(Repository[Registration]):
    """One document a registration, for good: what was removed keeps its date."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Registration, "registration")

    def tied(
        self, session: ClientSession, tenant: str, *, found_by: Collection[str], member_ids: Collection[str]
    ) -> Sequence[Registration]:
        """Those found by any of the texts, and those of any of the members."""
        either: list[Document] = []
        if found_by:
            either.append({"found_by": {"$in": sorted(found_by)}})
        if member_ids:
            either.append({"member_id": {"$in": sorted(member_ids)}})
        if not either:
            return ()
        found = self.collection.find({"tenant": tenant, "$or": either}, session=session)
        return [self.from_document(document) for document in found]

    def waiting(self, tenant: str, place: str, limit: int) -> Sequence[str]:
        """The ids of some that wait for their source event to be admitted."""
        found = self.collection.find({"tenant": tenant, "awaits": place}, {"_id": 1}).sort("_id", 1).limit(limit)
        return [document["_id"] for document in found]

    def forget(self, session: ClientSession, registration: Registration) -> None:
        """Leaves nothing of one that nobody was found for."""
        self.collection.delete_one({"_id": registration.id, "tenant": registration.tenant}, session=session)

    def put(self, session: ClientSession, registration: Registration) -> None:
        """Writes a new one (version 0) or a changed one."""
        if registration.version == 0:
            self.insert(session, dataclasses.replace(registration, version=1))
        else:
            self.save(session, registration)
