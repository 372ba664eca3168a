"""The erasures that were asked for, and how far each service is."""

from collections.abc import Collection

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.erasure import Erasure
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "erasure_requests"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), unique=True, name="one_of_a_member"),
    Index(COLLECTION, (("tenant", 1), ("merged_ids", 1)), name="merged"),
)


class ErasureRequests(Repository[Erasure]):
    """One document an erasure, at most one for a member."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Erasure, "erasure")

    def of_member(self, tenant: str, member_id: str, session: ClientSession | None = None) -> Erasure | None:
        """The erasure of this member, or of the one that this member had been merged into."""
        either = {"$or": [{"member_id": member_id}, {"merged_ids": member_id}]}
        return self.find_where(tenant, either, session)

    def gone(self, tenant: str, member_ids: Collection[str], session: ClientSession) -> set[str]:
        """Those of the members who were erased."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return {found["member_id"] for found in self.collection.find(where, {"member_id": 1}, session=session)}
