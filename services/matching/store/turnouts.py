"""How reliably people come, counted by the database over all mentorships of a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.matching.domain.session import SessionState
from services.matching.domain.turnout import Attendance
from services.matching.store import mentorships, sessions
from shared.storage import Document


@dataclass(frozen=True, slots=True)
class Reliability:
    """One member in a program: sessions with all partners together."""

    member_id: str
    partners: int
    held: int
    missed: int
    """Those that this member did not come to."""
    cancelled_late: int
    """Those that this member called off late."""
    disputed: int


class Turnouts:
    """Reads sessions of one program."""

    def __init__(self, database: Database[Document]) -> None:
        self._mentorships = database[mentorships.COLLECTION]

    def of_program(self, tenant: str, program_id: str, *, limit: int, after: str | None) -> Sequence[Reliability]:
        """Up to `limit` members with any session that came to something, in order of their id, behind `after` only."""
        pair = {"tenant": tenant, "program_id": program_id}
        behind = [] if after is None else [{"$match": {"_id": {"$gt": after}}}]
        pipeline: list[Document] = [
            {"$match": pair},
            {"$project": {"two": ["$mentor_id", "$mentee_id"]}},
            {
                "$lookup": {
                    "from": sessions.COLLECTION,
                    "localField": "_id",
                    "foreignField": "mentorship_id",
                    "as": "of",
                }
            },
            {"$unwind": "$of"},
            {"$match": {"of.tenant": tenant, "$or": list(_COUNTED)}},
            {"$unwind": "$two"},
            {"$group": {"_id": "$two", "pairs": {"$addToSet": "$_id"}, **_SUMS}},
            *behind,
            {"$sort": {"_id": 1}},
            {"$limit": limit},
        ]
        return [
            Reliability(
                member_id=row["_id"],
                partners=len(row["pairs"]),
                held=row["held"],
                missed=row["missed"],
                cancelled_late=row["cancelled_late"],
                disputed=row["disputed"],
            )
            for row in self._mentorships.aggregate(pipeline, allowDiskUse=True)
        ]


_COUNTED: Sequence[Mapping[str, Any]] = (
    {"of.state": {"$in": [SessionState.HELD.value, SessionState.MISSED.value]}},
    {"of.state": SessionState.CANCELLED.value, "of.late": True},
    {"of.attendance": Attendance.DISPUTED.value},
)


def _times(*conditions: Mapping[str, Any]) -> Document:
    return {"$sum": {"$cond": [{"$and": list(conditions)}, 1, 0]}}


_SUMS: Mapping[str, Document] = {
    "held": _times({"$eq": ["$of.state", SessionState.HELD.value]}),
    "missed": _times({"$in": ["$two", "$of.missed_by"]}),
    "cancelled_late": _times({"$eq": ["$of.late", True]}, {"$eq": ["$two", "$of.cancelled_by"]}),
    "disputed": _times({"$eq": [{"$ifNull": ["$of.attendance", None]}, Attendance.DISPUTED.value]}),
}
