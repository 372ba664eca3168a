"""Kafka away, at start and for a while: the relay says so, waits, and loses nothing."""

import dataclasses
import gc
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from cli.embedded.standalone import running_broker
from shared.messaging import lease, outbox, topics
from shared.messaging.relay import Relay
from shared.settings import Settings
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.test_journey import read_topic

LEASE_SECONDS = 4.0


class Outage:
    """A broker of the test's own, which comes and goes at one address."""

    def __init__(self, folder: Path, kind: Any) -> None:
        self._folder = folder
        self._kind = kind

    def broker(self) -> Any:
        return running_broker(self._folder, self._kind)


@pytest.fixture
def outage(settings: Settings, tmp_path: Path) -> Outage:
    return Outage(tmp_path / "broker", "kafka" if settings.kafka.transactions else "noida")


@pytest.fixture
def bench(settings: Settings, outage: Outage) -> Iterator[Bench]:
    """Its broker has its topics, and is away."""
    with outage.broker() as bootstrap:
        own = dataclasses.replace(settings, kafka=dataclasses.replace(settings.kafka, bootstrap_servers=(bootstrap,)))
        admin = topics.connect(own)
        topics.apply(admin, own, topics.differences(admin, own))
        admin.close()
    bench = Bench(own, "events")
    yield bench
    bench.foundation.close()


def failures() -> float:
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name == "ithaca_relay_failures_total")


def ages() -> dict[str, float]:
    """What the relays of this process tell of each slot's oldest message, in seconds."""
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    return {each.labels["slot"]: each.value for each in samples if each.name == "ithaca_outbox_oldest_seconds"}


def in_use() -> tuple[int, int]:
    """Threads and open files of this process, without those that nobody holds."""
    gc.collect()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def after_failures(more: int) -> tuple[int, int]:
    before = failures()
    eventually(lambda: failures() >= before + more, within_seconds=120)
    return in_use()


def epochs(bench: Bench) -> dict[str, int]:
    return {found["_id"]: found["epoch"] for found in bench.database[lease.COLLECTION].find({})}


def publish(bench: Bench, numbers: range) -> None:
    for number in numbers:
        bench.publish("attendee.published.v1", f"key-{number % 8}", None, attendee(f"O-{number}"))


def pending(bench: Bench) -> int:
    return bench.database[outbox.COLLECTION].count_documents({"pending": True})


def test_a_relay_outlives_its_broker_being_away_at_start_and_later_and_loses_nothing(
    bench: Bench, outage: Outage, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="kafka")  # kept lines would keep the errors, frames and sockets they name
    relay = Relay(bench.settings, bench.foundation.client, bench.database, bench.name, lease_seconds=LEASE_SECONDS)
    thread = threading.Thread(target=relay.run)
    publish(bench, range(20))
    thread.start()
    try:
        threads, files = after_failures(8)
        threads_later, files_later = after_failures(24)
        assert threads_later <= threads + outbox.SLOTS
        assert files_later < files + 24, "each failed attempt left something open"
        assert set(epochs(bench).values()) == {0}, "a relay without Kafka took a slot"
        assert "relay_waits_for_kafka" in capsys.readouterr().out
        assert max(ages().values()) > 0, "an absent broker looks like an empty outbox"
        with outage.broker():
            eventually(lambda: pending(bench) == 0, within_seconds=120)
        publish(bench, range(20, 40))
        after_failures(8)  # each slot has noticed
        held = epochs(bench)
        after_failures(8)
        assert epochs(bench) == held, "slots went from hand to hand with no Kafka to send to"
        with outage.broker():
            eventually(lambda: pending(bench) == 0, within_seconds=120)
            found: dict[bytes, list[int]] = {}
            for record in read_topic(bench, "attendees.v1"):
                found.setdefault(record.key, []).append(int(dict(record.headers)["ce_aggregateversion"]))
        assert found == {f"key-{number}".encode(): [1, 2, 3, 4, 5] for number in range(8)}
        publish(bench, range(40, 48))
        after_failures(4)
    finally:
        relay.stop()
        thread.join(60)
        gc.collect()
    assert not thread.is_alive(), "a relay could not be stopped while Kafka was away"
    assert pending(bench) == 8
