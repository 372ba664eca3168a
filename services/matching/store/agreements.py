"""Versions of agreements that others took the place of."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.agreement import FormerAgreement
from shared.storage import Document, Index, Repository

COLLECTION = "agreements"

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("mentorship_id", 1), ("agreement.version", 1)),
        unique=True,
        name="one_of_each_version",
    ),
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
)


class Agreements(Repository[FormerAgreement]):
    """One document a version; the newest, and the one in force, are in the mentorship."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], FormerAgreement, "agreement")

    def of(
        self, tenant: str, mentorship_ids: Collection[str], session: ClientSession | None = None
    ) -> Sequence[FormerAgreement]:
        """All of these mentorships, in the order they were superseded."""
        return self.page(tenant, {"mentorship_id": {"$in": sorted(mentorship_ids)}}, limit=0, session=session)
