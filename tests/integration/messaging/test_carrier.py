"""A claim is sent as a whole or not at all, and taken for sent when the broker has said so."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from kafka.errors import KafkaError

from shared.clock import SystemClock
from shared.messaging import outbox
from shared.messaging.carrier import Carrier, Refused
from shared.storage.client import Document
from tests.integration.messaging.conftest import Bench
from tests.integration.messaging.test_journey import read_topic

pytestmark = pytest.mark.kafka("has transactions")

TOPIC = "attendees.v1"


def carrier(bench: Bench) -> Carrier:
    return Carrier(bench.settings, f"{bench.settings.topic_prefix}one-slot", 30.0)


def rows(*sizes: int) -> list[Document]:
    """One of each size, each of a key of its own."""
    now = SystemClock().now()
    return [outbox.raw_row(TOPIC, f"key-{at}", 1, [], b"x" * size, now) for at, size in enumerate(sizes)]


def test_of_a_claim_that_fails_half_way_nothing_is_seen(bench: Bench) -> None:
    claimed = rows(*[10] * 12, 1_500_000)
    with closing(carrier(bench)) as first:
        first.fence()
        with pytest.raises(Refused):
            first.send(claimed)
        assert read_topic(bench, TOPIC) == []
        first.renew()
        first.send(claimed[:12])
    assert len(read_topic(bench, TOPIC)) == 12


def test_a_claim_that_the_broker_does_not_confirm_is_not_taken_for_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the records, and then somebody else took the slot."""
    with closing(carrier(bench)) as first, closing(carrier(bench)) as second:
        first.fence()
        send = first._send

        def send_and_lose_the_slot(claimed: Sequence[Document], deadline: float) -> Any:
            placed = send(claimed, deadline)
            second.fence()
            return placed

        monkeypatch.setattr(first, "_send", send_and_lose_the_slot)
        with pytest.raises(KafkaError):
            first.send(rows(10))
        assert read_topic(bench, TOPIC) == []
