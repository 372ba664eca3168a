"""Who sits where: a document for each person and plan of a series.

A plan is written whole beside the one that is shown, and shown by the series' own `plan_version`: so nobody ever reads
half of one, and a worker that dies leaves nothing that is seen.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_place import RoundPlace
from shared.storage import Document, Index

COLLECTION = "round_places"
INDEXES = (
    Index(COLLECTION, (("series_id", 1), ("plan", 1), ("_id", 1)), name="of_plan"),
    Index(COLLECTION, (("series_id", 1), ("plan", 1), ("at", 1)), name="at_table"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="of_member"),
)
_TOGETHER = 1000
_ROUND = 1_000_000
"""A round and a table as one number: more tables than this no round has."""


class RoundPlaces:
    """By series, plan and member."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[COLLECTION]

    def clear(self, session: ClientSession, series_id: str, plan: int) -> None:
        """Removes what a worker that did not come to its end has left of this plan."""
        self.collection.delete_many({"series_id": series_id, "plan": plan}, session=session)

    def put(
        self,
        session: ClientSession,
        tenant: str,
        event_id: str,
        series_id: str,
        plan: int,
        places: Iterable[RoundPlace],
    ) -> None:
        """Writes some of a plan that is not shown yet."""
        documents: list[Document] = [
            {
                "_id": f"{series_id}:{plan:06d}:{each.member_id}",
                "tenant": tenant,
                "event_id": event_id,
                "series_id": series_id,
                "plan": plan,
                "member_id": each.member_id,
                "number": each.number,
                "seats": list(each.seats),
                "at": _at(each.seats),
                "left_out": each.left_out,
            }
            for each in places
        ]
        if documents:
            self.collection.insert_many(documents, session=session)

    def drop_before(self, series_id: str, plan: int) -> None:
        """Removes the plans before this one: nobody is shown them any more."""
        self.collection.delete_many({"series_id": series_id, "plan": {"$lt": plan}})

    def page(
        self, tenant: str, series_id: str, plan: int, *, limit: int, after: str | None = None
    ) -> Sequence[RoundPlace]:
        """Up to `limit` of the plan in order of member id, those behind `after` only."""
        where: Document = {"series_id": series_id, "plan": plan, "tenant": tenant}
        if after is not None:
            where["_id"] = {"$gt": f"{series_id}:{plan:06d}:{after}"}
        return [_place(each) for each in self.collection.find(where).sort("_id", 1).limit(limit)]

    def all(self, tenant: str, series_id: str, plan: int, session: ClientSession | None = None) -> Iterator[RoundPlace]:
        """Everybody's, in order of member id."""
        where = {"series_id": series_id, "plan": plan, "tenant": tenant}
        for document in self.collection.find(where, session=session).sort("_id", 1):
            yield _place(document)

    def of(
        self,
        tenant: str,
        series_id: str,
        plan: int,
        member_ids: Collection[str],
        session: ClientSession | None = None,
    ) -> list[RoundPlace]:
        """Those of these members."""
        ids = [f"{series_id}:{plan:06d}:{each}" for each in sorted(member_ids)]
        found = self.collection.find({"_id": {"$in": ids}, "tenant": tenant}, session=session)
        return [_place(each) for each in found]

    def beside(self, tenant: str, series_id: str, plan: int, places: Iterable[RoundPlace]) -> list[RoundPlace]:
        """Everybody who sits at a table with one of these in some round, they themselves among them."""
        at = sorted({each for place in places for each in _at(place.seats)})
        found: dict[str, RoundPlace] = {}
        for first in range(0, len(at), _TOGETHER):
            among = {"$in": at[first : first + _TOGETHER]}
            where = {"series_id": series_id, "plan": plan, "at": among, "tenant": tenant}
            for document in self.collection.find(where):
                found[document["_id"]] = _place(document)
        return [found[key] for key in sorted(found)]

    def takes_part(self, tenant: str, series: Mapping[str, int], member_ids: Collection[str]) -> frozenset[str]:
        """Those of these series, each with its plan, in which somebody who is known by these ids has a place."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}, "series_id": {"$in": sorted(series)}}
        found = self.collection.find(where, {"series_id": 1, "plan": 1})
        return frozenset(each["series_id"] for each in found if each["plan"] == series[each["series_id"]])

    def of_members(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> list[Document]:
        """All that these members have: of which series and plan, and where they sit in each round."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return list(self.collection.find(where, session=session).sort("_id", 1))

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Takes these members out of every plan; how many places they had."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count


def _at(seats: Sequence[int]) -> list[int]:
    return [number * _ROUND + table for number, table in enumerate(seats) if table >= 0]


def _place(document: Mapping[str, Any]) -> RoundPlace:
    return RoundPlace(document["member_id"], document["number"], tuple(document["seats"]), document["left_out"])
