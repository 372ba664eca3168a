"""Attendee records that wait, for 7 days, for an event that names their source event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from services.events.domain.attendee_record import AttendeeRecord
from services.events.domain.event import EventSource
from services.events.domain.registration import LIVE, Origin
from services.events.store.bulk import alternatives, beginnings
from shared.ids import new_id
from shared.storage import Document
from shared.storage.bulk import BulkRepository

WAITING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The newest record of one registration; `created_at` is when the first one came."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    expire_at: datetime
    record: AttendeeRecord


class UnmappedRecords(BulkRepository[Unmapped]):
    """Waiting records by id and by their place in the ticket system."""

    def __init__(self, collection: Collection[Document]) -> None:
        super().__init__(collection, Unmapped, "waiting record")

    def put(self, session: ClientSession, tenant: str, records: Sequence[AttendeeRecord], now: datetime) -> None:
        """Lets the records wait; of those of one registration, the newest."""
        where = alternatives({record.origin for record in records}, "record.origin")
        found = self.collection.find({"tenant": tenant, "$or": where}, session=session)
        before = {each.record.origin: each for each in map(self.from_document, found)}
        after = dict(before)
        for record in records:
            waiting = after.get(record.origin)
            if waiting is None:
                after[record.origin] = Unmapped(new_id(), tenant, 1, now, now, now + WAITING, record)
            elif waiting.record.dated < record.dated:
                after[record.origin] = replace(
                    waiting, version=waiting.version + 1, updated_at=now, expire_at=now + WAITING, record=record
                )
        changes = [(before.get(origin), waiting) for origin, waiting in after.items()]
        self.write(session, [(was, waiting) for was, waiting in changes if waiting is not was])

    def live_beginning(self, tenant: str, starts: Sequence[Origin], session: ClientSession) -> list[Origin]:
        """The places of those that would count and whose ids begin as one of these does."""
        live = {"$in": [status.value for status in LIVE]}
        where = {"tenant": tenant, "record.status": live, "$or": beginnings(starts, "record.origin")}
        found = self.collection.find(where, {"record.origin": 1}, session=session)
        return [Origin(**each["record"]["origin"]) for each in found]

    def some_of(self, session: ClientSession, tenant: str, source: EventSource, limit: int) -> Sequence[Unmapped]:
        """Up to `limit` of those that wait for this source event."""
        where = {"record.origin.source": source.source, "record.origin.source_event_id": source.source_event_id}
        return self.page(tenant, where, limit=limit, session=session)

    def forget(self, session: ClientSession, tenant: str, is_theirs: Callable[[AttendeeRecord], bool]) -> int:
        """Leaves nothing of records about somebody; how many there were."""
        found = map(self.from_document, self.collection.find({"tenant": tenant}))
        gone = [each.id for each in found if is_theirs(each.record)]
        if not gone:
            return 0
        return self.collection.delete_many({"_id": {"$in": gone}}, session=session).deleted_count

    def take_out(self, session: ClientSession, waiting: Sequence[Unmapped]) -> None:
        """They wait no longer."""
        self.collection.delete_many({"_id": {"$in": [each.id for each in waiting]}}, session=session)
