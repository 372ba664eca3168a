"""From a Kafka record to a message that may be handled, or to why it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import registry
from shared.contracts.topic import OUTSIDE
from shared.errors import Fault
from shared.messaging import envelope
from shared.messaging.envelope import Message, Unreadable
from shared.messaging.reactions import Reaction
from shared.messaging.record import Record

NO_TENANT = ""
"""Whose a message is that could not be read far enough to tell."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that nothing can be done with."""

    record: Record
    tenant: str
    reason: str
    faults: Sequence[Fault]


def opened(record: Record) -> Message:
    """The CloudEvent that the record is; its data may be anything. Raises Unreadable."""
    return envelope.read(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )


def read(record: Record, reactions: Mapping[str, Sequence[Reaction]]) -> Message | Refused | None:
    """The message, checked, or why nothing can be done with it; None for one that is no business of ours.

    `reactions` are the service's, by full type name.
    """
    try:
        message = opened(record)
    except Unreadable as error:
        return Refused(record, NO_TENANT, error.reason, (Fault(error.pointer, error.reason),))
    kind = registry.find(message.type)
    if kind is None or kind.name != message.type or kind.topic.name != record.topic:
        return _unknown(record, message)
    if faults := kind.faults(message.data):
        return Refused(record, message.tenant, f"The data is not a valid {message.type}.", faults)
    if message.version is None and any(r.guarded_by_version(message) for r in reactions.get(kind.name, ())):
        detail = "The attribute aggregateversion is missing: this topic is applied by version."
        return Refused(record, message.tenant, detail, (Fault("ce_aggregateversion", detail),))
    return message


def _unknown(record: Record, message: Message) -> Refused | None:
    """A type this code does not know here: on the public door a fault, elsewhere a newer writer's, left alone."""
    if OUTSIDE not in registry.topic(record.topic).written_by:
        return None
    detail = f"The type {message.type} is not one of {record.topic}."
    return Refused(record, message.tenant, detail, (Fault("ce_type", detail),))
