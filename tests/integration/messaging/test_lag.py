"""How far a group is behind, asked of the broker."""

import threading
import time
from pathlib import Path

from prometheus_client import REGISTRY

from shared.contracts import registry
from shared.errors import Unavailable
from shared.ids import new_id
from shared.messaging import lag
from shared.messaging.envelope import Message
from shared.messaging.lag import PartitionLag
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, attendee, eventually, member, note_attendee
from tests.integration.messaging.processes import Asked, process


def behind(bench: Bench) -> list[PartitionLag]:
    found = lag.of_group(bench.settings, "events", ["attendees.v1", "members.v1"], within_seconds=30)
    assert [(one.topic, one.partition) for one in found] == sorted((one.topic, one.partition) for one in found)
    assert len(found) == 12
    return [one for one in found if one.messages]


def test_a_group_is_behind_by_what_it_has_not_handled_and_for_as_long_as_the_oldest_waits(bench: Bench) -> None:
    assert behind(bench) == []
    before = time.time()
    with bench.running(workers=0):
        for number in range(3):
            bench.publish("attendee.published.v1", "one-key", None, attendee(f"L-{number}"))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    [found] = behind(bench)
    assert found.committed is None
    assert found.messages == found.end >= 3
    assert found.seconds is not None
    assert 0 <= found.seconds <= time.time() - before + 1

    with bench.running(relays=0):
        eventually(lambda: bench.database["notes"].count_documents({}) == 3)
    # The mark of the transaction stands behind the last message, and is no message.
    assert behind(bench) == []

    with bench.running(workers=0):
        identifier = new_id()
        bench.publish("member.registered.v1", identifier, 1, member(identifier))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    assert [one.topic for one in behind(bench)] == ["members.v1"]


def test_asking_leaves_no_trace_in_the_group(bench: Bench) -> None:
    with bench.running(workers=0):
        bench.publish("attendee.published.v1", "one-key", None, attendee("L-1"))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    assert [one.committed for one in behind(bench)] == [one.committed for one in behind(bench)] == [None]
    with bench.running(relays=0):
        eventually(lambda: bench.database["notes"].count_documents({}) == 1)


def shown(topic: str) -> tuple[float, float]:
    """The lag that this process shows of a topic: messages, and the most seconds."""
    found: dict[str, list[float]] = {"ithaca_lag_messages": [], "ithaca_lag_seconds": []}
    for family in REGISTRY.collect():
        for sample in family.samples:
            if sample.name in found and sample.labels["topic"] == topic:
                found[sample.name].append(sample.value)
    return sum(found["ithaca_lag_messages"]), max(found["ithaca_lag_seconds"], default=0.0)


def test_a_worker_shows_how_many_wait_and_for_how_long_until_they_are_handled(bench: Bench) -> None:
    away = threading.Event()
    away.set()

    def wait_for_database(transaction: Transaction, message: Message) -> None:
        if away.is_set():
            raise Unavailable("The database does not answer.")
        note_attendee(transaction, message)

    bench.on_attendee = wait_for_database
    with bench.running():
        for number in range(4):
            bench.publish("attendee.published.v1", "one-key", None, attendee(f"L-{number}"))
        eventually(lambda: shown("attendees.v1")[0] >= 4 and shown("attendees.v1")[1] > 0)
        away.clear()
        eventually(lambda: bench.database["notes"].count_documents({}) == 4)
        eventually(lambda: shown("attendees.v1") == (0, 0))


def test_partitions_that_moved_to_another_worker_are_shown_by_that_one_alone(bench: Bench, tmp_path: Path) -> None:
    def of(asked: Asked) -> int:
        return sum(line.startswith("ithaca_lag_messages{") for line in asked.get("/metrics").text.splitlines())

    one, other = Asked(), Asked()
    partitions = sum(registry.topic(name).partitions for name in bench.service().handling().topics())
    with process("worker", bench.settings, tmp_path, one.environment) as first:
        eventually(lambda: one.answers(first) and of(one) == partitions)
        (tmp_path / "other").mkdir()
        with process("worker", bench.settings, tmp_path / "other", other.environment) as second:
            eventually(lambda: other.answers(second) and of(other) > 0)
            eventually(lambda: of(one) + of(other) == partitions)
