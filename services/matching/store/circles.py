"""Whom a member has helped and by whom they were helped, mentorship by mentorship, counted by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.matching.domain.mentorship import MentorshipState
from services.matching.store import mentorships, programs
from shared.storage import Document


@dataclass(frozen=True, slots=True)
class Tie:
    """One mentorship as one of its two looks back at it: dates and numbers, nothing that was written."""

    mentorship_id: str
    program_id: str
    program: str
    partner_id: str
    helped: bool
    """Whether the member was the mentor."""
    state: MentorshipState
    started_at: datetime
    ended_at: datetime | None
    thanks_received: int
    thanks_sent: int
    milestones_completed: int


class Circles:
    """Reads a member's own mentorships."""

    def __init__(self, database: Database[Document]) -> None:
        self._mentorships = database[mentorships.COLLECTION]

    def of_member(
        self, tenant: str, member_id: str, helped: bool | None, *, limit: int, after: str | None
    ) -> Sequence[Tie]:
        """Up to `limit` that both had signed, in order of their start, behind `after` only; on one side or on both."""
        sides = {True: ["mentor_id"], False: ["mentee_id"], None: ["mentor_id", "mentee_id"]}[helped]
        where: dict[str, Any] = {
            "tenant": tenant,
            "$or": [{side: member_id} for side in sides],
            "activated_at": {"$ne": None},
        }
        if after is not None:
            where["_id"] = {"$gt": after}
        pipeline: list[Document] = [
            {"$match": where},
            {"$sort": {"_id": 1}},
            {"$limit": limit},
            _beside(mentorships.APPRECIATIONS, "thanks", {"from_id": 1}),
            _beside(mentorships.MILESTONES, "milestones", {"state": 1}),
            {
                "$lookup": {
                    "from": programs.COLLECTION,
                    "localField": "program_id",
                    "foreignField": "_id",
                    "pipeline": [{"$match": {"tenant": tenant}}, {"$project": {"name": 1}}],
                    "as": "program",
                }
            },
        ]
        return [_tie(row, member_id) for row in self._mentorships.aggregate(pipeline)]


def _beside(collection: str, name: str, fields: Mapping[str, int]) -> Document:
    """The pair's own; by tenant and mentorship, as its index has them."""
    of = [{"$eq": ["$tenant", "$$tenant"]}, {"$eq": ["$mentorship_id", "$$pair"]}]
    return {
        "$lookup": {
            "from": collection,
            "let": {"tenant": "$tenant", "pair": "$_id"},
            "pipeline": [{"$match": {"$expr": {"$and": of}}}, {"$project": fields}],
            "as": name,
        }
    }


def _tie(row: Document, member_id: str) -> Tie:
    helped = row["mentor_id"] == member_id
    sent = sum(each["from_id"] == member_id for each in row["thanks"])
    return Tie(
        mentorship_id=row["_id"],
        program_id=row["program_id"],
        program=row["program"][0]["name"] if row["program"] else "",
        partner_id=row["mentee_id"] if helped else row["mentor_id"],
        helped=helped,
        state=MentorshipState(row["state"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        thanks_received=len(row["thanks"]) - sent,
        thanks_sent=sent,
        milestones_completed=sum(each["state"] == "completed" for each in row["milestones"]),
    )
