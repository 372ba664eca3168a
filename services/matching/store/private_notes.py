"""Private notes: found by their author alone."""

from collections.abc import Collection, Mapping, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.private_note import PrivateNote
from shared.storage import Document, Index, Repository

COLLECTION = "private_notes"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("session_id", 1), ("author_id", 1)), unique=True, name="of_author"),
    Index(COLLECTION, (("tenant", 1), ("author_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1))),
)


class PrivateNotes(Repository[PrivateNote]):
    """At most one for each session and author."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], PrivateNote, "private note")

    def find_of(
        self, tenant: str, session_id: str, author_id: str, session: ClientSession | None = None
    ) -> PrivateNote | None:
        """The author's own about this session."""
        return self.find_where(tenant, {"session_id": session_id, "author_id": author_id}, session)

    def of_author(self, tenant: str, author_id: str) -> Sequence[PrivateNote]:
        """All of this author."""
        return self.page(tenant, {"author_id": author_id}, limit=0)

    def name_anew(self, session: ClientSession, tenant: str, mentorship_id: str, names: Mapping[str, str]) -> None:
        """Those of a pair by the ids that its two have now."""
        for before, now in names.items():
            if before != now:
                where = {"tenant": tenant, "mentorship_id": mentorship_id, "author_id": before}
                self.collection.update_many(
                    where, {"$set": {"author_id": now}, "$inc": {"version": 1}}, session=session
                )

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Deletes all of these authors; how many there were."""
        where = {"tenant": tenant, "author_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count
