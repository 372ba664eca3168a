"""What a worker says of messages it cannot handle names no person, whatever its handlers raise."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.processes import process

PERSON = {
    "email": "zenobia.quartermaine@example.org",
    "given_name": "Zenobia",
    "family_name": "Quartermaine",
    "organization": "Halcyon Observatory",
    "member_number": "MN-8675309",
}


def record(ticket: str, **changes: Any) -> dict[str, Any]:
    return attendee(ticket) | {"person": PERSON} | changes


def test_no_line_of_a_worker_names_the_people_whose_messages_go_wrong(bench: Bench, tmp_path: Path) -> None:
    bench.database["chores"].insert_one({"due_at": datetime(2026, 1, 1, tzinfo=UTC), "email": PERSON["email"]})
    producer = KafkaProducer(**bench.settings.kafka.client_options(), metrics_enabled=False)
    try:
        topic = bench.settings.topic("attendees.v1")
        for key, value in ((PERSON["email"], b"no JSON"), ("key", f'{{"person": "{PERSON["email"]}"}}'.encode())):
            headers = [("ce_id", b"1"), ("ce_subject", PERSON["email"].encode())]
            producer.send(topic, key=key.encode(), value=value, headers=headers)
        producer.flush(timeout=30)
    finally:
        producer.close()
    with bench.running(workers=0), process("worker", bench.settings, tmp_path) as worker:
        bench.publish("attendee.published.v1", "refused", None, record("REFUSED-1"))
        bench.publish("attendee.published.v1", "failing", None, record("FAILING-1"))
        eventually(lambda: bench.database["notes"].count_documents({}) == 1)
        eventually(lambda: len(worker.logged("message_dead")) == 3)
        worker.wait_for("due_work_failed")
        printed = worker.printed()
    for raised in ("KeyError", "ValueError", "LookupError", "DuplicateKeyError 11000", "BulkWriteError"):
        assert raised in printed, f"{raised} was never raised: the test looks for nothing"
    assert [value for value in PERSON.values() if value in printed] == []
