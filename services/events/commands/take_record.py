"""A ticket system says something of registrations."""

from collections.abc import Sequence
from dataclasses import replace

from services.events.commands.refuse_erased import not_erased, traces_in
from services.events.commands.settle_registration import Settlement
from services.events.domain.attendee_record import (
    AttendeeRecord,
    applied,
    registered,
    require_announceable_times,
    require_not_ahead,
    says_the_same,
)
from services.events.domain.event import Event, EventSource
from services.events.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.due import Claimed, DueWork
from shared.messaging.envelope import Message
from shared.messaging.traces import Traces, traces_of
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_AT_ONCE = 100

Caused = tuple[Transaction, AttendeeRecord]
"""A record, and the transaction on behalf of the message that brought it."""


def take_messages(store: Store, messages: Sequence[tuple[Transaction, Message]], *, strict: bool = False) -> None:
    """Takes in each `attendee.published` and `attendee.removed`, in order; with `strict`, of configured sources only.

    Raises Invalid, before it did anything, where one is dated in the future or of a source that nobody configured.
    """
    records: dict[str, list[tuple[Caused, Traces]]] = {}
    for transaction, message in messages:
        record = AttendeeRecord.from_data(message.data or {}, message.id)
        require_announceable_times(record)
        require_not_ahead(record, message.timestamp or transaction.now)
        caused = (transaction, record)
        records.setdefault(transaction.tenant, []).append((caused, traces_of(message.data or {})))
    for of_tenant in records.values():
        if strict:
            _require_configured(store, [caused for caused, _ in of_tenant])
    for of_tenant in records.values():
        if theirs := not_erased(store, of_tenant):
            take_records(store, theirs)


def _require_configured(store: Store, records: Sequence[Caused]) -> None:
    transaction = records[0][0]
    names = {record.origin.source for _, record in records}
    if strangers := names - store.sources.configured(transaction.session, transaction.tenant, names):
        raise Invalid([Fault("/source", f"No source of this name is configured: {min(strangers)}.")])


def take_records(store: Store, records: Sequence[Caused]) -> None:
    """Makes or changes the registrations that the records are of, in order, each unless a newer record did.

    All are of one tenant and in one transaction. Seats and links follow. Where no published event names a record's
    source event, the record waits.
    """
    transaction = records[0][0]
    session, tenant = transaction.session, transaction.tenant
    sources = [record.origin.event for _, record in records]
    events = store.source_events.events_of(session, tenant, set(sources))
    taken: list[tuple[Caused, Event]] = []
    waiting: list[AttendeeRecord] = []
    for caused, source in zip(records, sources, strict=True):
        event = events.get(source)
        if event is None:
            waiting.append(caused[1])
        else:
            taken.append((caused, event))
    if waiting:
        store.unmapped.put(session, tenant, waiting, transaction.now)
    if taken:
        _take(store, taken)


def _take(store: Store, records: Sequence[tuple[Caused, Event]]) -> None:
    """Takes the records in, each at its event."""
    transaction = records[0][0][0]
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    origins = dict.fromkeys(record.origin for (_, record), _ in records)
    found = store.registrations.of_origins(tenant, origins.keys(), session)
    new = [origin for origin in origins if origin not in found]
    owners = store.people.await_owners(session, tenant, new) if new else {}
    settlement = Settlement(transaction, store, list({event.id: event for _, event in records}.values()))
    for (caused, record), event in records:
        origin = record.origin
        before = found.get(origin)
        if before is None:
            after = registered(record, new_id(), tenant, event, owners[origin], now)
        elif before.record is None or before.record < record.dated:
            after = applied(record, before, event, now)
            if says_the_same(before, after):
                found[origin] = settlement.note(before, replace(before, record=record.dated))
                continue
        else:
            continue
        found[origin] = settlement.change(caused, before, after, reason="source")
    settlement.write()


def waiting_records(store: Store) -> DueWork:
    """The due work of taking in what waited for an event that now names its source event."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        found, tenant = claimed.document, claimed.document["tenant"]
        source = EventSource(found["source"], found["source_event_id"])

        def take_some(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            waiting = store.unmapped.some_of(transaction.session, tenant, source, _AT_ONCE)
            if waiting:
                found_waiting = [((transaction, each.record), traces_in(each.record)) for each in waiting]
                if theirs := not_erased(store, found_waiting):
                    take_records(store, theirs)
                store.unmapped.take_out(transaction.session, waiting)
            else:
                store.source_events.done(transaction.session, found["_id"])

        unit_of_work.run(take_some, tenant=tenant)

    return DueWork("take_in_waiting_records", "source_events", perform)
