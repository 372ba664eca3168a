"""A message as a webhook carries it: a CloudEvent in structured mode, of less than 20 kB.

The content of a mentorship is in no message. Of people, what they work toward, when they have time and what they
answered on a form stays here: nobody of the role that keeps webhooks can read that anywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson

from shared.clock import rfc3339
from shared.contracts import registry
from shared.contracts.topic import OUTSIDE
from shared.messaging.envelope import JSON, STRUCTURED, Data, Message

CONTENT_TYPE = f"{STRUCTURED}+json; charset=utf-8"
LARGEST = 20_000
"""Bytes of a body, as Standard Webhooks has it."""

_WITHHELD: Mapping[str, tuple[str, ...]] = {
    "members.v1": ("goals", "availability"),
    "attendees.v1": ("goals", "answers"),
}
_MERGED = "org.ithaca.member.merged.v1"


@dataclass(frozen=True, slots=True)
class Letter:
    """`id` is the receiver's `webhook-id`. Whose it is, where it tells of a person, is said by the last two."""

    id: str
    type: str
    body: bytes
    member_id: str | None = None
    attendee: bool = False


def letter_of(message: Message) -> Letter:
    """The message, ready to be sent."""
    members = message.topic == "members.v1"
    personal = message.data is not None and message.type != _MERGED
    return Letter(
        _identifier(message),
        message.type,
        body_of(message),
        message.key if members and personal else None,
        message.topic == "attendees.v1",
    )


def body_of(message: Message) -> bytes:
    """The body: whole, or where it would be too large, thin."""
    withheld = _WITHHELD.get(message.topic, ())
    data = None
    if message.data is not None:
        data = {name: value for name, value in message.data.items() if name not in withheld}
    whole = orjson.dumps(_event(replace(message, data=data), thin=False))
    return whole if len(whole) < LARGEST else orjson.dumps(_event(replace(message, data=_ids(data or {})), thin=True))


def _event(message: Message, *, thin: bool) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": message.id,
        "source": message.source,
        "type": message.type,
        "subject": message.subject,
        "time": None if message.time is None else rfc3339(message.time),
        "dataschema": None if thin else message.dataschema,
        "datacontenttype": None if message.data is None else JSON,
        "partitionkey": message.key or None,
        "tenant": message.tenant,
        "aggregateversion": None if message.version is None else str(message.version),
        "correlationid": message.correlation_id,
        "causationid": message.causation_id,
        "traceparent": message.traceparent,
        "thin": True if thin else None,
        "data": message.data,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _ids(data: Data) -> dict[str, str]:
    """What it names, by which the rest can be asked for."""
    return {
        name: value for name, value in data.items() if isinstance(value, str) and (name == "id" or name.endswith("_id"))
    }


def _identifier(message: Message) -> str:
    """Ours are unique; of what others write only source and id are, and neither need fit into a header."""
    if OUTSIDE not in registry.topic(message.topic).written_by:
        return message.id
    return sha256(f"{message.source}\n{message.id}".encode()).hexdigest()[:32]
