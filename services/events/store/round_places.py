"""Whose seats are whose in speed rounds: a document for each person with a place, written when they come to have it.

It says their number in the series, by which `round_seats` has their seats in each plan. A place counts `since` a plan;
those of people who come in by one that is not shown yet are seen by nobody, and so is what a worker left that died.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries
from services.events.store.round_seats import RoundSeats, Seating
from shared.storage import Document, Index

COLLECTION = "round_places"
INDEXES = (
    Index(COLLECTION, (("series_id", 1), ("member_id", 1)), name="of_person"),
    Index(COLLECTION, (("series_id", 1), ("number", 1)), name="of_number"),
    Index(COLLECTION, (("series_id", 1), ("since", 1)), name="since"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="of_member"),
)
_TOGETHER = 1000


class RoundPlaces:
    """By series and member."""

    def __init__(self, database: Database[Document], seats: RoundSeats) -> None:
        self._collection = database[COLLECTION]
        self._seats = seats

    def clear(self, session: ClientSession, series: RoundSeries) -> None:
        """Removes what a worker that did not come to its end has left, behind the plan that is shown."""
        self._collection.delete_many({"series_id": series.id, "since": {"$gt": series.plan_version}}, session=session)

    def put(self, session: ClientSession, series: RoundSeries, numbers: Mapping[str, int]) -> None:
        """Gives these members places by the next plan, each with their number."""
        since = series.plan_version + 1
        documents: list[Document] = [
            {
                "_id": f"{series.id}:{member_id}:{since:06d}",
                "tenant": series.tenant,
                "event_id": series.event_id,
                "series_id": series.id,
                "member_id": member_id,
                "number": number,
                "since": since,
            }
            for member_id, number in numbers.items()
        ]
        if documents:
            self._collection.insert_many(documents, session=session)

    def drop_before(self, series_id: str, plan: int) -> None:
        """Removes the places of before a plan that gave everybody another one."""
        self._collection.delete_many({"series_id": series_id, "since": {"$lt": plan}})

    def page(self, series: RoundSeries, *, limit: int, after: str | None = None) -> Sequence[RoundPlace]:
        """Up to `limit` of the plan that is shown, in order of member id, those behind `after` only."""
        where = {} if after is None else {"member_id": {"$gt": after}}
        return list(self._found(series, where, limit=limit))

    def all(self, series: RoundSeries, session: ClientSession | None = None) -> Iterator[RoundPlace]:
        """Everybody's, in order of member id."""
        return self._found(series, {}, session)

    def of(
        self, series: RoundSeries, member_ids: Collection[str], session: ClientSession | None = None
    ) -> list[RoundPlace]:
        """Those of these members."""
        seating = self._seats.of(series, session)
        found: list[RoundPlace] = []
        for some in _parts(sorted(member_ids)):
            found += self._found(series, {"member_id": {"$in": some}}, session, seating=seating)
        return found

    def placed(self, series: RoundSeries, member_ids: Collection[str], session: ClientSession) -> frozenset[str]:
        """Those of these members who have a place, wherever it is."""
        found: set[str] = set()
        for some in _parts(sorted(member_ids)):
            where = self._shown(series, {"member_id": {"$in": some}})
            found.update(self._collection.distinct("member_id", where, session=session))
        return frozenset(found)

    def beside(self, series: RoundSeries, places: Iterable[RoundPlace]) -> list[RoundPlace]:
        """Everybody who sits at a table with one of these in some round, they themselves among them."""
        seating = self._seats.of(series)
        found: list[RoundPlace] = []
        for some in _parts(seating.beside(place.number for place in places)):
            found += self._found(series, {"number": {"$in": some}}, seating=seating)
        return found

    def series_with(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> frozenset[str]:
        """The series in which one of these members has a place, or will have by a plan that is not shown yet."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return frozenset(each["series_id"] for each in self._collection.find(where, {"series_id": 1}, session=session))

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Takes these members out of every plan, whose seats are nobody's then; how many places they had."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count

    def _found(
        self,
        series: RoundSeries,
        where: Document,
        session: ClientSession | None = None,
        *,
        limit: int = 0,
        seating: Seating | None = None,
    ) -> Iterator[RoundPlace]:
        """In order of member id."""
        seated = self._seats.of(series, session) if seating is None else seating
        found = self._collection.find(self._shown(series, where), session=session)
        for document in found.sort("member_id", 1).limit(limit):
            yield _place(document, seated)

    @staticmethod
    def _shown(series: RoundSeries, where: Document) -> Document:
        """Of the places of the plan that is shown, those that match."""
        since = {"$gte": series.whole_plan, "$lte": series.plan_version}
        return {"series_id": series.id, "tenant": series.tenant, "since": since, **where}


def _parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(keys), _TOGETHER):
        yield keys[first : first + _TOGETHER]


def _place(document: Mapping[str, Any], seating: Seating) -> RoundPlace:
    number = document["number"]
    return RoundPlace(document["member_id"], number, seating.seats(number), seating.left_out.get(number))
