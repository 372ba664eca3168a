"""Mentors' seats: `active + reserved < capacity`, said in the update that takes one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.enrollment import Enrollment, EnrollmentState
from services.matching.domain.mentor_load import MentorLoad
from shared.ids import new_id
from shared.storage import Document, Index, Repository

COLLECTION = "mentor_loads"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("member_id", 1)), unique=True, name="mentor_of_program"),
)


class Loads(Repository[MentorLoad]):
    """One document for each mentor of a program; `commands/mentor_seats.py` changes them and tells of it."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], MentorLoad, "mentor load")

    def find_of(
        self, tenant: str, program_id: str, member_id: str, session: ClientSession | None = None
    ) -> MentorLoad | None:
        """The mentor's load in the program; None where they never were an approved mentor of it."""
        return self.find_where(tenant, {"program_id": program_id, "member_id": member_id}, session)

    def of_program(self, tenant: str, program_id: str, session: ClientSession | None = None) -> Sequence[MentorLoad]:
        """All loads of the program, for a match run's input."""
        found = self.collection.find({"tenant": tenant, "program_id": program_id}, session=session)
        return [self.from_document(document) for document in found]

    def set_capacity(self, session: ClientSession, enrollment: Enrollment, now: datetime) -> MentorLoad:
        """The load as this mentor's enrollment now says; made where there is none."""
        change = {
            "$set": {
                "enrollment_id": enrollment.id,
                "capacity": enrollment.capacity,
                "paused": enrollment.state is not EnrollmentState.APPROVED,
                "updated_at": now,
            },
            "$inc": {"version": 1},
            "$setOnInsert": {"_id": new_id(), "active": 0, "reserved": 0},
        }
        where = {"tenant": enrollment.tenant, "program_id": enrollment.program_id, "member_id": enrollment.member_id}
        stored = self.collection.find_one_and_update(
            where, change, upsert=True, return_document=ReturnDocument.AFTER, session=session
        )
        if stored is None:  # pragma: no cover - an upsert that returns the document after it always has one
            raise LookupError(enrollment.id)
        return self.from_document(stored)

    def take(
        self, session: ClientSession, tenant: str, program_id: str, member_id: str, now: datetime
    ) -> MentorLoad | None:
        """With one more live mentorship; None, and nothing changed, where no seat is free."""
        seat_free = {"$lt": [{"$add": ["$active", "$reserved"]}, "$capacity"]}
        where = {"program_id": program_id, "member_id": member_id, "paused": False, "$expr": seat_free}
        return self._count(session, tenant, where, 1, now)

    def release(
        self, session: ClientSession, tenant: str, program_id: str, member_id: str, now: datetime
    ) -> MentorLoad | None:
        """With one live mentorship fewer; None, and nothing changed, where none is counted."""
        where = {"program_id": program_id, "member_id": member_id, "active": {"$gt": 0}}
        return self._count(session, tenant, where, -1, now)

    def _count(
        self, session: ClientSession, tenant: str, where: dict[str, Any], by: int, now: datetime
    ) -> MentorLoad | None:
        stored = self.collection.find_one_and_update(
            {**where, "tenant": tenant},
            {"$inc": {"active": by, "version": 1}, "$set": {"updated_at": now}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if stored is None else self.from_document(stored)
