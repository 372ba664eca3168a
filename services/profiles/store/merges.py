"""Who was merged into whom, for good, and what it takes to undo that, for a while."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.member import Key
from services.profiles.domain.merging import Merge, MergeUndo
from shared.storage import Repository, merges
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION, UNDOS = merges.COLLECTION, "merge_undos"
INDEXES = (
    *merges.INDEXES,
    Index(UNDOS, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)


class Merged(Repository[Merge]):
    """One document a member merged away; `lookup` says who they are now. An undo holds whole profiles, and expires."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Merge, "merged member")
        self.lookup = merges.Merges(database)
        self.undos = Repository(database[UNDOS], MergeUndo, "merge")

    def remove(self, session: ClientSession, merge: Merge) -> None:
        """The member is there again, and what undid it is used up."""
        where = {"_id": merge.id, "tenant": merge.tenant}
        self.collection.delete_one(where, session=session)
        self.undos.collection.delete_one(where, session=session)

    def undos_into(self, session: ClientSession, tenant: str, member_id: str) -> Sequence[MergeUndo]:
        """What it takes to undo the merges into this member."""
        found = self.collection.find({"tenant": tenant, "into": member_id}, {"_id": 1}, session=session)
        where = {"_id": {"$in": [each["_id"] for each in found]}}
        return self.undos.page(tenant, where, limit=0, session=session)

    def forget_undos(
        self, session: ClientSession, tenant: str, member_ids: Collection[str], keys: Collection[Key]
    ) -> None:
        """The merges of these members can be undone no more, nor those of anybody else that knew one of the keys."""
        known = [
            {f"{side}.identifiers": {"$elemMatch": {"issuer": key.issuer, "value": key.value}}}
            for side in ("away", "before", "after")
            for key in sorted(keys)
        ]
        where = {"tenant": tenant, "$or": [{"_id": {"$in": sorted(member_ids)}}, *known]}
        self.undos.collection.delete_many(where, session=session)

    def into(self, tenant: str, member_id: str, session: ClientSession | None = None) -> Merge | None:
        """The merge by which the member went; None where they did not."""
        return self.find(tenant, member_id, session)
