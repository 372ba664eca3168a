"""Attendee records that wait, for 7 days, for an event that names their source event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from services.events.domain.attendee_record import AttendeeRecord
from services.events.domain.event import EventSource
from shared.ids import new_id
from shared.storage import Document, Repository

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


class UnmappedRecords(Repository[Unmapped]):
    """Waiting records by id and by their place in the ticket system."""

    def __init__(self, collection: Collection[Document]) -> None:
        super().__init__(collection, Unmapped, "waiting record")

    def put(self, session: ClientSession, tenant: str, record: AttendeeRecord, now: datetime) -> None:
        """Lets the record wait, unless a newer one of its registration does."""
        origin = record.origin
        where = {
            "record.origin.source": origin.source,
            "record.origin.source_event_id": origin.source_event_id,
            "record.origin.source_registration_id": origin.source_registration_id,
        }
        found = self.find_where(tenant, where, session)
        if found is None:
            self.insert(session, Unmapped(new_id(), tenant, 1, now, now, now + WAITING, record))
        elif found.record.dated < record.dated:
            self.save(session, replace(found, updated_at=now, expire_at=now + WAITING, record=record))

    def some_of(self, session: ClientSession, tenant: str, source: EventSource, limit: int) -> Sequence[Unmapped]:
        """Up to `limit` of those that wait for this source event."""
        where = {"record.origin.source": source.source, "record.origin.source_event_id": source.source_event_id}
        return self.page(tenant, where, limit=limit, session=session)

    def take_out(self, session: ClientSession, waiting: Sequence[Unmapped]) -> None:
        """They wait no longer."""
        self.collection.delete_many({"_id": {"$in": [each.id for each in waiting]}}, session=session)
