"""Who has met whom at an event, as events told: a document for each meeting that was held."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.engine.pool import Encounter, Pair, unordered
from shared.storage import Document, Index
from shared.storage.merges import Merges

COLLECTION = "encounters"
_ASKED_TOGETHER = 10_000
"""Members: the ids of all would be more than one question may hold."""

INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_ids", 1)), name="of_member"),)


class Encounters:
    """By the id of the meeting. The two keep the ids that were told; who they are now is looked up."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]
        self._merges = Merges(database)

    def hear(self, session: ClientSession, tenant: str, version: int, data: Mapping[str, Any], *, met: bool) -> None:
        """Keeps whether the two of the meeting have met, unless something newer was told of it."""
        known = self._collection.find_one({"_id": data["meeting_id"]}, {"version": 1}, session=session)
        if known is not None and known["version"] >= version:
            return
        told = {
            "tenant": tenant,
            "version": version,
            "member_ids": list(data["member_ids"]),
            "event_id": data["event_id"],
            "met_at": data["met_at"],
            "met": met,
        }
        self._collection.replace_one({"_id": data["meeting_id"]}, told, upsert=True, session=session)

    def among(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> dict[Pair, Encounter]:
        """The pairs of these members who have met, by whatever ids they had then."""
        wanted = frozenset(member_ids)
        return {pair: Encounter.MET for pair in self._pairs(tenant, sorted(wanted), session) if wanted.issuperset(pair)}

    def met_by(self, tenant: str, member_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Whom each of these members has met, by the ids they all have now; who met nobody is not among them."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in self._pairs(tenant, sorted(member_ids), None):
            found[one].add(other)
            found[other].add(one)
        return {each: frozenset(found[each]) for each in member_ids if each in found}

    def _pairs(self, tenant: str, everyone: Sequence[str], session: ClientSession | None) -> Iterator[Pair]:
        """The pairs with one of these members, by the ids they have now."""
        for first in range(0, len(everyone), _ASKED_TOGETHER):
            some = everyone[first : first + _ASKED_TOGETHER]
            merged = self._merges.merged_into(tenant, some, session)
            where = {"tenant": tenant, "member_ids": {"$in": sorted({*some, *merged})}, "met": True}
            told = [each["member_ids"] for each in self._collection.find(where, {"member_ids": 1}, session=session)]
            who = self._merges.survivors(tenant, {each for pair in told for each in pair}, session)
            for one, other in told:
                if who[one] != who[other]:
                    yield unordered(who[one], who[other])

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[Document]:
        """The meetings of these members, in their order: with whom, where and when."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}, "met": True}
        names = ("event_id", "member_ids", "met_at")
        return [{name: each[name] for name in names} for each in self._collection.find(where).sort("_id", 1)]

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of whom these members have met; how much there was."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count
