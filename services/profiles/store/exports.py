"""Exports, and the bytes of their parts and archives in chunks: a document has no room for them."""

from collections.abc import Collection, Iterator
from itertools import count

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.export import Export
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION, CHUNKS = "exports", "export_chunks"
INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("member_id", 1), ("whole", 1)),
        unique=True,
        name="one_for_the_member_one_for_staff",
    ),
    Index(COLLECTION, (("due_at", 1),), name="due"),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index(CHUNKS, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(CHUNKS, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)
ARCHIVE = "archive"
"""The name of what all parts were made into."""

_CHUNK = 1 << 20


class Exports(Repository[Export]):
    """Of a member at most one that the member asked for, and one that staff did."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Export, "export")
        self._chunks = database[CHUNKS]

    def find_of(
        self, tenant: str, member_id: str, *, whole: bool, session: ClientSession | None = None
    ) -> Export | None:
        """The one that the member (`whole`), or staff, asked for."""
        return self.find_where(tenant, {"member_id": member_id, "whole": whole}, session)

    def keep(self, session: ClientSession, export: Export, part: str, content: bytes) -> None:
        """Writes the bytes of a part, or of the archive, until the export expires."""
        chunks = [
            {
                "_id": _place(export, part, at // _CHUNK),
                "tenant": export.tenant,
                "member_id": export.member_id,
                "expire_at": export.expire_at,
                "content": content[at : at + _CHUNK],
            }
            for at in range(0, len(content), _CHUNK)
        ]
        self.drop(session, export, part)
        if chunks:
            self._chunks.insert_many(chunks, session=session)

    def pieces(self, export: Export, part: str) -> Iterator[bytes]:
        """The bytes that were kept last, piece by piece; nothing is held open in the database meanwhile."""
        for number in count():
            where = {"_id": _place(export, part, number), "tenant": export.tenant}
            if (found := self._chunks.find_one(where)) is None:
                return
            yield found["content"]

    def drop(self, session: ClientSession, export: Export, part: str) -> None:
        """Leaves nothing of the bytes."""
        self._chunks.delete_many(_of(export, part), session=session)

    def remove(self, session: ClientSession, export: Export) -> None:
        """It gives way to another."""
        self.collection.delete_one({"_id": export.id, "tenant": export.tenant}, session=session)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of any export of these members; how many there were.

        One that is being collected then finds itself gone.
        """
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        self._chunks.delete_many(where, session=session)
        return self.collection.delete_many(where, session=session).deleted_count


def _place(export: Export, part: str, number: int) -> str:
    return f"{export.id}\n{part}\n{number:06d}"


def _of(export: Export, part: str) -> Document:
    return {"_id": {"$gte": f"{export.id}\n{part}\n", "$lt": f"{export.id}\n{part}\n~"}, "tenant": export.tenant}
