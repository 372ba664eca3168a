"""Sessions of mentorships, by whose they are."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession

from services.events.domain.mentoring_session import MentoringSession
from shared.storage import Document, Repository
from shared.storage.repository import converter

COLLECTION = "mentoring_sessions"


class MentoringSessions(Repository[MentoringSession]):
    """One document a session, until no feed shows it any more."""

    def keep(self, session: ClientSession, heard: MentoringSession) -> None:
        """Writes the session over what it was, if anything; the caller has seen to the order."""
        document: Document = converter.unstructure(heard)
        place = {"_id": document.pop("id"), "tenant": heard.tenant}
        self.collection.replace_one(place, document, upsert=True, session=session)

    def ending_after(self, tenant: str, parties: Collection[str], moment: datetime) -> Sequence[MentoringSession]:
        """Those of any of these people that end later than that."""
        where = {"tenant": tenant, "parties": {"$in": sorted(parties)}, "ends_at": {"$gt": moment}}
        return [self.from_document(document) for document in self.collection.find(where)]

    def of_parties(self, tenant: str, parties: Collection[str]) -> Sequence[MentoringSession]:
        """Those of any of these people, in order of id."""
        return self.page(tenant, {"parties": {"$in": sorted(parties)}}, limit=0)
