"""Surveys of pairs, with what the two wrote."""

from collections.abc import Collection, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.questions import SurveyKind
from services.matching.domain.survey import Survey
from shared.storage import Document, Index, Repository

COLLECTION = "surveys"

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("mentorship_id", 1), ("kind", 1), ("about", 1)),
        unique=True,
        name="once",
    ),
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentor_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentee_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("state", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), name="due"),
)


class Surveys(Repository[Survey]):
    """A pair is asked the same at most once; both answers are in one document, so that one reveal shows both."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Survey, "survey")

    def has(self, session: ClientSession, mentorship: Mentorship, kind: SurveyKind, about: str) -> bool:
        """Whether the pair was, or is to be, asked this."""
        where = {"mentorship_id": mentorship.id, "kind": kind.value, "about": about}
        return self.find_where(mentorship.tenant, where, session) is not None

    def of_pair(self, session: ClientSession, mentorship: Mentorship) -> Sequence[Survey]:
        """All of the pair."""
        return self.page(mentorship.tenant, {"mentorship_id": mentorship.id}, limit=0, session=session)

    def of_members(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Sequence[Survey]:
        """All in which one of these is one of the two."""
        ids = {"$in": sorted(member_ids)}
        where: dict[str, Any] = {"$or": [{"mentor_id": ids}, {"mentee_id": ids}]}
        return self.page(tenant, where, limit=0, session=session)
