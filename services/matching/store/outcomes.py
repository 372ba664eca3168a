"""What a program's pairs came to: counted by the database, in two readings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.matching.domain.health import DAYS_BETWEEN
from services.matching.domain.mentorship import MentorshipState
from services.matching.domain.outcomes import Counted
from services.matching.domain.session import SessionState
from services.matching.store import mentorships, sessions
from shared.storage import Document

_HOUR = 3_600_000
_DAY = 24 * _HOUR

_BETWEEN: Document = {
    "$switch": {
        "branches": [
            {"case": {"$eq": ["$in_force.terms.frequency", frequency.value]}, "then": days * _DAY}
            for frequency, days in DAYS_BETWEEN.items()
        ],
        "default": None,
    }
}


class ProgramOutcomes:
    """Reads mentorships and sessions of one program."""

    def __init__(self, database: Database[Document]) -> None:
        self._mentorships = database[mentorships.COLLECTION]

    def counted(self, tenant: str, program_id: str, now: datetime, hours_in_time: int) -> Counted:
        """All pairs there ever were, as they stand at this moment."""
        program = {"tenant": tenant, "program_id": program_id}
        rows = self._pairs(program, now, hours_in_time)
        early = [row for row in rows if row["_id"]["state"] == MentorshipState.ENDED_EARLY.value]
        completed = sum(row["pairs"] for row in rows if row["_id"]["state"] == MentorshipState.COMPLETED.value)
        first_sessions, held = self._sessions(program)
        return Counted(
            completed=completed,
            over=completed + sum(row["pairs"] for row in early),
            ended={row["_id"]["reason"]: row["pairs"] for row in early},
            signed=sum(row["signed"] for row in rows),
            agreed=int(sum(row["agreed"] for row in rows)),
            held=held,
            due=sum(row["due"] for row in rows),
            first_sessions=first_sessions,
        )

    def _pairs(self, program: Mapping[str, Any], now: datetime, hours_in_time: int) -> Sequence[Document]:
        """By state and reason of the end. A session is agreed on for each pause that is over since the activation."""
        signed = {"$and": [{"$ne": ["$in_force", None]}, {"$ne": ["$activated_at", None]}]}
        until = {"$min": [now, "$ended_at", {"$toDate": "$ends_on"}]}
        on_hold = {"$multiply": [{"$ifNull": ["$days_on_hold", 0]}, _DAY]}
        pauses = {"$floor": {"$divide": [{"$subtract": [until, {"$add": ["$activated_at", on_hold]}]}, _BETWEEN]}}
        time_is_over = {"$lt": [{"$add": ["$started_at", hours_in_time * _HOUR]}, now]}
        due = {"$or": [{"$ne": ["$last_contact_at", None]}, time_is_over]}
        stages: list[Document] = [
            {"$match": dict(program)},
            {
                "$group": {
                    "_id": {"state": "$state", "reason": "$ended_reason"},
                    "pairs": {"$sum": 1},
                    "signed": {"$sum": {"$cond": [signed, 1, 0]}},
                    "agreed": {"$sum": {"$cond": [signed, {"$max": [0, pauses]}, 0]}},
                    "due": {"$sum": {"$cond": [due, 1, 0]}},
                }
            },
        ]
        return list(self._mentorships.aggregate(stages))

    def _sessions(self, program: Mapping[str, Any]) -> tuple[Mapping[int, int], int]:
        """Pairs by the hours until their first session, and all sessions held; only pairs that ever met are read."""
        hours = {"$ceil": {"$divide": [{"$subtract": [{"$first": "$of.first"}, "$started_at"]}, _HOUR]}}
        held = {"$match": {"tenant": program["tenant"], "state": SessionState.HELD.value}}
        stages: list[Document] = [
            {"$match": {**program, "last_contact_at": {"$ne": None}}},
            {
                "$lookup": {
                    "from": sessions.COLLECTION,
                    "localField": "_id",
                    "foreignField": "mentorship_id",
                    "pipeline": [held, {"$group": {"_id": None, "first": {"$min": "$starts_at"}, "held": {"$sum": 1}}}],
                    "as": "of",
                }
            },
            {"$match": {"of": {"$ne": []}}},
            {
                "$group": {
                    "_id": {"$max": [0, hours]},
                    "pairs": {"$sum": 1},
                    "held": {"$sum": {"$first": "$of.held"}},
                }
            },
        ]
        rows = list(self._mentorships.aggregate(stages, allowDiskUse=True))
        return {int(row["_id"]): row["pairs"] for row in rows}, sum(row["held"] for row in rows)
