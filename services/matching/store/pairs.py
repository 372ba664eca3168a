"""Two people as a pair, whoever mentors whom: where writers about both meet, and whether they are kept apart."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.block import pair_key
from shared.storage import Document, Index

COLLECTION = "pairs"

_APART: Mapping[str, Any] = {"apart": True}

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("member_ids", 1)), partial=_APART, name="apart"),
    Index(COLLECTION, (("member_ids", 1),), partial={"version": {"$gt": 0}}, name="ever_blocked"),
)


class Pairs:
    """A document for each two people who were ever about to be paired; of those ever blocked it has a version.

    `take` and `keep_apart` write the same document, so of a pairing and a block at once the later runs again and sees
    the other.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def take(self, session: ClientSession, tenant: str, one: str, other: str) -> bool:
        """Whether the two are kept apart; nobody changes that until this transaction is over."""
        found = self._collection.find_one_and_update(
            {"_id": pair_key(one, other), "tenant": tenant},
            {"$inc": {"turns": 1}},
            {"apart": 1},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return bool((found or {}).get("apart", False))

    def keep_apart(
        self, session: ClientSession, tenant: str, one: str, other: str, *, apart: bool, now: datetime
    ) -> int | None:
        """From now on they are, or are not; the pair's next version, None where nothing changes by it."""
        if self.take(session, tenant, one, other) == apart:
            return None
        members = sorted((one, other))
        changed = self._collection.find_one_and_update(
            {"_id": pair_key(one, other), "tenant": tenant},
            {"$set": {"member_ids": members, "apart": apart, "updated_at": now}, "$inc": {"version": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return int((changed or {})["version"])

    def hold(self, session: ClientSession, tenant: str, key: str) -> Document | None:
        """The pair with this key, if it was ever blocked; every change of it conflicts meanwhile."""
        where = {"_id": key, "tenant": tenant, "version": {"$gt": 0}}
        return self._collection.find_one_and_update(
            where, {"$inc": {"turns": 1}}, return_document=ReturnDocument.AFTER, session=session
        )

    def apart_from(self, tenant: str, member_id: str, session: ClientSession | None = None) -> frozenset[str]:
        """Everybody who is kept apart from this member."""
        where = {"tenant": tenant, "member_ids": member_id, **_APART}
        found = self._collection.find(where, {"member_ids": 1}, session=session)
        return frozenset(each for pair in found for each in pair["member_ids"]) - {member_id}

    def all_apart(self, tenant: str, session: ClientSession | None = None) -> frozenset[tuple[str, str]]:
        """All pairs that are kept apart, the lower id first."""
        found = self._collection.find({"tenant": tenant, **_APART}, {"member_ids": 1}, session=session)
        return frozenset((pair["member_ids"][0], pair["member_ids"][1]) for pair in found)

    def ever_of(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> Collection[tuple[str, str]]:
        """The pairs of these members that were ever blocked."""
        where = {"member_ids": {"$in": sorted(member_ids)}, "tenant": tenant, "version": {"$gt": 0}}
        found = self._collection.find(where, {"member_ids": 1}, session=session)
        return sorted((pair["member_ids"][0], pair["member_ids"][1]) for pair in found)


def reading_apart(tenant: str, member_id: str) -> tuple[str, Mapping[str, Any], tuple[str, ...]]:
    """The read of whom this member is kept apart from, for those who read several collections at once."""
    return COLLECTION, {"tenant": tenant, "member_ids": member_id, **_APART}, ("member_ids",)
