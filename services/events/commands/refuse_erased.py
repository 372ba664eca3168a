"""Records of people who were erased since are passed over, whatever way they come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.events.domain.attendee_record import AttendeeRecord
from services.events.store import Store
from shared.messaging.traces import Traces, traces_of
from shared.messaging.unit_of_work import Transaction

Caused = tuple[Transaction, AttendeeRecord]
"""A record, and the transaction on behalf of it."""


def not_erased(store: Store, records: Sequence[tuple[Caused, Traces]]) -> list[Caused]:
    """Those that are about nobody erased since, each without a buyer who was; all are of one tenant."""
    transaction = records[0][0][0]
    standing = store.erasures.standing(transaction.session, transaction.tenant, [traces for _, traces in records])
    return [
        (on_behalf, _without_buyer(record) if standing.forbids_buyer(traces) else record)
        for (on_behalf, record), traces in records
        if not standing.forbids(traces)
    ]


def erased_among(transaction: Transaction, store: Store, records: Sequence[Mapping[str, Any]]) -> Sequence[bool]:
    """Of each record that came to a door, whether it is about somebody who was erased since."""
    traces = [traces_of(record) for record in records]
    standing = store.erasures.standing(transaction.session, transaction.tenant, traces)
    return [standing.forbids(each) for each in traces]


def traces_in(record: AttendeeRecord) -> Traces:
    """By what a record that was kept may be recognized."""
    origin, attendee = record.origin, record.attendee
    return Traces(
        place=(origin.source, origin.source_event_id, origin.source_registration_id),
        email=attendee.email,
        buyer=attendee.buyer_email,
        name=attendee.name or "",
        said_at=record.dated.updated_at,
    )


def _without_buyer(record: AttendeeRecord) -> AttendeeRecord:
    return replace(record, attendee=replace(record.attendee, buyer_email=None))
