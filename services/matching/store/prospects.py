"""What is to be known of two people before they are paired, and of a request before it is answered: read at once.

A transaction sees one moment however it reads, and one read of five collections costs a fraction of five.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import LIVE
from services.matching.domain.peers import role_in
from services.matching.domain.program import Format, Program
from services.matching.domain.request import OPEN, WITH_THE_MENTOR, Request
from services.matching.store import copies, enrollments, mentorships, programs, requests
from services.matching.store.copies import Copies
from services.matching.store.enrollments import Enrollments
from services.matching.store.programs import Programs
from services.matching.store.requests import Requests
from shared.errors import NotFound
from shared.storage import Document

_LIVE = {"$in": [state.value for state in LIVE]}
_OPEN = {"$in": [state.value for state in OPEN]}
_WITH_MENTOR = {"$in": [state.value for state in WITH_THE_MENTOR]}
_IDS: tuple[Document, ...] = ({"$project": {"_id": 1}},)
_WHETHER: tuple[Document, ...] = ({"$limit": 1}, *_IDS)


@dataclass(frozen=True, slots=True)
class Prospect:
    """Two people of a program who are about to be paired.

    `people` are those of the two of whom profiles have told. `mentors_now` is how many mentors the mentee has.
    `mentee_asks` and `mentor_is_asked`: whether anything is open beside the request that led here, of what the mentee
    has asked and of what the mentor is to answer; of peers, of what either has asked and is to answer.
    """

    mentor: Enrollment | None
    mentee: Enrollment | None
    people: Mapping[str, Member]
    mentors_now: int
    mentee_asks: bool
    mentor_is_asked: bool


class Prospects:
    """Reads only; each collection is written by its own module."""

    def __init__(self, database: Database[Document]) -> None:
        self._copies = Copies(database)
        self._enrollments = Enrollments(database)
        self._programs = Programs(database)
        self._requests = Requests(database)

    def asked(self, session: ClientSession, tenant: str, request_id: str) -> tuple[Request, Program]:
        """The request and its program. Raises NotFound where this tenant has no such request."""
        program = {
            "from": programs.COLLECTION,
            "localField": "program_id",
            "foreignField": "_id",
            "pipeline": [{"$match": {"tenant": tenant}}],
            "as": "program",
        }
        stages: list[Document] = [{"$match": {"_id": request_id, "tenant": tenant}}, {"$lookup": program}]
        for row in self._requests.collection.aggregate(stages, session=session):
            [kept] = row.pop("program")
            return self._requests.from_document(row), self._programs.from_document(kept)
        raise NotFound("request", request_id)

    def of(
        self,
        session: ClientSession,
        program: Program,
        mentor_id: str,
        mentee_id: str,
        *,
        request_id: str | None,
    ) -> Prospect:
        """These two in this program, as it stays for whoever has taken the mentor's seat and the mentee's turn.

        Of peers it stays so for whoever has taken the seats and the turns of both.

        `request_id` is what led here, None where nobody asked.
        """
        tenant, form = program.tenant, program.format
        here: Document = {"tenant": tenant, "program_id": program.id}
        both = {"$in": [mentor_id, mentee_id]}
        roles = {"$in": [role.value for role in Role]}
        asks, is_asked = (both, both) if form is Format.PEER else (mentee_id, mentor_id)
        other = {**here, "_id": {"$ne": request_id}}
        asked = {**other, "mentee_id": asks, "state": _OPEN}
        to_answer = {**other, "mentor_id": is_asked, "state": _WITH_MENTOR}
        stages: list[Document] = [
            {"$match": {"_id": program.id, "tenant": tenant}},
            *_IDS,
            _beside("enrollments", enrollments.COLLECTION, {**here, "member_id": both, "role": roles}),
            _beside("people", copies.COLLECTION, {"_id": both, "tenant": tenant}),
            _beside("mentors_now", mentorships.COLLECTION, {**here, "mentee_id": mentee_id, "state": _LIVE}, *_IDS),
            _beside("mentee_asks", requests.COLLECTION, asked, *_WHETHER),
            _beside("mentor_is_asked", requests.COLLECTION, to_answer, *_WHETHER),
        ]
        [row] = self._programs.collection.aggregate(stages, session=session)
        places = {
            (each.member_id, each.role): each for each in map(self._enrollments.from_document, row["enrollments"])
        }
        return Prospect(
            mentor=places.get((mentor_id, role_in(form, Role.MENTOR))),
            mentee=places.get((mentee_id, role_in(form, Role.MENTEE))),
            people={each["_id"]: self._copies.from_document(each) for each in row["people"]},
            mentors_now=len(row["mentors_now"]),
            mentee_asks=bool(row["mentee_asks"]),
            mentor_is_asked=bool(row["mentor_is_asked"]),
        )


def _beside(name: str, collection: str, where: Mapping[str, Any], *then: Document) -> Document:
    """What of another collection matches; in constants alone, so that its indexes are used as by a find."""
    return {"$lookup": {"from": collection, "pipeline": [{"$match": where}, *then], "as": name}}
