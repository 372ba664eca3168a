"""Sessions of pairs: when they meet."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.session import Session, SessionState
from services.matching.domain.turnout import Attendance
from shared.ids import derived_id
from shared.storage import Document, Index, Repository

COLLECTION = "sessions"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), name="due"),
)

_LONGEST = timedelta(days=1)


class Sessions(Repository[Session]):
    """Each under its mentorship."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Session, "session")

    def from_document(self, document: Document) -> Session:
        """As every aggregate; the actions of 0.1.0 are texts without an owner."""
        if (actions := document.get("action_items")) is None:
            by = document.get("actions_by")
            actions = [
                {"id": derived_id(document["_id"], str(number)), "text": each, "by": by}
                for number, each in enumerate(document.get("actions", ()))
            ]
        return super().from_document({**document, "actions": actions})

    def _to_document(self, aggregate: Session) -> Document:
        """The texts stand where processes of 0.1.0 read them, which still run during an upgrade."""
        document = super()._to_document(aggregate)
        items = document["actions"]
        return {**document, "actions": [each["text"] for each in items], "action_items": items}

    def confirmed_between(
        self,
        tenant: str,
        mentorship_ids: Collection[str],
        starts_at: datetime,
        ends_at: datetime,
        session: ClientSession | None = None,
    ) -> list[Session]:
        """Those of these mentorships that are agreed on and take any of this time, in order of their start."""
        where = {
            "tenant": tenant,
            "mentorship_id": {"$in": sorted(mentorship_ids)},
            "state": SessionState.CONFIRMED.value,
            "starts_at": {"$gt": starts_at - _LONGEST, "$lt": ends_at},
        }
        found = self.collection.find(where, session=session).sort([("starts_at", 1), ("_id", 1)])
        agreed = [self.from_document(document) for document in found]
        return [each for each in agreed if each.ends_at > starts_at]

    def ahead(self, session: ClientSession, tenant: str, mentorship_id: str, now: datetime) -> list[Session]:
        """The pair's sessions that were to begin after now."""
        still_on = [SessionState.PROPOSED.value, SessionState.CONFIRMED.value]
        return self._in_order(tenant, mentorship_id, {"state": {"$in": still_on}, "starts_at": {"$gt": now}}, session)

    def told_of(self, session: ClientSession | None, tenant: str, mentorship_id: str) -> list[Session]:
        """The pair's sessions that count as held or as missed, in order of their start."""
        said = [SessionState.HELD.value, SessionState.MISSED.value]
        return self._in_order(tenant, mentorship_id, {"state": {"$in": said}}, session)

    def disputed(self, tenant: str, mentorship_id: str) -> int:
        """Of how many of the pair's sessions the two say different things."""
        where = {"tenant": tenant, "mentorship_id": mentorship_id, "attendance": Attendance.DISPUTED.value}
        return self.collection.count_documents(where)

    def _in_order(
        self, tenant: str, mentorship_id: str, where: Mapping[str, Any], session: ClientSession | None
    ) -> list[Session]:
        found = self.collection.find({"tenant": tenant, "mentorship_id": mentorship_id, **where}, session=session)
        return [self.from_document(document) for document in found.sort([("starts_at", 1), ("_id", 1)])]
