"""CloudEvents 1.0 on Kafka (kafka-protocol-binding): binary mode out, binary and structured mode in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.clock import parse_rfc3339, rfc3339

JSON = "application/json"
STRUCTURED = "application/cloudevents"

Headers = Sequence[tuple[str, bytes | None]]
Data = Mapping[str, Any]

_LONGEST_ATTRIBUTE = 1024
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Unreadable(Exception):
    """Not a CloudEvent that can be read: the reason, and the JSON pointer or header at fault."""

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the code sees it, sent or received. `data` is None for a tombstone."""

    id: str
    type: str
    source: str
    subject: str | None
    time: datetime | None
    tenant: str
    key: str
    version: int | None
    """The aggregate's version; None where an outside system published without one."""
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: Data | None
    dataschema: str | None = None
    topic: str = ""
    partition: int = -1
    offset: int = -1
    timestamp: datetime | None = None
    """The broker's time of the record; None before it was sent."""


def headers(message: Message) -> list[tuple[str, bytes]]:
    """The Kafka headers of the message in binary mode."""
    attributes: list[tuple[str, str | None]] = [
        ("ce_specversion", "1.0"),
        ("ce_id", message.id),
        ("ce_source", message.source),
        ("ce_type", message.type),
        ("ce_subject", message.subject),
        ("ce_time", None if message.time is None else rfc3339(message.time)),
        ("ce_dataschema", message.dataschema),
        ("ce_partitionkey", message.key),
        ("ce_tenant", message.tenant),
        ("ce_aggregateversion", None if message.version is None else str(message.version)),
        ("ce_correlationid", message.correlation_id),
        ("ce_causationid", message.causation_id),
        ("ce_traceparent", message.traceparent),
        ("content-type", None if message.data is None else JSON),
    ]
    return [(name, value.encode()) for name, value in attributes if value is not None]


def value(message: Message) -> bytes | None:
    """The Kafka value of the message in binary mode; None is a tombstone."""
    return None if message.data is None else orjson.dumps(message.data)


def read(
    *,
    topic: str,
    partition: int,
    offset: int,
    timestamp: datetime | None,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
) -> Message:
    """Reads one Kafka record in either mode. Raises Unreadable with the reason and where."""
    raw = {name.lower(): content for name, content in headers if content is not None}
    content_type = _text(raw.get("content-type", b""), "content-type").strip().lower()
    if content_type.startswith(STRUCTURED):
        attributes, data = _structured(value, content_type)
    else:
        attributes, data = _binary(raw, value, content_type)
    return _message(attributes, data, topic, partition, offset, timestamp, key)


def _binary(raw: Mapping[str, bytes], value: bytes | None, content_type: str) -> tuple[dict[str, str], Data | None]:
    try:
        attributes = {name[3:]: content.decode() for name, content in raw.items() if name[:3] == "ce_"}
    except UnicodeDecodeError:
        attributes = {name[3:]: _text(content, name) for name, content in raw.items() if name[:3] == "ce_"}
    if not attributes:
        raise Unreadable("Not a CloudEvent: no ce_ headers, and the content-type is not application/cloudevents.")
    if value is None:
        return attributes, None
    media = content_type.partition(";")[0].strip()
    if media and media != JSON and not media.endswith("+json"):
        raise Unreadable(f"The data is {media}: only {JSON} is read.", "content-type")
    return attributes, _object(_json(value))


def _structured(value: bytes | None, content_type: str) -> tuple[dict[str, str], Data | None]:
    if content_type.startswith("application/cloudevents-batch"):
        raise Unreadable("A batch of CloudEvents: Kafka takes one in each record.", "content-type")
    if value is None:
        raise Unreadable("A structured CloudEvent without a value.")
    event = _object(_json(value))
    attributes: dict[str, str] = {}
    for name, content in event.items():
        if name in ("data", "data_base64") or content is None:
            continue
        if isinstance(content, bool) or not isinstance(content, str | int):
            raise Unreadable(f"The attribute {name} is neither a string nor an integer.", f"/{name}")
        attributes[name] = str(content)
    if "data_base64" in event:
        raise Unreadable("The data is binary: only JSON is read.", "/data_base64")
    if "data" not in event:
        raise Unreadable("A structured CloudEvent without data.", "/data")
    return attributes, _object(event["data"], "/data")


def _message(
    attributes: Mapping[str, str],
    data: Data | None,
    topic: str,
    partition: int,
    offset: int,
    timestamp: datetime | None,
    key: bytes | None,
) -> Message:
    for name in ("specversion", "id", "source", "type", "tenant"):
        if not attributes.get(name):
            raise Unreadable(f"The attribute {name} is missing or empty.", f"ce_{name}")
    everything = "".join(attributes.values())
    if len(everything) > _LONGEST_ATTRIBUTE or not everything.isprintable():
        _require_sound(attributes)
    if attributes["specversion"] != "1.0":
        raise Unreadable(f"CloudEvents {attributes['specversion']} is not read: 1.0 is.", "ce_specversion")
    return Message(
        id=attributes["id"],
        type=attributes["type"],
        source=attributes["source"],
        subject=attributes.get("subject"),
        time=_moment(attributes.get("time")),
        tenant=attributes["tenant"],
        key=_text(key, "key") if key is not None else attributes.get("partitionkey", ""),
        version=_version(attributes.get("aggregateversion")),
        correlation_id=attributes.get("correlationid") or attributes["id"],
        causation_id=attributes.get("causationid"),
        traceparent=attributes.get("traceparent"),
        data=data,
        dataschema=attributes.get("dataschema"),
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=timestamp,
    )


def _require_sound(attributes: Mapping[str, str]) -> None:
    """Raises Unreadable, naming the attribute that is too long or has a control character."""
    for name, content in attributes.items():
        if len(content) > _LONGEST_ATTRIBUTE:
            raise Unreadable(f"The attribute {name} is longer than {_LONGEST_ATTRIBUTE} characters.", f"ce_{name}")
        if _CONTROL.search(content):
            # The specification forbids them; here a line break would also let two identities look like one.
            raise Unreadable(f"The attribute {name} has a control character.", f"ce_{name}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError) as error:  # the year 1 has no UTC moment everywhere
        raise Unreadable(f"The attribute time is no RFC 3339 time with an offset: {text!r}.", "ce_time") from error


def _version(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Unreadable(f"The attribute aggregateversion is no whole number: {text!r}.", "ce_aggregateversion")
    return int(text)


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not UTF-8.", name) from error


def _json(content: bytes) -> object:
    try:
        parsed: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The value is not JSON: {error}.") from error
    return parsed


def _object(content: object, pointer: str = "") -> Data:
    if not isinstance(content, dict):
        raise Unreadable("The data is not a JSON object.", pointer)
    return content
