"""Topics, by id, by event and by who is in them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.topic import OPEN, Topic, TopicState
from shared.storage import Document
from shared.storage.bulk import BulkRepository

COLLECTION = "topics"

_OPEN: Document = {"state": {"$in": [each.value for each in OPEN]}}


class Topics(BulkRepository[Topic]):
    """Topics of all events."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Topic, "topic")

    def open_of(
        self, tenant: str, event_id: str, member_ids: Collection[str], session: ClientSession
    ) -> Sequence[Topic]:
        """Those of the event that are not over and have any of these members in them."""
        where = {"party_ids": {"$in": sorted(member_ids)}, "event_id": event_id, **_OPEN}
        return self._found(where, tenant, session)

    def open_of_members(self, tenant: str, member_ids: Collection[str], session: ClientSession) -> Sequence[Topic]:
        """Those of whatever event that are not over and have any of these members in them."""
        return self._found({"party_ids": {"$in": sorted(member_ids)}, **_OPEN}, tenant, session)

    def open_of_pair(self, tenant: str, one: str, other: str, session: ClientSession) -> Sequence[Topic]:
        """Those that are not over and have both in them."""
        return self._found({"party_ids": {"$all": [one, other]}, **_OPEN}, tenant, session)

    def of_people(self, tenant: str, named: Collection[str], session: ClientSession) -> Sequence[Topic]:
        """All with one of these members now, or with whoever was one of them at first."""
        ids = {"$in": sorted(named)}
        found: dict[str, Topic] = {}
        for field in ("party_ids", "host_as", "guests.first"):
            found |= {each.id: each for each in self._found({field: ids}, tenant, session)}
        return [found[each] for each in sorted(found)]

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[Topic]:
        """All that these members are in, in order of id."""
        return self.page(tenant, {"party_ids": {"$in": sorted(member_ids)}}, limit=0)

    def shown(
        self,
        tenant: str,
        event_id: str,
        state: TopicState | None,
        but: Collection[str],
        *,
        limit: int,
        after: str | None,
    ) -> Sequence[Topic]:
        """A page of the event's topics, without those that any of the members `but` is in."""
        where: Document = {"event_id": event_id}
        if state is not None:
            where["state"] = state.value
        if but:
            where["party_ids"] = {"$nin": sorted(but)}
        return self.page(tenant, where, limit=limit, after=after)

    def ending_after(self, tenant: str, member_id: str, moment: datetime) -> Sequence[Topic]:
        """Those that the member is in and that end later than that."""
        return self._found({"party_ids": member_id, "ends_at": {"$gt": moment}}, tenant, None)

    def outside(
        self,
        tenant: str,
        event_id: str,
        starts_at: datetime,
        ends_at: datetime,
        now: datetime,
        session: ClientSession,
    ) -> int:
        """How many of the event that are not over by now begin before it would, or end later."""
        where = {
            "tenant": tenant,
            "event_id": event_id,
            "ends_at": {"$gt": now},
            "$or": [{"starts_at": {"$lt": starts_at}}, {"ends_at": {"$gt": ends_at}}],
            **_OPEN,
        }
        return self.collection.count_documents(where, session=session)

    def forget_words(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of what these members wrote as hosts; of how many topics."""
        words = {"title": None, "description": None, "place": None}
        ids = sorted(member_ids)
        where = {
            "tenant": tenant,
            "party_ids": {"$in": ids},
            "host_id": {"$in": ids},
            "$or": [{name: {"$ne": None}} for name in words],
        }
        return self.collection.update_many(where, {"$set": words}, session=session).modified_count

    def _found(self, where: Document, tenant: str, session: ClientSession | None) -> list[Topic]:
        found = [
            self.from_document(each) for each in self.collection.find({**where, "tenant": tenant}, session=session)
        ]
        return sorted(found, key=lambda each: each.id)
