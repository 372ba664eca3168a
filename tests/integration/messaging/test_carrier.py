"""A claim is sent whole or not at all, and taken for sent when the broker has said so: by Kafka, and what stands in."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any, Protocol

import pytest
from kafka.errors import KafkaError

from shared.clock import SystemClock
from shared.messaging import outbox
from shared.messaging.carrier import Carrier, Refused
from shared.storage.client import Document
from tests.integration.messaging.conftest import Bench, eventually
from tests.integration.messaging.memory_log import MemoryCarrier, MemoryLog
from tests.integration.messaging.test_journey import read_topic

TOPIC = "attendees.v1"


class Broker(Protocol):
    """A log, and carriers of one slot of it."""

    def carrier(self) -> Any: ...
    def refusing(self, row: Document) -> Document:
        """The row as it is never taken."""
        ...

    def seen(self) -> int:
        """How many records a consumer sees; what was committed a moment ago may not be among them yet."""
        ...


class OfKafka:
    def __init__(self, bench: Bench, stack: ExitStack) -> None:
        self._bench = bench
        self._stack = stack

    def carrier(self) -> Carrier:
        slot = f"{self._bench.settings.topic_prefix}one-slot"
        return self._stack.enter_context(closing(Carrier(self._bench.settings, slot, 30.0)))

    def refusing(self, row: Document) -> Document:
        return row | {"value": b"x" * 1_500_000}

    def seen(self) -> int:
        return len(read_topic(self._bench, TOPIC))


class InMemory:
    def __init__(self) -> None:
        self._log = MemoryLog()

    def carrier(self) -> MemoryCarrier:
        return MemoryCarrier(self._log, 0)

    def refusing(self, row: Document) -> Document:
        self._log.refused.add(row["_id"])
        return row

    def seen(self) -> int:
        return len(self._log.read(TOPIC, 0))


@pytest.fixture(params=[pytest.param("kafka", marks=pytest.mark.kafka("has transactions")), "memory"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with ExitStack() as stack:
        yield InMemory() if request.param == "memory" else OfKafka(request.getfixturevalue("bench"), stack)


def rows(count: int) -> list[Document]:
    """Each of a key of its own."""
    now = SystemClock().now()
    return [outbox.raw_row(TOPIC, f"key-{number}", 1, [], b"{}", now) for number in range(count)]


def test_of_a_claim_that_fails_half_way_nothing_is_seen(broker: Broker) -> None:
    carrier, claimed = broker.carrier(), rows(12)
    carrier.fence()
    with pytest.raises(Refused):
        carrier.send([*claimed, broker.refusing(rows(1)[0])])
    assert broker.seen() == 0
    carrier.renew()
    carrier.send(claimed)
    eventually(lambda: broker.seen() == 12)


def test_who_was_shut_out_sends_nothing(broker: Broker) -> None:
    first, second = broker.carrier(), broker.carrier()
    first.fence()
    first.send(rows(1))
    second.fence()
    with pytest.raises(KafkaError):
        first.send(rows(1))
    second.send(rows(1))
    eventually(lambda: broker.seen() == 2)


@pytest.mark.kafka("has transactions")
def test_a_claim_that_the_broker_does_not_confirm_is_not_taken_for_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the records, and then somebody else took the slot."""
    with ExitStack() as stack:
        broker = OfKafka(bench, stack)
        first, second = broker.carrier(), broker.carrier()
        first.fence()
        send = first._send

        def send_and_lose_the_slot(claimed: Sequence[Document], deadline: float) -> Any:
            placed = send(claimed, deadline)
            second.fence()
            return placed

        monkeypatch.setattr(first, "_send", send_and_lose_the_slot)
        with pytest.raises(KafkaError):
            first.send(rows(1))
        assert broker.seen() == 0
