"""Feeds of members, their rows on the way, and whom they named."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.member import AMS
from services.profiles.domain.member_import import ImportState, MemberImport
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION, ROWS, NAMED = "imports", "import_rows", "import_named"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),
    Index(COLLECTION, (("due_at", 1),), name="due"),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index(ROWS, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index(NAMED, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)
_AT_ONCE = 1000
_LONGER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row as it was read: `content` is what it says, None where it only names a member and says nothing sound."""

    order: int
    """Counted from 1 over the rows of the file that are not blank."""
    number: int
    """As the file's reader counts."""
    member_number: str
    content: dict[str, Any] | None
    erased: bool = False
    """It was about somebody who was erased while it waited, and says nothing any more."""


class MemberImports(Repository[MemberImport]):
    """One document an import."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], MemberImport, "import")
        self._rows = database[ROWS]
        self._named = database[NAMED]
        self._members = database["members"]

    def stage(self, session: ClientSession, upload: MemberImport, rows: Iterable[StagedRow], until: datetime) -> None:
        """Keeps rows until they are dealt with, and not beyond `until`."""
        documents = [
            {
                "_id": _place(upload.id, row.order),
                "tenant": upload.tenant,
                "expire_at": until,
                "number": row.number,
                "member_number": row.member_number,
                "content": row.content,
            }
            for row in rows
        ]
        if documents:
            self._rows.insert_many(documents, session=session)

    def staged(self, upload: MemberImport, limit: int, session: ClientSession | None = None) -> Sequence[StagedRow]:
        """The next rows to deal with, in their order."""
        where = {"_id": {"$gt": f"{upload.id}\n", "$lt": f"{upload.id}\n~"}}
        found = self._rows.find(where, session=session).sort("_id", 1).limit(limit)
        return [_staged(each) for each in found]

    def blank(self, session: ClientSession, tenant: str, is_theirs: Callable[[StagedRow], bool], *, before: str) -> int:
        """Takes from rows of feeds that began before this id what they say and whose they are; how many."""
        found = self._rows.find({"_id": {"$lt": before}, "tenant": tenant, "erased": {"$ne": True}})
        theirs = [each["_id"] for each in found if is_theirs(_staged(each))]
        if not theirs:
            return 0
        nothing = {"member_number": "", "content": None, "erased": True}
        return self._rows.update_many({"_id": {"$in": theirs}}, {"$set": nothing}, session=session).matched_count

    def dealt_with(self, session: ClientSession, upload: MemberImport, rows: Iterable[StagedRow]) -> None:
        """The rows go. What is gone already was dealt with by another worker: then this transaction fails."""
        places = [_place(upload.id, row.order) for row in rows]
        if self._rows.delete_many({"_id": {"$in": places}}, session=session).deleted_count != len(places):
            raise LookupError("rows were dealt with elsewhere")

    def comes_after_another(self, upload: MemberImport) -> bool:
        """Whether a feed of the tenant that was whole before this one has something to do still."""
        where = {
            "tenant": upload.tenant,
            "dry_run": False,
            "due_at": {"$ne": None},
            "$or": [
                {"queued_at": {"$lt": upload.queued_at}},
                {"queued_at": upload.queued_at, "_id": {"$lt": upload.id}},
            ],
        }
        return self.collection.find_one(where, {"_id": 1}) is not None

    def name(self, session: ClientSession, upload: MemberImport, member_ids: Collection[str]) -> None:
        """Remembers that the feed names these members, for longer than there is the feed: who is absent hangs on it."""
        until = upload.expire_at + _LONGER
        if member_ids:
            rows = [{"_id": _named(upload.id, each), "expire_at": until} for each in sorted(member_ids)]
            self._named.insert_many(rows, session=session)

    def named(self, session: ClientSession, upload: MemberImport, member_ids: Collection[str]) -> set[str]:
        """Those of the members that the feed has named so far."""
        return self._named_by([upload.id], member_ids, session)

    def _named_by(
        self, feeds: Sequence[str], member_ids: Collection[str], session: ClientSession | None = None
    ) -> set[str]:
        wanted = {_named(feed, each): each for feed in feeds for each in member_ids}
        return {wanted[each["_id"]] for each in self._named.find({"_id": {"$in": list(wanted)}}, session=session)}

    def name_alike(self, session: ClientSession, tenant: str, *, named: str, also: str) -> None:
        """Feeds that are not through, and have named the one member, have named the other, too."""
        through = [state.value for state in (ImportState.FINISHED, ImportState.INTERRUPTED)]
        where = {"tenant": tenant, "dry_run": False, "state": {"$nin": through}}
        # Whoever names or suspends somebody by one of them at this moment meets us here, and one of both runs again.
        self.collection.update_many(where, {"$inc": {"merges_met": 1}}, session=session)
        feeds = {each["_id"]: each["expire_at"] for each in self.collection.find(where, session=session)}
        known = {_named(feed, each): (feed, each) for feed in feeds for each in (named, also)}
        found = {known[row["_id"]] for row in self._named.find({"_id": {"$in": list(known)}}, session=session)}
        rows = [
            {"_id": _named(feed, also), "expire_at": until + _LONGER}
            for feed, until in feeds.items()
            if (feed, named) in found and (feed, also) not in found
        ]
        if rows:
            self._named.insert_many(rows, session=session)

    def fed(self, upload: MemberImport, after: str = "") -> Iterator[tuple[Sequence[str], set[str]]]:
        """Members with a number who are not suspended, in order of id, and which of them the feed, or one that was
        whole after it, names; in batches.

        Without those whose number only a ticket says: the association may not know them.
        """
        feeds = self._from(upload)
        while True:
            where = {
                "tenant": upload.tenant,
                "_id": {"$gt": after},
                "identifiers.issuer": AMS,
                "membership": {"$ne": "suspended"},
                "provisional": False,
            }
            found = [each["_id"] for each in self._members.find(where, {"_id": 1}).sort("_id", 1).limit(_AT_ONCE)]
            if not found:
                return
            yield found, self._named_by(feeds, found)
            after = found[-1]

    def named_since(self, session: ClientSession, upload: MemberImport, member_ids: Collection[str]) -> set[str]:
        """Those of the members whom the feed, or one that was whole after it, names by now."""
        return self._named_by(self._from(upload, session), member_ids, session)

    def _from(self, upload: MemberImport, session: ClientSession | None = None) -> Sequence[str]:
        later = {"tenant": upload.tenant, "dry_run": False, "queued_at": {"$gt": upload.queued_at}}
        return [upload.id, *(str(each["_id"]) for each in self.collection.find(later, {"_id": 1}, session=session))]


def _staged(document: Document) -> StagedRow:
    return StagedRow(
        int(document["_id"].rpartition("\n")[2]),
        document["number"],
        document["member_number"],
        document["content"],
        document.get("erased", False),
    )


def _place(import_id: str, order: int) -> str:
    return f"{import_id}\n{order:09d}"


def _named(import_id: str, member_id: str) -> str:
    return f"{import_id}\n{member_id}"
