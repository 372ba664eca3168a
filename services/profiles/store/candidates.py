"""Pairs of members who may be one person, and members who are to be compared with those like them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import DeleteMany, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.likeness import Reason
from services.profiles.domain.member import Member
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION, COMPARISONS = "merge_candidates", "comparisons"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),
    Index(COLLECTION, (("tenant", 1), ("members", 1)), name="of_member"),
    Index(COMPARISONS, (("due_at", 1),), name="due"),
    Index(COMPARISONS, (("tenant", 1), ("due_at", 1)), name="due_of_tenant"),
)

Pair = tuple[str, str]
"""Two members' ids, the lower first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair, and why; `id` orders the pairs."""

    id: str
    members: Pair
    reasons: tuple[Reason, ...]


def pair_of(one: str, other: str) -> Pair:
    """The two as a pair."""
    return (one, other) if one < other else (other, one)


class Candidates:
    """One document a pair, as the two were when one was last compared.

    What a feed named together stays until it is merged, and what was told apart stays apart.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._pairs = database[COLLECTION]
        self._comparisons = database[COMPARISONS]

    def compare_soon(self, session: ClientSession, members: Iterable[Member], now: datetime) -> None:
        """Has these members compared with those like them, by whatever worker looks next."""
        steps = [ReplaceOne({"_id": each.id}, {"tenant": each.tenant, "due_at": now}, upsert=True) for each in members]
        if steps:
            self._comparisons.bulk_write(steps, session=session)

    def to_compare(self, session: ClientSession, tenant: str, now: datetime, limit: int) -> Mapping[str, datetime]:
        """Members whose comparison is due, the oldest first, each with its date."""
        where = {"tenant": tenant, "due_at": {"$lte": now}}
        found = self._comparisons.find(where, session=session).sort("due_at", 1).limit(limit)
        return {each["_id"]: each["due_at"] for each in found}

    def compared(
        self,
        session: ClientSession,
        tenant: str,
        members: Mapping[str, datetime],
        found: Mapping[Pair, Sequence[Reason]],
    ) -> None:
        """Keeps what comparing these members, due since then, has found: all pairs of theirs that there are."""
        known = {
            (each["members"][0], each["members"][1]): bool(each.get("fed") or each.get("different"))
            for each in self._pairs.find({"tenant": tenant, "members": {"$in": sorted(members)}}, session=session)
        }
        gone = [_identifier(pair) for pair, said in known.items() if pair not in found and not said]
        if gone:
            self._pairs.delete_many({"_id": {"$in": gone}, "tenant": tenant}, session=session)
        kept = {pair: () for pair, said in known.items() if said} | dict(found)
        steps = [_put(tenant, pair, {"reasons": [each.value for each in why]}) for pair, why in kept.items()]
        if steps:
            self._pairs.bulk_write(steps, session=session)
        by_date: dict[datetime, list[str]] = {}
        for member_id, due_at in members.items():
            by_date.setdefault(due_at, []).append(member_id)
        done = [DeleteMany({"_id": {"$in": those}, "due_at": due_at}, hint="_id_") for due_at, those in by_date.items()]
        if done:
            self._comparisons.bulk_write(done, session=session)

    def named_together(self, session: ClientSession, tenant: str, members: Collection[str]) -> None:
        """A feed's row named these two."""
        one, other = sorted(members)
        self._pairs.bulk_write([_put(tenant, (one, other), {"fed": True})], session=session)

    def tell_apart(self, session: ClientSession, tenant: str, pair: Pair) -> None:
        """The two were said to be two: they are suggested no more."""
        self._pairs.bulk_write([_put(tenant, pair, {"different": True})], session=session)

    def forget(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """The member is nobody's candidate any more."""
        self._pairs.delete_many({"tenant": tenant, "members": member_id}, session=session)

    def page(self, tenant: str, *, limit: int, after: str | None) -> Sequence[Candidate]:
        """Up to `limit` pairs in order, those behind `after` only."""
        where: Document = {"tenant": tenant, "different": {"$ne": True}}
        if after is not None:
            where["_id"] = {"$gt": after}
        return [_candidate(each) for each in self._pairs.find(where).sort("_id", 1).limit(limit)]


def _put(tenant: str, pair: Pair, fields: Document) -> UpdateOne:
    change = {"$set": {"tenant": tenant, "members": list(pair), **fields}}
    return UpdateOne({"_id": _identifier(pair)}, change, upsert=True)


def _identifier(pair: Pair) -> str:
    return "/".join(pair)


def _candidate(document: Document) -> Candidate:
    one, other = document["members"]
    found = tuple(Reason(each) for each in document.get("reasons", ()))
    return Candidate(document["_id"], (one, other), (*found, Reason.FEED_ROW) if document.get("fed") else found)
