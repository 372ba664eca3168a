"""Who is kept apart from whom, as matching last told of each pair: neither is shown to the other."""

from collections.abc import Collection

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "kept_apart"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_ids", 1)), name="of_member"),)


class KeptApart:
    """A projection of `blocks.v1`: a document for each pair that a block holds between, and none for others."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def keep(self, session: ClientSession, tenant: str, key: str, members: Collection[str], *, blocked: bool) -> None:
        """What is so of a pair now."""
        where = {"_id": key, "tenant": tenant}
        if blocked:
            pair = {"tenant": tenant, "member_ids": sorted(members)}
            self._collection.replace_one(where, pair, upsert=True, session=session)
        else:
            self._collection.delete_one(where, session=session)

    def holds(self, session: ClientSession, tenant: str, one: str, other: str) -> bool:
        """Whether these two are kept apart."""
        where = {"tenant": tenant, "member_ids": {"$all": [one, other]}}
        return self._collection.find_one(where, {"_id": 1}, session=session) is not None

    def pairs_among(
        self, session: ClientSession | None, tenant: str, member_ids: Collection[str]
    ) -> frozenset[tuple[str, ...]]:
        """Those with one of these members who are kept apart, each in order of id."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}}
        found = self._collection.find(where, {"member_ids": 1}, session=session)
        return frozenset(tuple(sorted(pair["member_ids"])) for pair in found)

    def apart_from(self, tenant: str, member_id: str | None) -> frozenset[str]:
        """Who is not to be shown to this member, nor this member to them; nobody for a token that is no member's."""
        if member_id is None:
            return frozenset()
        found = self._collection.find({"tenant": tenant, "member_ids": member_id}, {"member_ids": 1})
        return frozenset(each for pair in found for each in pair["member_ids"]) - {member_id}

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves no pair with one of these; how many there were."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count
