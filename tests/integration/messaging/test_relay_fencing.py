"""A relay that was paused beyond its lease and wakes: nothing it still does is seen by anybody."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from shared.messaging import claim, lease, outbox
from shared.messaging.carrier import Carrier, Refused
from shared.messaging.lease import LeaseLost
from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.test_journey import read_topic

LEASE_SECONDS = 4.0
KEY = "the-key"
SLOT = outbox.slot_of("attendees.v1", KEY)


@pytest.fixture(autouse=True)
def _transactions(bench: Bench) -> None:
    if not bench.settings.kafka.transactions:
        pytest.skip("noida has idempotent sends only: it cannot fence a relay that was paused")


class Standing:
    """A relay process that stands at a point of its first claim."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def pause(self) -> None:
        """Stops it where it stands, all threads; once continued it goes on from there."""
        assert self._process.stdin is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def until(self, event: str) -> dict[str, Any]:
        """The next log line of that event, of the key's slot where it is of any."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = json.loads(line) if line.startswith("{") else {"event": line.strip()}
            if found["event"] == event and found.get("slot", SLOT) == SLOT:
                return found
        pytest.fail(f"the relay ended without {event}")


@contextmanager
def standing(bench: Bench, point: str) -> Iterator[Standing]:
    settings = bench.settings
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "MONGODB_URI": settings.mongodb_uri,
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
    }
    command = [
        *(sys.executable, "-u", "-W", "ignore", "-m", "tests.integration.messaging.standing_relay"),
        *(point, str(LEASE_SECONDS)),
    ]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        relay = Standing(process)
        try:
            relay.until("standing")
            yield relay
        finally:
            process.kill()


@contextmanager
def successor(bench: Bench) -> Iterator[None]:
    relay = Relay(bench.settings, bench.foundation.client, bench.database, bench.name, lease_seconds=LEASE_SECONDS)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join(30)
        assert not thread.is_alive()


def publish(bench: Bench, number: int) -> None:
    bench.publish("attendee.published.v1", KEY, None, attendee(f"F-{number}"))


def pending(bench: Bench) -> int:
    return bench.database[outbox.COLLECTION].count_documents({"pending": True})


def seen(bench: Bench) -> list[tuple[int, str]]:
    """Version and id of all that a consumer sees, in the order of the log."""
    headers = [dict(record.headers) for record in read_topic(bench, "attendees.v1")]
    return [(int(each["ce_aggregateversion"]), each["ce_id"].decode()) for each in headers]


@pytest.mark.parametrize("point", ["before_send", "before_commit"])
def test_a_relay_paused_beyond_its_lease_and_resumed_sends_nothing_that_consumers_see(bench: Bench, point: str) -> None:
    for number in range(5):
        publish(bench, number)
    with standing(bench, point) as paused:
        paused.pause()
        with successor(bench):
            eventually(lambda: pending(bench) == 0, within_seconds=90)
            publish(bench, 5)
            eventually(lambda: pending(bench) == 0, within_seconds=90)
            paused.wake()
            given_up = paused.until("claim_given_up")
            publish(bench, 6)
            eventually(lambda: pending(bench) == 0, within_seconds=90)
    assert given_up["error"] == "ProducerFencedError"
    assert [version for version, _ in seen(bench)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_relay_paused_after_it_sent_cannot_settle_and_its_successor_repeats_the_same_ids(bench: Bench) -> None:
    for number in range(3):
        publish(bench, number)
    with standing(bench, "before_settle") as paused:
        paused.pause()
        with successor(bench):
            eventually(lambda: pending(bench) == 0, within_seconds=90)
            settled = list(bench.database[outbox.COLLECTION].find({}))
            paused.wake()
            given_up = paused.until("claim_given_up")
    assert given_up["error"] == "LeaseLost"
    assert list(bench.database[outbox.COLLECTION].find({})) == settled
    found = seen(bench)
    assert [version for version, _ in found] == [1, 2, 3, 1, 2, 3]
    assert found[:3] == found[3:]


def test_a_relay_that_lost_its_slot_while_it_was_refused_leaves_its_successor_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new producer under the slot's id would shut out whoever holds the slot now."""
    publish(bench, 0)
    rows = claim.read(bench.foundation.client, bench.database, SLOT).rows
    relay = Relay(bench.settings, bench.foundation.client, bench.database, bench.name)
    leases, name = bench.database[lease.COLLECTION], f"relay/{SLOT}"
    held = lease.acquire(leases, name, "first", 60)
    assert held is not None

    def carrier() -> Carrier:
        return Carrier(bench.settings, f"{bench.settings.topic_prefix}fenced", LEASE_SECONDS)

    with closing(carrier()) as first, closing(carrier()) as second:
        first.fence()

        def refuse_too_late(rows: object) -> None:
            leases.update_one({"_id": name}, [{"$set": {"expires_at": "$$NOW"}}])
            held._until = time.monotonic()
            assert lease.acquire(leases, name, "second", 60) is not None
            second.fence()
            raise Refused("too large")

        monkeypatch.setattr(first, "send", refuse_too_late)
        with pytest.raises(LeaseLost):
            relay._send(held, first, rows)
        second.send(rows)
    # A transaction is confirmed a moment before consumers see it.
    eventually(lambda: [version for version, _ in seen(bench)] == [1])
