"""The envelope against the CloudEvents SDK, which is the oracle, and against what is no CloudEvent."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import envelope
from shared.messaging.envelope import Message, Unreadable

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=40).filter(
    str.strip
)


def message(**changes: Any) -> Message:
    fields: dict[str, Any] = {
        "id": "018f-1",
        "type": "org.ithaca.member.registered.v1",
        "source": "/tenants/acme/services/profiles",
        "subject": "m-1",
        "time": datetime(2026, 11, 1, 10, 0, tzinfo=UTC),
        "tenant": "acme",
        "key": "m-1",
        "version": 3,
        "correlation_id": "c-1",
        "causation_id": None,
        "traceparent": None,
        "data": {"id": "m-1"},
    }
    return Message(**(fields | changes))


def received(headers: list[tuple[str, bytes]], value: bytes | None, key: bytes | None = b"m-1") -> Message:
    return envelope.read(
        topic="members.v1", partition=0, offset=0, timestamp=None, key=key, value=value, headers=headers
    )


@given(subject=TEXT, correlation=TEXT, text=TEXT)
def test_what_is_written_in_binary_mode_the_sdk_reads_as_the_same_event(
    subject: str, correlation: str, text: str
) -> None:
    ours = message(subject=subject, correlation_id=correlation, data={"text": text})
    value = envelope.value(ours)
    assert value is not None
    event = from_binary(KafkaMessage(dict(envelope.headers(ours)), b"m-1", value), JSONFormat(), CloudEvent)
    assert event.get_id() == ours.id
    assert event.get_subject() == subject
    assert event.get_time() == ours.time
    assert event.get_extension("tenant") == "acme"
    assert event.get_extension("aggregateversion") == "3"
    assert event.get_data() == {"text": text}


@given(subject=TEXT, text=TEXT)
def test_what_the_sdk_writes_in_structured_mode_is_read_as_the_same_message(subject: str, text: str) -> None:
    event = CloudEvent(
        {
            "id": "e-1",
            "source": "/outside",
            "type": "org.ithaca.attendee.published.v1",
            "specversion": "1.0",
            "subject": subject,
            "datacontenttype": "application/json",
            "tenant": "acme",
        },
        {"text": text},
    )
    sent = to_structured_event(event)
    read = received(list(sent.headers.items()), sent.value)
    assert (read.id, read.tenant, read.subject, read.data) == ("e-1", "acme", subject, {"text": text})


def test_a_message_comes_back_as_it_was_sent() -> None:
    ours = message(causation_id="c-0", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    read = received(envelope.headers(ours), envelope.value(ours))
    assert (read.id, read.version, read.causation_id, read.traceparent, read.time, read.data) == (
        ours.id,
        ours.version,
        ours.causation_id,
        ours.traceparent,
        ours.time,
        ours.data,
    )


def test_a_tombstone_has_headers_and_no_value() -> None:
    ours = message(data=None)
    assert envelope.value(ours) is None
    assert received(envelope.headers(ours), None).data is None


def test_an_event_of_an_outside_system_starts_its_own_story() -> None:
    headers = [
        (f"ce_{k}", v)
        for k, v in {"specversion": b"1.0", "id": b"x", "source": b"/s", "type": b"t", "tenant": b"a"}.items()
    ]
    read = received(headers, b"{}")
    assert read.correlation_id == "x"
    assert read.version is None


COMPLETE = {"ce_specversion": b"1.0", "ce_id": b"x", "ce_source": b"/s", "ce_type": b"t", "ce_tenant": b"acme"}


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_a_missing_attribute_is_named(missing: str) -> None:
    headers = [(name, value) for name, value in COMPLETE.items() if name != missing]
    with pytest.raises(Unreadable) as refused:
        received(headers, b"{}")
    assert refused.value.pointer == missing


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ([], b"{}"),
        (list(COMPLETE.items()), b"{"),
        (list(COMPLETE.items()), b"[]"),
        (list(COMPLETE.items()), b"\xff"),
        ([*COMPLETE.items(), ("content-type", b"text/plain")], b"{}"),
        ([*COMPLETE.items(), ("ce_time", b"yesterday")], b"{}"),
        ([*COMPLETE.items(), ("ce_time", b"2026-01-01T00:00:00")], b"{}"),
        ([*COMPLETE.items(), ("ce_aggregateversion", b"-1")], b"{}"),
        ([*COMPLETE.items(), ("ce_subject", b"\xff\xfe")], b"{}"),
        ([*COMPLETE.items(), ("ce_subject", b"s" * 2000)], b"{}"),
        ([("ce_specversion", b"0.3"), *list(COMPLETE.items())[1:]], b"{}"),
        ([("content-type", b"application/cloudevents+json")], None),
        ([("content-type", b"application/cloudevents+json")], b"[]"),
        ([("content-type", b"application/cloudevents-batch+json")], b"[]"),
        ([("content-type", b"application/cloudevents+json")], orjson.dumps({"specversion": "1.0", "id": {"a": 1}})),
        (
            [("content-type", b"application/cloudevents+json")],
            orjson.dumps({"specversion": "1.0", "data_base64": "QQ=="}),
        ),
    ],
)
def test_what_is_no_readable_event_is_refused_with_a_reason(
    headers: list[tuple[str, bytes]], value: bytes | None
) -> None:
    with pytest.raises(Unreadable) as refused:
        received(headers, value)
    assert refused.value.reason


@pytest.mark.parametrize("name", ["ce_id", "ce_tenant", "ce_subject", "ce_anything"])
@pytest.mark.parametrize("content", [b"a\nb", b"a\x00", b"\x7f", b"\xc2\x85", b"s" * 1025, b"\xff"])
def test_an_attribute_with_a_control_character_or_too_long_is_named(name: str, content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        received([*COMPLETE.items(), (name, content)], b"{}")
    assert refused.value.pointer == name


@pytest.mark.parametrize("subject", ["a\u00a0b", "a\u200bb", "\U0001f600", "s" * 1024])
def test_whatever_else_an_attribute_says_is_read(subject: str) -> None:
    more = [("ce_subject", subject.encode()), ("ce_dataschema", b"x" * 1024)]
    assert received([*COMPLETE.items(), *more], b"{}").subject == subject
