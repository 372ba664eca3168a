"""How far its workers show that a group is behind."""

import threading
from pathlib import Path

from prometheus_client import REGISTRY

from shared.contracts import registry
from shared.errors import Unavailable
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.conftest import Bench, attendee, eventually, note_attendee
from tests.integration.messaging.processes import Asked, process


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
