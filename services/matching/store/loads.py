"""Mentors' seats: `active + reserved < capacity`, said in the update that takes one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.enrollment import Enrollment, EnrollmentState
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.response import REMEMBERED, Band, band_of
from shared.ids import new_id
from shared.storage import Document, Index, Repository

COLLECTION = "mentor_loads"

_SEAT_FREE: Mapping[str, Any] = {"$lt": [{"$add": ["$active", "$reserved"]}, "$capacity"]}

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

    def set_capacity(
        self, session: ClientSession, enrollment: Enrollment, now: datetime, *, afresh: bool = False
    ) -> MentorLoad:
        """The load as this mentor's enrollment now says; made where there is none. `afresh`: back from a break."""
        change: dict[str, dict[str, Any]] = {
            "$set": {
                "enrollment_id": enrollment.id,
                "capacity": enrollment.capacity,
                "paused": enrollment.state is not EnrollmentState.APPROVED,
                "updated_at": now,
            },
            "$inc": {"version": 1},
            "$setOnInsert": {"_id": new_id(), "active": 0, "reserved": 0},
        }
        if afresh:
            change["$set"]["expired_in_a_row"] = 0
        where = {"tenant": enrollment.tenant, "program_id": enrollment.program_id, "member_id": enrollment.member_id}
        stored = self.collection.find_one_and_update(
            where, change, upsert=True, return_document=ReturnDocument.AFTER, session=session
        )
        if stored is None:  # pragma: no cover - an upsert that returns the document after it always has one
            raise LookupError(enrollment.id)
        return self.from_document(stored)

    def take(
        self,
        session: ClientSession,
        tenant: str,
        program_id: str,
        member_id: str,
        now: datetime,
        answered_within: int | None = None,
    ) -> MentorLoad | None:
        """With one more live mentorship; None, and nothing changed, where no seat is free.

        `answered_within`: the mentor took it by a first answer after so many hours, which is noted too.
        """
        where = {"program_id": program_id, "member_id": member_id, "paused": False, "$expr": _SEAT_FREE}
        return self._count(session, tenant, where, 1, now, answered_within)

    def release(
        self, session: ClientSession, tenant: str, program_id: str, member_id: str, now: datetime
    ) -> MentorLoad | None:
        """With one live mentorship fewer; None, and nothing changed, where none is counted."""
        where = {"program_id": program_id, "member_id": member_id, "active": {"$gt": 0}}
        return self._count(session, tenant, where, -1, now)

    def note_answer(
        self, session: ClientSession, tenant: str, program_id: str, member_id: str, hours: int | None
    ) -> None:
        """The mentor has answered a request, their first answer to it after so many hours (None: not the first)."""
        where = {"tenant": tenant, "program_id": program_id, "member_id": member_id}
        change: dict[str, Any] = {"$set": {"expired_in_a_row": 0}}
        if hours is not None:
            change |= _answer(hours)
        self.collection.update_one(where, change, session=session)

    def note_silence(self, session: ClientSession, tenant: str, program_id: str, member_id: str) -> MentorLoad | None:
        """A request to the mentor expired; the load after it, None where the mentor never had one."""
        stored = self.collection.find_one_and_update(
            {"tenant": tenant, "program_id": program_id, "member_id": member_id},
            {"$inc": {"expired_in_a_row": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if stored is None else self.from_document(stored)

    def answer_hours(
        self, tenant: str, program_id: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Sequence[int]]:
        """How many hours these mentors took for their last answers, by id; who never answered may be left out."""
        where = {"tenant": tenant, "program_id": program_id, "member_id": {"$in": sorted(member_ids)}}
        found = self.collection.find(where, {"_id": 0, "member_id": 1, "answer_hours": 1}, session=session)
        return {each["member_id"]: each.get("answer_hours", ()) for each in found}

    def bands(self, tenant: str, program_id: str, fewest: int) -> Mapping[Band | None, int]:
        """How many mentors of the program, paused ones too, answer how soon; None: those with fewer answers."""
        found = self.collection.find({"tenant": tenant, "program_id": program_id}, {"_id": 0, "answer_hours": 1})
        return Counter(band_of(each.get("answer_hours", ()), fewest) for each in found)

    def somebody_is_free(self, session: ClientSession, tenant: str, program_id: str) -> bool:
        """Whether any mentor of the program has a seat."""
        where = {"tenant": tenant, "program_id": program_id, "paused": False, "$expr": _SEAT_FREE}
        return self.collection.find_one(where, {"_id": 1}, session=session) is not None

    def _count(
        self,
        session: ClientSession,
        tenant: str,
        where: dict[str, Any],
        by: int,
        now: datetime,
        answered_within: int | None = None,
    ) -> MentorLoad | None:
        change: dict[str, Any] = {"$inc": {"active": by, "version": 1}, "$set": {"updated_at": now}}
        if answered_within is not None:
            change["$set"]["expired_in_a_row"] = 0
            change |= _answer(answered_within)
        stored = self.collection.find_one_and_update(
            {**where, "tenant": tenant},
            change,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if stored is None else self.from_document(stored)


def _answer(hours: int) -> dict[str, Any]:
    return {"$push": {"answer_hours": {"$each": [hours], "$slice": -REMEMBERED}}}
