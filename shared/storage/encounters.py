"""Who has met whom at an event, as events told: a document for each meeting that was held."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.clock import parse_rfc3339
from shared.storage.client import Document
from shared.storage.merges import Merges
from shared.storage.migrations import Index

COLLECTION = "encounters"

Pair = tuple[str, str]

_ASKED_TOGETHER = 10_000
"""Members: the ids of all would be more than one question may hold."""

INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_ids", 1)), name="of_member"),)


@dataclass(frozen=True, slots=True)
class Met:
    """A meeting that was held: where, with whom, and when it was over."""

    meeting_id: str
    event_id: str
    other_id: str
    met_at: datetime


class Encounters:
    """By the id of the meeting. The two keep the ids that were told; who they are now is looked up."""

    def __init__(self, database: Database[Document], merges: Merges) -> None:
        self._collection = database[COLLECTION]
        self._merges = merges

    def hear(self, session: ClientSession, tenant: str, version: int, data: Mapping[str, Any], *, met: bool) -> None:
        """Keeps whether the two of the meeting have met, unless something newer was told of it."""
        key = _key(tenant, data["meeting_id"])
        known = self._collection.find_one({"_id": key}, {"version": 1}, session=session)
        if known is not None and known["version"] >= version:
            return
        told = {
            "tenant": tenant,
            "version": version,
            "meeting_id": data["meeting_id"],
            "member_ids": list(data["member_ids"]),
            "event_id": data["event_id"],
            "met_at": data["met_at"],
            "met": met,
        }
        self._collection.replace_one({"_id": key}, told, upsert=True, session=session)

    def among(self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None) -> frozenset[Pair]:
        """The pairs of these members who have met, by whatever ids they had then; the lower id first."""
        wanted = frozenset(member_ids)
        return frozenset(pair for pair in self._pairs(tenant, sorted(wanted), session) if wanted.issuperset(pair))

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
                first_id, last_id = sorted((who[one], who[other]))
                if first_id != last_id:
                    yield first_id, last_id

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[Document]:
        """The meetings of these members, in their order: with whom, where and when."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}, "met": True}
        names = ("event_id", "member_ids", "met_at")
        return [{name: each[name] for name in names} for each in self._collection.find(where).sort("_id", 1)]

    def page(self, tenant: str, member_ids: Collection[str], *, limit: int, after: str | None) -> Sequence[Met]:
        """Some of the meetings of somebody who is known by these ids, behind that one, in the order of theirs.

        Each with the other one, by the id that they have now.
        """
        where: Document = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}, "met": True}
        if after is not None:
            where["_id"] = {"$gt": _key(tenant, after)}
        found = list(self._collection.find(where).sort("_id", 1).limit(limit))
        others = [next((one for one in each["member_ids"] if one not in member_ids), "") for each in found]
        who = self._merges.survivors(tenant, set(others))
        return [
            Met(each["meeting_id"], each["event_id"], who[other], parse_rfc3339(each["met_at"]))
            for each, other in zip(found, others, strict=True)
        ]

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of whom these members have met; how much there was."""
        where = {"tenant": tenant, "member_ids": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count


def _key(tenant: str, meeting_id: str) -> str:
    return f"{tenant}\n{meeting_id}"
