"""Requests: who has asked whom."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.asking import AlreadyAsked
from services.matching.domain.enrollment import Role
from services.matching.domain.program_sweep import ProgramSweep
from services.matching.domain.request import OPEN, WITH_THE_MENTOR, Request, RequestState
from services.matching.store.making_due import make_due
from services.matching.store.named import TWO, named_in
from shared.storage import Document, Index, Repository

COLLECTION = "requests"

_OPEN: Mapping[str, Any] = {"$in": [state.value for state in OPEN]}
_WITH_MENTOR: Mapping[str, Any] = {"$in": [state.value for state in WITH_THE_MENTOR]}
_QUEUED: Mapping[str, Any] = {"state": RequestState.QUEUED.value}

DUE: Mapping[str, Any] = {"state": _WITH_MENTOR}
"""Those for which a time comes. MongoDB takes a partial index only for a query that repeats its condition."""

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("program_id", 1), ("mentee_id", 1), ("mentor_id", 1)),
        unique=True,
        partial={"state": _OPEN},
        name="open_pair",
    ),
    Index(COLLECTION, (("tenant", 1), ("mentee_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentor_as", 1)), partial={"mentor_as": {"$gt": ""}}, name="mentor_as"),
    Index(COLLECTION, (("tenant", 1), ("mentee_as", 1)), partial={"mentee_as": {"$gt": ""}}, name="mentee_as"),
    Index(COLLECTION, (("tenant", 1), ("mentor_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("list_id", 1), ("rank", 1)), partial=_QUEUED, name="queue"),
    Index(COLLECTION, (("list_id", 1), ("_id", 1)), partial={"list_id": {"$gt": ""}}, name="list"),
    Index(COLLECTION, (("due_at", 1),), partial=DUE, name="follow_up"),
)


class Requests(Repository[Request]):
    """A pair has at most one open request in a program."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Request, "request")

    def add(self, session: ClientSession, request: Request) -> None:
        """Writes a new one. Raises AlreadyAsked."""
        try:
            self.insert(session, request)
        except DuplicateKeyError:
            raise AlreadyAsked(request.mentor_id) from None

    def open_of_mentee(self, session: ClientSession, tenant: str, program_id: str, mentee_id: str) -> Sequence[Request]:
        """Those the mentee waits for; stand still for whoever has taken the mentee's turn."""
        return self._found(session, tenant, {"program_id": program_id, "mentee_id": mentee_id, "state": _OPEN})

    def asked(self, tenant: str, program_id: str, member_id: str, role: Role) -> frozenset[tuple[str, str]]:
        """The pairs (mentor, mentee) of the member in this role who wait for an answer, as far as the member knows."""
        own = {"mentee_id": member_id, "state": _OPEN}
        if role is Role.MENTOR:
            own = {"mentor_id": member_id, "state": _WITH_MENTOR}
        where = {"tenant": tenant, "program_id": program_id, **own}
        found = self.collection.find(where, {"_id": 0, "mentor_id": 1, "mentee_id": 1})
        return frozenset((each["mentor_id"], each["mentee_id"]) for each in found)

    def with_mentor(self, session: ClientSession, tenant: str, program_id: str, mentor_id: str) -> Sequence[Request]:
        """Those this mentor is to answer."""
        return self._found(session, tenant, {"program_id": program_id, "mentor_id": mentor_id, "state": _WITH_MENTOR})

    def of_members(
        self, session: ClientSession, tenant: str, member_ids: Collection[str], *, still_open: bool = False
    ) -> Sequence[Request]:
        """All that these members asked or were asked; those that wait in a list come first."""
        ids = {"$in": sorted(member_ids)}
        where: dict[str, Any] = {"$or": [{"mentee_id": ids}, {"mentor_id": ids}]}
        if still_open:
            where["state"] = _OPEN
        return sorted(self._found(session, tenant, where), key=lambda each: each.state is not RequestState.QUEUED)

    def shown_to(self, member_id: str) -> Mapping[str, Any]:
        """The filter of what a member may know of: what they asked, and what came to them."""
        return {"$or": [{"mentee_id": member_id}, {"mentor_id": member_id, "expires_at": {"$ne": None}}]}

    def naming(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Request]:
        """All in which one of these ids is, or was first, one of the two."""
        return named_in(self, session, tenant, TWO, members)

    def open_between(
        self, session: ClientSession, tenant: str, program_id: str, mentor_id: str, mentee_id: str
    ) -> Request | None:
        """The open one of these two."""
        where = {"program_id": program_id, "mentor_id": mentor_id, "mentee_id": mentee_id, "state": _OPEN}
        return self.find_where(tenant, where, session)

    def open_of_pair(self, session: ClientSession, tenant: str, one: str, other: str) -> Sequence[Request]:
        """The open ones between these two in all programs, whoever asks; those that wait in a list come first."""
        either = [{"mentee_id": one, "mentor_id": other}, {"mentee_id": other, "mentor_id": one}]
        found = self._found(session, tenant, {"$or": either, "state": _OPEN})
        return sorted(found, key=lambda each: each.state is not RequestState.QUEUED)

    def next_of_list(self, session: ClientSession, tenant: str, list_id: str) -> Request | None:
        """The queued request of the best rank; None where the list has come to its end."""
        where = {"tenant": tenant, "list_id": list_id, **_QUEUED}
        found = self.collection.find_one(where, sort=[("rank", 1)], session=session)
        return None if found is None else self.from_document(found)

    def of_list(self, session: ClientSession, tenant: str, list_id: str) -> Sequence[Request]:
        """All of one list, whatever became of them."""
        return self._found(session, tenant, {"list_id": list_id})

    def ever_asked(
        self, tenant: str, program_id: str, mentee_id: str, session: ClientSession | None = None
    ) -> frozenset[str]:
        """The mentors whom the mentee has asked in this program, whatever became of it."""
        where = {"tenant": tenant, "program_id": program_id, "mentee_id": mentee_id}
        found = self.collection.find(where, {"_id": 0, "mentor_id": 1}, session=session)
        return frozenset(each["mentor_id"] for each in found)

    def look_at_some(
        self, session: ClientSession, sweep: ProgramSweep, now: datetime, most: int, after: str | None
    ) -> str | None:
        """Makes some due of what mentors of the program are to answer; behind which one to go on, None at the end."""
        where = {"tenant": sweep.tenant, "program_id": sweep.program_id, "state": _WITH_MENTOR}
        return make_due(self.collection, where, session, now, most, after)

    def _found(self, session: ClientSession, tenant: str, where: Mapping[str, Any]) -> Sequence[Request]:
        cursor = self.collection.find({**where, "tenant": tenant}, session=session)
        return [self.from_document(document) for document in cursor.sort("_id", 1)]
