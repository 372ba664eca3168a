"""Introductions of one of a pair to somebody else."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.introduction import AlreadyOffered, Introduction, IntroductionState
from services.matching.store.named import named_in
from shared.storage import Document, Index, Repository

COLLECTION = "introductions"

_THREE = ("offered_by", "introduced", "introduced_to")
_FIRST = tuple(f"{name}_as" for name in _THREE)

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("mentorship_id", 1), ("introduced_to", 1)),
        unique=True,
        partial={"state": IntroductionState.OFFERED.value},
        name="offered_once",
    ),
    *(Index(COLLECTION, (("tenant", 1), (name, 1), ("_id", 1))) for name in _THREE),
    *(Index(COLLECTION, (("tenant", 1), (name, 1)), partial={name: {"$gt": ""}}, name=name) for name in _FIRST),
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1))),
)


class Introductions(Repository[Introduction]):
    """At most one of a pair to the same third waits for an answer."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Introduction, "introduction")

    def offer(self, session: ClientSession, introduction: Introduction) -> None:
        """Writes a new one. Raises AlreadyOffered."""
        accepted = {
            "mentorship_id": introduction.mentorship_id,
            "introduced_to": introduction.introduced_to,
            "state": IntroductionState.ACCEPTED.value,
        }
        if self.find_where(introduction.tenant, accepted, session) is not None:
            raise AlreadyOffered
        try:
            self.insert(session, introduction)
        except DuplicateKeyError:
            raise AlreadyOffered from None

    def open_of(self, session: ClientSession, tenant: str, mentorship_id: str) -> Sequence[Introduction]:
        """Those of the pair that wait for an answer."""
        where = {"mentorship_id": mentorship_id, "state": IntroductionState.OFFERED.value}
        return self.page(tenant, where, limit=0, session=session)

    def open_to(self, session: ClientSession, tenant: str, one: str, other: str) -> Sequence[Introduction]:
        """Those in which either of these two is asked, as the third, to meet or to answer the other."""
        either = [
            {"introduced_to": third, side: known}
            for third, known in ((one, other), (other, one))
            for side in ("offered_by", "introduced")
        ]
        where = {"$or": either, "state": IntroductionState.OFFERED.value}
        return self.page(tenant, where, limit=0, session=session)

    def waits(self, session: ClientSession, introduction: Introduction) -> bool:
        """Whether another one of the same pair to the same third waits for an answer."""
        where = {
            "_id": {"$ne": introduction.id},
            "mentorship_id": introduction.mentorship_id,
            "introduced_to": introduction.introduced_to,
            "state": IntroductionState.OFFERED.value,
        }
        return self.find_where(introduction.tenant, where, session) is not None

    def naming(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Introduction]:
        """All in which one of these ids is, or was first, one of the three."""
        return named_in(self, session, tenant, (*_THREE, *_FIRST), members)

    def of_members(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Introduction]:
        """All in which one of these members is one of the three now."""
        return named_in(self, session, tenant, _THREE, members)


def shown_to(member_id: str) -> Mapping[str, Any]:
    """The filter of what a member may know of."""
    own = [{name: member_id} for name in _THREE[:2]]
    return {"$or": [*own, {"introduced_to": member_id, "muted": False}]}
