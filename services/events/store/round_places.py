"""Who sits where: for each person and series a document, and another one for each plan that gave them other seats.

Whoever plans writes beside what is shown, and the series' own `plan_version` shows it: a person's place is their newest
up to that plan, and from `whole_plan` on, which was written for everybody. So nobody ever reads half of a plan, and a
worker that dies leaves nothing that is seen.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries
from shared.storage import Document, Index

COLLECTION = "round_places"
INDEXES = (
    Index(COLLECTION, (("series_id", 1), ("member_id", 1), ("plan", 1)), name="of_person"),
    Index(COLLECTION, (("series_id", 1), ("at", 1)), name="at_a_table"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="of_member"),
)
_TOGETHER = 1000
_ROUND = 1_000_000
"""A round and a table as one number: more tables than this no round has."""


class RoundPlaces:
    """By series, member and plan."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[COLLECTION]

    def clear(self, session: ClientSession, series: RoundSeries) -> None:
        """Removes what a worker that did not come to its end has left, behind the plan that is shown."""
        where = {"series_id": series.id, "plan": {"$gt": series.plan_version}}
        self.collection.delete_many(where, session=session, hint="of_person")

    def put(self, session: ClientSession, series: RoundSeries, plan: int, places: Iterable[RoundPlace]) -> None:
        """Writes some of a plan that is not shown yet."""
        documents: list[Document] = [
            {
                "_id": f"{series.id}:{each.member_id}:{plan:06d}",
                "tenant": series.tenant,
                "event_id": series.event_id,
                "series_id": series.id,
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

    def drop_before(self, series_id: str, plan: int, member_ids: Collection[str] | None = None) -> None:
        """Removes what these people (None: all) had by the plans before this one: nobody is shown it any more."""
        for some in [None] if member_ids is None else _parts(sorted(member_ids)):
            whose: Document = {} if some is None else {"member_id": {"$in": some}}
            where = {"series_id": series_id, "plan": {"$lt": plan}, **whose}
            self.collection.delete_many(where, hint="of_person")

    def page(self, series: RoundSeries, *, limit: int, after: str | None = None) -> Sequence[RoundPlace]:
        """Up to `limit` of the plan that is shown, in order of member id, those behind `after` only."""
        where = _shown(series) | ({} if after is None else {"member_id": {"$gt": after}})
        return list(islice(self._places(where), limit))

    def all(self, series: RoundSeries, session: ClientSession | None = None) -> Iterator[RoundPlace]:
        """Everybody's, in order of member id."""
        return self._places(_shown(series), session)

    def of(
        self, series: RoundSeries, member_ids: Collection[str], session: ClientSession | None = None
    ) -> list[RoundPlace]:
        """Those of these members."""
        found: list[RoundPlace] = []
        for some in _parts(sorted(member_ids)):
            found += self._places(_shown(series) | {"member_id": {"$in": some}}, session)
        return found

    def beside(self, series: RoundSeries, places: Iterable[RoundPlace]) -> list[RoundPlace]:
        """Everybody who sits at a table with one of these in some round, they themselves among them."""
        at = frozenset(each for place in places for each in _at(place.seats))
        near: set[str] = set()
        for some in _parts(sorted(at)):
            found = self.collection.find(_shown(series) | {"at": {"$in": some}}, {"member_id": 1})
            near |= {each["member_id"] for each in found}
        # Somebody sat there by a plan before.
        return [each for each in self.of(series, near) if not at.isdisjoint(_at(each.seats))]

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

    def _places(self, where: Document, session: ClientSession | None = None) -> Iterator[RoundPlace]:
        """In order of member id, of each the newest."""
        newest: Mapping[str, Any] | None = None
        for document in self.collection.find(where, session=session).sort([("member_id", 1), ("plan", 1)]):
            if newest is not None and newest["member_id"] != document["member_id"]:
                yield _place(newest)
            newest = document
        if newest is not None:
            yield _place(newest)


def _shown(series: RoundSeries) -> Document:
    plans = {"$gte": series.whole_plan, "$lte": series.plan_version}
    return {"series_id": series.id, "tenant": series.tenant, "plan": plans}


def _parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(keys), _TOGETHER):
        yield keys[first : first + _TOGETHER]


def _at(seats: Sequence[int]) -> list[int]:
    return [number * _ROUND + table for number, table in enumerate(seats) if table >= 0]


def _place(document: Mapping[str, Any]) -> RoundPlace:
    return RoundPlace(document["member_id"], document["number"], tuple(document["seats"]), document["left_out"])
