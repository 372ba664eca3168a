"""Records that nobody of ours would send: the door of `attendees.v1` is open, and none of them may stop it."""

from collections.abc import Callable

import orjson
import pytest

from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging import dead, letters, outbox
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.settings import Settings
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.test_journey import binary_headers, raw_producer, read_topic

Headers = list[tuple[str, bytes]]


def send(bench: Bench, topic: str, *records: tuple[bytes | None, bytes | None, Headers]) -> None:
    producer = raw_producer(bench)
    for key, value, headers in records:
        producer.send(bench.settings.topic(topic), key=key, value=value, headers=headers, partition=0)
    producer.flush()
    producer.close()


def good(registration: str) -> tuple[bytes, bytes, Headers]:
    return b"k", orjson.dumps(attendee(registration)), binary_headers(new_id())


def noted(bench: Bench, registration: str) -> bool:
    return bool(bench.database["notes"].count_documents({"registration": registration}) == 1)


def nothing_waits(bench: Bench) -> bool:
    return bool(bench.database["outbox"].count_documents({"pending": True}) == 0)


def with_header(name: str, content: bytes) -> Headers:
    return [*(header for header in binary_headers("bad") if header[0] != name), (name, content)]


class NotText(str):
    """A header name whose bytes on the wire are no UTF-8."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


RIGHT = orjson.dumps(attendee("B-1"))
FAULTY_ITEMS = orjson.dumps({**attendee("B-1"), "goals": [0] * 200_000})


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        pytest.param(b"k", RIGHT, with_header("ce_time", b"0001-01-01T00:00:00+23:00"), id="before all calendars"),
        pytest.param(b"k", b"{}", [*binary_headers("bad"), ("x-big", b"x" * 700_000)], id="huge header"),
        pytest.param(b"k", b"x" * (outbox.LARGEST_VALUE - 10), with_header("x-h", b"x" * 126_700), id="full record"),
        pytest.param(b"\xff" * 500_000, b"{}", binary_headers("bad"), id="huge key that is no text"),
        pytest.param(b"k", FAULTY_ITEMS, binary_headers("bad"), id="a fault for each of many items"),
        pytest.param(b"k", b"{}", with_header("content-type", b"x" * 550_000), id="a reason as long as the record"),
        pytest.param(b"k", None, binary_headers("bad"), id="tombstone where there are none"),
        pytest.param(b"k", b"{}", with_header(NotText("name"), b"x"), id="a header name that is no text"),
        pytest.param(b"", b"{}", [], id="empty key and no header"),
        pytest.param(b"k", RIGHT, with_header("ce_tenant", b"acme\nother"), id="tenant of two lines"),
        pytest.param(b"k", RIGHT, with_header("ce_type", b"attendee.published.v1"), id="type without its prefix"),
    ],
)
def test_a_hostile_record_is_put_aside_and_announced_and_the_next_one_flows(
    bench: Bench, key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    with bench.running():
        send(bench, "attendees.v1", (key, value, headers), good("OK-1"))
        eventually(lambda: noted(bench, "OK-1"))
        eventually(lambda: nothing_waits(bench))
    (letter,) = letters.listed(bench.database, {}, limit=10)
    assert letter.record.value == value
    assert len(read_topic(bench, "dead.events")) == 1


def test_a_header_without_a_value_does_not_stop_the_relay(bench: Bench) -> None:
    record = Record("attendees.v1", 0, 0, None, b"k", b"{}", [("x-null", None)])
    bench.foundation.unit_of_work.run(
        lambda transaction: dead.bury(transaction, record, reaction=None, reason="Bad.", faults=(), attempts=1),
        tenant="acme",
    )
    with bench.running(workers=0):
        eventually(lambda: nothing_waits(bench))
    assert len(read_topic(bench, "dead.events")) == 1


def test_a_type_in_a_topic_that_is_not_its_own_is_left_alone(bench: Bench) -> None:
    """Nobody checked its data against anything."""
    stray: Headers = binary_headers(new_id(), "org.ithaca.attendee.published.v1")
    tombstone = [
        *binary_headers(new_id(), "org.ithaca.member.erased.v1"),
        ("ce_aggregateversion", b"1"),
    ]
    member_id = new_id()
    with bench.running():
        send(bench, "members.v1", (b"k", b"{}", stray), (member_id.encode(), None, tombstone))
        eventually(lambda: bench.database["copies"].count_documents({"_id": member_id}) == 1)
    assert bench.database["notes"].count_documents({}) == 0


def test_what_a_handler_refuses_is_kept_by_its_own_service_whoever_keeps_the_door(
    topics_of: Callable[[], Settings],
) -> None:
    bench = Bench(topics_of(), "matching")

    def refuse(transaction: Transaction, message: Message) -> None:
        raise Invalid([Fault("/status", "Not here.")])

    bench.on_attendee = refuse
    with bench.running():
        send(bench, "attendees.v1", good("R-1"))
        eventually(lambda: bench.database["dead"].count_documents({"reaction": "note"}) == 1)
    bench.foundation.close()


def test_one_identity_cannot_be_spelled_as_another(bench: Bench) -> None:
    """Two tenants' messages with ids that join to the same text are two messages, or one of them is no message."""
    with bench.running():
        first = [("ce_tenant", b"a"), ("ce_source", b"b\nc")]
        second = [("ce_tenant", b"a\nb"), ("ce_source", b"c")]
        rest: Headers = [h for h in binary_headers("same") if h[0] not in ("ce_tenant", "ce_source")]
        send(
            bench,
            "attendees.v1",
            (b"k", orjson.dumps(attendee("X-1")), rest + first),
            (b"k", orjson.dumps(attendee("X-2")), rest + second),
            good("OK-1"),
        )
        eventually(lambda: noted(bench, "OK-1"))
    handled = bench.database["notes"].count_documents({"registration": {"$in": ["X-1", "X-2"]}})
    assert handled + len(letters.listed(bench.database, {}, limit=10)) == 2
