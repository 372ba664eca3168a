"""Mentorships and what a pair keeps inside one: sessions, milestones, thanks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.appreciation import Appreciation
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import LIVE, REMATCH, AlreadyPaired, Mentorship, MentorshipState
from services.matching.domain.milestone import Milestone
from services.matching.domain.session import Session
from services.matching.domain.template import Template
from services.matching.store.named import TWO, named_in
from services.matching.store.sessions import INDEXES as SESSION_INDEXES
from services.matching.store.sessions import Sessions
from services.matching.store.watches import Watches
from shared.storage import Document, Index, Repository

COLLECTION = "mentorships"
MILESTONES = "milestones"
APPRECIATIONS = "appreciations"

_LIVE: Mapping[str, Any] = {"$in": [state.value for state in LIVE]}

DUE: Mapping[str, Any] = {"state": MentorshipState.ACTIVE.value}
"""Those for which a time comes. MongoDB takes a partial index only for a query that repeats its condition."""

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
    Index(COLLECTION, (("tenant", 1), ("mentor_as", 1)), partial={"mentor_as": {"$gt": ""}}, name="mentor_as"),
    Index(COLLECTION, (("tenant", 1), ("mentee_as", 1)), partial={"mentee_as": {"$gt": ""}}, name="mentee_as"),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(
        COLLECTION,
        (("tenant", 1), ("template_id", 1), ("_id", 1)),
        partial={"template_id": {"$gt": ""}},
        name="planned",
    ),
    Index(COLLECTION, (("due_at", 1),), partial=DUE, name="agreed_end"),
    *SESSION_INDEXES,
    Index(MILESTONES, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(APPRECIATIONS, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(
        APPRECIATIONS,
        (("tenant", 1), ("to_id", 1), ("_id", 1)),
        partial={"public": True, "receiver_agrees": True},
        name="shown",
    ),
)


class Mentorships(Repository[Mentorship]):
    """The pairs; a pair lives at most once in a program."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Mentorship, "mentorship")
        self.sessions = Sessions(database)
        self.milestones = Repository(database[MILESTONES], Milestone, "milestone")
        self.appreciations = Repository(database[APPRECIATIONS], Appreciation, "appreciation")
        self._watches = Watches(database)

    def start(self, session: ClientSession, mentorship: Mentorship) -> None:
        """Writes a new pair. Raises AlreadyPaired."""
        try:
            self.insert(session, mentorship)
        except DuplicateKeyError:
            raise AlreadyPaired(mentorship.mentor_id, mentorship.mentee_id) from None
        self._watches.look_again(session, mentorship)

    def save(self, session: ClientSession, aggregate: Mentorship) -> Mentorship:
        """As every aggregate; with any change a worker looks at how the pair is doing."""
        saved = super().save(session, aggregate)
        self._watches.look_again(session, saved)
        return saved

    def by_id(self, tenant: str, identifiers: Collection[str]) -> Mapping[str, Mentorship]:
        """Those with these ids."""
        return {each.id: each for each in self.page(tenant, {"_id": {"$in": sorted(identifiers)}}, limit=0)}

    def of_members(
        self, session: ClientSession, tenant: str, member_ids: Collection[str], *, live: bool = False
    ) -> Sequence[Mentorship]:
        """All of these members, on either side."""
        ids = {"$in": sorted(member_ids)}
        where: dict[str, Any] = {"$or": [{"mentor_id": ids}, {"mentee_id": ids}]}
        return self.page(tenant, {**where, "state": _LIVE} if live else where, limit=0, session=session)

    def live_of_pair(self, session: ClientSession, tenant: str, one: str, other: str) -> Sequence[Mentorship]:
        """The live ones between these two in all programs, whoever mentors."""
        either = [{"mentee_id": one, "mentor_id": other}, {"mentee_id": other, "mentor_id": one}]
        return self.page(tenant, {"$or": either, "state": _LIVE}, limit=0, session=session)

    def mentees_of(self, session: ClientSession, tenant: str, program_id: str, mentor_id: str) -> frozenset[str]:
        """Whom the mentor has in the program now."""
        where = {"tenant": tenant, "program_id": program_id, "mentor_id": mentor_id, "state": _LIVE}
        found = self.collection.find(where, {"mentee_id": 1}, session=session)
        return frozenset(each["mentee_id"] for each in found)

    def agreed_of(
        self, tenant: str, member_ids: Collection[str], starts_at: datetime, ends_at: datetime
    ) -> Sequence[Session]:
        """The confirmed sessions of these members, with whomever, that take any of this time."""
        ids = {"$in": sorted(member_ids)}
        where = {"tenant": tenant, "$or": [{"mentor_id": ids}, {"mentee_id": ids}], "state": _LIVE}
        live = [each["_id"] for each in self.collection.find(where, {"_id": 1})]
        return self.sessions.confirmed_between(tenant, live, starts_at, ends_at)

    def live_of_mentee(self, session: ClientSession, tenant: str, program_id: str, mentee_id: str) -> int:
        """How many mentors the mentee has now; stands still for whoever has taken the mentee's turn."""
        where = {"tenant": tenant, "program_id": program_id, "mentee_id": mentee_id, "state": _LIVE}
        return self.collection.count_documents(where, session=session)

    def ever_of_mentee(self, session: ClientSession, tenant: str, program_id: str, mentee_id: str) -> bool:
        """Whether the mentee has, or had, a mentor in this program."""
        where = {"tenant": tenant, "program_id": program_id, "mentee_id": mentee_id}
        return self.collection.find_one(where, {"_id": 1}, session=session) is not None

    def pairs(
        self, tenant: str, program_ids: Collection[str], session: ClientSession | None = None
    ) -> Sequence[tuple[str, str, bool]]:
        """Every pair there ever was in these programs, and whether it lives: (mentor, mentee, live)."""
        where = {"tenant": tenant, "program_id": {"$in": list(program_ids)}}
        found = self.collection.find(where, {"mentor_id": 1, "mentee_id": 1, "state": 1}, session=session)
        return [(each["mentor_id"], each["mentee_id"], each["state"] in _LIVE["$in"]) for each in found]

    def live_of_each(
        self, tenant: str, program_id: str, role: Role, members: Collection[str] | None = None
    ) -> Counter[str]:
        """How many partners each has now who is in the program in this role; of these members, or of all."""
        side = f"{role.value}_id"
        where: dict[str, Any] = {"tenant": tenant, "program_id": program_id, "state": _LIVE}
        if members is not None:
            where[side] = {"$in": sorted(members)}
        return Counter(each[side] for each in self.collection.find(where, {"_id": 0, side: 1}))

    def naming(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Mentorship]:
        """All in which one of these ids is, or was first, one of the two."""
        return named_in(self, session, tenant, TWO, members)

    def live_of(
        self, session: ClientSession, tenant: str, program_id: str, mentor_id: str, mentee_id: str
    ) -> Mentorship | None:
        """The live one of these two."""
        where = {"program_id": program_id, "mentor_id": mentor_id, "mentee_id": mentee_id, "state": _LIVE}
        return self.find_where(tenant, where, session)

    def live_of_mentor(self, session: ClientSession, tenant: str, program_id: str, mentor_id: str) -> int:
        """How many the mentor has now: what the mentor's load must say."""
        where = {"tenant": tenant, "program_id": program_id, "mentor_id": mentor_id, "state": _LIVE}
        return self.collection.count_documents(where, session=session)

    def inside(
        self, session: ClientSession, mentorship: Mentorship
    ) -> tuple[Sequence[Session], Sequence[Appreciation]]:
        """All sessions and thanks of the pair."""
        where = {"mentorship_id": mentorship.id}
        return (
            self.sessions.page(mentorship.tenant, where, limit=0, session=session),
            self.appreciations.page(mentorship.tenant, where, limit=0, session=session),
        )

    def parted(
        self, session: ClientSession, tenant: str, program_id: str, mentor_id: str, mentee_id: str
    ) -> Sequence[Mentorship]:
        """Those of these two in the program of which one of them wanted another partner."""
        where = {"program_id": program_id, "mentor_id": mentor_id, "mentee_id": mentee_id, "ended_reason": REMATCH}
        return self.page(tenant, where, limit=0, session=session)

    def live_plans(self, template: Template, *, behind: bool) -> Mapping[str, Any]:
        """The filter of live pairs whose plan came from this template; of those that are behind it, or of all."""
        revision = {"plan_revision": {"$lt": template.revision}} if behind else {}
        return {"template_id": template.id, "state": _LIVE, **revision}

    def count_live_plans(self, template: Template, *, behind: bool) -> int:
        """How many of them."""
        where = self.live_plans(template, behind=behind)
        return self.collection.count_documents({"tenant": template.tenant, **where})

    def planned_before(self, template: Template, session: ClientSession, *, limit: int) -> Sequence[Mentorship]:
        """Some of the live pairs whose plan is behind this template."""
        return self.page(template.tenant, self.live_plans(template, behind=True), limit=limit, session=session)

    def live_pair(self, session: ClientSession, tenant: str, program_id: str, mentor_id: str, mentee_id: str) -> bool:
        """Whether these two are paired in the program now."""
        return self.live_of(session, tenant, program_id, mentor_id, mentee_id) is not None
