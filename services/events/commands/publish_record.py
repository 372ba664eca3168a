"""What every HTTP door does with a record: checks it as the topic's readers would, and publishes it where they read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from services.events.commands.refuse_erased import erased_among
from services.events.domain.attendee_record import AttendeeRecord, require_announceable_times, require_not_ahead
from services.events.domain.registration import Origin
from services.events.store import Store
from shared.contracts import registry
from shared.contracts.message_type import MessageType
from shared.errors import Fault, Invalid
from shared.messaging.outbox import LARGEST_VALUE
from shared.messaging.unit_of_work import Transaction

_PUBLISHED = registry.get("attendee.published.v1")
_REMOVED = registry.get("attendee.removed.v1")


def record_faults(record: Any, now: datetime) -> Sequence[Fault]:
    """What is wrong with it by the strict schema and by its times; empty: it may be published."""
    return _faults(_PUBLISHED, record, now)


def removal_faults(removal: Any, now: datetime) -> Sequence[Fault]:
    """The same for what says that a registration is gone at its source."""
    return _faults(_REMOVED, removal, now)


def _faults(kind: MessageType, record: Any, now: datetime) -> Sequence[Fault]:
    if faults := kind.strict_faults(record):
        return faults
    try:
        read = AttendeeRecord.from_data(record, "")
        require_announceable_times(read)
        require_not_ahead(read, now)
    except Invalid as error:
        return error.faults
    if len(orjson.dumps(record)) > LARGEST_VALUE:
        return [Fault("", f"The record is larger than a message may be: {LARGEST_VALUE} bytes.")]
    return []


def publish_record(transaction: Transaction, record: Mapping[str, Any]) -> str:
    """Leaves a sound record in the outbox; returns the message's id."""
    return transaction.publish(_PUBLISHED.name, key=origin_of(record).message_key, version=None, data=record)


def publish_records(transaction: Transaction, store: Store, records: Sequence[Mapping[str, Any]]) -> int:
    """Leaves sound records in the outbox, but for those about people who were erased since; how many it left.

    Their readers would pass these over as well, and the topic would hold for days what was to be forgotten.
    """
    erased = erased_among(transaction, store, records)
    theirs = [record for record, is_erased in zip(records, erased, strict=True) if not is_erased]
    for record in theirs:
        publish_record(transaction, record)
    return len(theirs)


def publish_removal(transaction: Transaction, removal: Mapping[str, Any]) -> str:
    """Leaves in the outbox that a registration is gone; returns the message's id."""
    return transaction.publish(_REMOVED.name, key=origin_of(removal).message_key, version=None, data=removal)


def origin_of(record: Mapping[str, Any]) -> Origin:
    """The registration's place in the ticket system."""
    return Origin(record["source"], record["source_event_id"], record["source_registration_id"])
