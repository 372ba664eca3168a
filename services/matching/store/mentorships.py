"""Mentorships and what a pair keeps inside one: sessions, milestones, thanks."""

from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.appreciation import Appreciation
from services.matching.domain.mentorship import LIVE, AlreadyPaired, Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.session import Session
from shared.storage import Document, Index, Repository

COLLECTION = "mentorships"
SESSIONS = "sessions"
MILESTONES = "milestones"
APPRECIATIONS = "appreciations"

_LIVE: Mapping[str, Any] = {"$in": [state.value for state in LIVE]}

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("program_id", 1), ("mentor_id", 1), ("mentee_id", 1)),
        unique=True,
        partial={"state": _LIVE},
        name="live_pair",
    ),
    Index(COLLECTION, (("tenant", 1), ("mentor_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentee_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), partial={"due_at": {"$type": "date"}}, name="due"),
    Index(SESSIONS, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(MILESTONES, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(APPRECIATIONS, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
)


class Mentorships:
    """The pairs; a pair lives at most once in a program."""

    def __init__(self, database: Database[Document]) -> None:
        self.repository = Repository(database[COLLECTION], Mentorship, "mentorship")
        self.sessions = Repository(database[SESSIONS], Session, "session")
        self.milestones = Repository(database[MILESTONES], Milestone, "milestone")
        self.appreciations = Repository(database[APPRECIATIONS], Appreciation, "appreciation")

    def start(self, session: ClientSession, mentorship: Mentorship) -> None:
        """Writes a new pair. Raises AlreadyPaired."""
        try:
            self.repository.insert(session, mentorship)
        except DuplicateKeyError:
            raise AlreadyPaired(mentorship.mentor_id, mentorship.mentee_id) from None

    def live_of_mentee(self, session: ClientSession, tenant: str, program_id: str, mentee_id: str) -> int:
        """How many mentors the mentee has now; stands still for whoever has taken the mentee's turn."""
        where = {"tenant": tenant, "program_id": program_id, "mentee_id": mentee_id, "state": _LIVE}
        return self.repository.collection.count_documents(where, session=session)
