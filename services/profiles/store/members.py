"""The members themselves."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.member import Member
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "members"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),)


class Members(Repository[Member]):
    """One document a member. That no two have the same identifier is the promise of `Identifiers`."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Member, "member")

    def among(self, session: ClientSession, tenant: str, identifiers: Collection[str]) -> Sequence[Member]:
        """Those with these ids."""
        if not identifiers:
            return ()
        found = self.collection.find({"tenant": tenant, "_id": {"$in": sorted(identifiers)}}, session=session)
        return [self.from_document(document) for document in found]
