"""Where people sit by each plan of speed rounds: numbers alone, packed; `round_places` say whose they are.

A plan is one document, or a few where there are many people: so another plan costs little, however few it changes.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_place import ABSENT
from services.events.domain.round_series import RoundSeries
from services.events.scheduling.rounds import Ints
from shared.storage import Document, Index

COLLECTION = "round_seats"
INDEXES = (Index(COLLECTION, (("series_id", 1), ("plan", 1), ("part", 1)), unique=True, name="of_plan"),)

_SEATS_A_PART = 1 << 21
"""So that a part is far below what a document may hold."""
_FAST = 1


@dataclass(frozen=True, slots=True, eq=False)
class Seating:
    """By people's numbers in the series, which count from 1: a row for each, and why they take part in no round, or
    not in all."""

    table: Ints
    left_out: Mapping[int, str]

    def seats(self, number: int) -> tuple[int, ...]:
        """Theirs, by round."""
        if number > len(self.table):
            return (ABSENT,) * int(self.table.shape[1])
        seats: list[int] = self.table[number - 1].tolist()
        return tuple(seats)

    def beside(self, numbers: Iterable[int]) -> list[int]:
        """Whoever sits at a table with one of these in some round, they themselves among them."""
        own = np.array([number - 1 for number in numbers if number <= len(self.table)], np.int64)
        near = np.zeros(len(self.table), np.bool_)
        near[own] = True
        for seats in self.table.T:
            tables = np.zeros(int(seats.max(initial=-1)) + 1, np.bool_)
            tables[seats[own][seats[own] >= 0]] = True
            at = np.flatnonzero(seats >= 0)
            near[at] |= tables[seats[at]]
        return [int(row) + 1 for row in np.flatnonzero(near)]


class RoundSeats:
    """By series and plan."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def put(self, session: ClientSession, series: RoundSeries, plan: int, seating: Seating) -> None:
        """Writes a plan, with the change of the series that shows it."""
        rows = max(1, _SEATS_A_PART // max(1, series.rounds))
        documents: list[Document] = [
            {
                "tenant": series.tenant,
                "series_id": series.id,
                "plan": plan,
                "part": part,
                "rounds": series.rounds,
                "seats": zlib.compress(seating.table[first : first + rows].astype("<i4").tobytes(), _FAST),
                "left_out": [
                    {"number": number, "why": why}
                    for number, why in sorted(seating.left_out.items())
                    if first < number <= first + rows
                ],
            }
            for part, first in enumerate(range(0, max(1, len(seating.table)), rows))
        ]
        self._collection.insert_many(documents, session=session)

    def of(self, series: RoundSeries, session: ClientSession | None = None) -> Seating:
        """Of the plan that is shown; nobody's, where there is none."""
        where = {"series_id": series.id, "plan": series.plan_version, "tenant": series.tenant}
        parts = list(self._collection.find(where, session=session).sort("part", 1))
        packed = b"".join(zlib.decompress(each["seats"]) for each in parts)
        table = np.frombuffer(packed, "<i4").astype(np.int32).reshape(-1, series.rounds)
        return Seating(table, {each["number"]: each["why"] for part in parts for each in part["left_out"]})

    def drop_before(self, series_id: str, plan: int) -> None:
        """Removes the plans before this one: nobody is shown them any more."""
        self._collection.delete_many({"series_id": series_id, "plan": {"$lt": plan}})
