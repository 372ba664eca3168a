"""A ticket system says something of a registration."""

from services.events.commands.settle_registration import settle_registration
from services.events.domain.attendee_record import (
    AttendeeRecord,
    applied,
    require_announceable_times,
    require_not_ahead,
)
from services.events.domain.event import EventSource
from services.events.domain.registration import Registration
from services.events.store import Store
from shared.ids import new_id
from shared.messaging.due import Claimed, DueWork
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_AT_ONCE = 100


def take_message(transaction: Transaction, store: Store, message: Message) -> None:
    """Takes in an `attendee.published` or `attendee.removed`. Raises Invalid where it is dated in the future."""
    data = message.data or {}
    require_announceable_times(data)
    require_not_ahead(data, message.timestamp or transaction.now)
    take_record(transaction, store, AttendeeRecord.from_data(data, message.id))


def take_record(transaction: Transaction, store: Store, record: AttendeeRecord) -> None:
    """Makes or changes the registration that the record is of, unless a newer record did; seat and link follow.

    Where no published event names the record's source event, it waits.
    """
    origin, session, tenant = record.origin, transaction.session, transaction.tenant
    event_id = store.source_events.event_of(session, tenant, EventSource(origin.source, origin.source_event_id))
    if event_id is None:
        store.unmapped.put(session, tenant, record, transaction.now)
        return
    before = store.registrations.find_by_origin(tenant, origin, session)
    if before is not None and before.record is not None and record.dated <= before.record:
        return
    event = store.events.get(tenant, event_id, session)
    start = before or Registration(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        event_id=event_id,
        status=record.status,
        origin=origin,
        member_id=store.people.await_owner(session, tenant, origin.source, origin.identifier),
    )
    settle_registration(transaction, store, before, applied(record, start, event, transaction.now), reason="source")


def waiting_records(store: Store) -> DueWork:
    """The due work of taking in what waited for an event that now names its source event."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        found, tenant = claimed.document, claimed.document["tenant"]
        source = EventSource(found["source"], found["source_event_id"])

        def take_some(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            waiting = store.unmapped.some_of(transaction.session, tenant, source, _AT_ONCE)
            for each in waiting:
                take_record(transaction, store, each.record)
            store.unmapped.take_out(transaction.session, waiting)
            if not waiting:
                store.source_events.done(transaction.session, found["_id"])

        unit_of_work.run(take_some, tenant=tenant)

    return DueWork("take_in_waiting_records", "source_events", perform)
