"""From a ticket system's CloudEvent on Kafka to the member's announcement on Kafka, and a bad one in between."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer

from shared.settings import Settings
from tests.integration.profiles.conftest import Office
from tests.unit.profiles.association import record


@contextmanager
def working(office: Office) -> Iterator[None]:
    relay, worker = office.service.relay(), office.service.worker()
    threads = [threading.Thread(target=run) for run in (relay.run, worker.run)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        relay.stop()
        worker.stop()
        for thread in threads:
            thread.join(timeout=30)
            assert not thread.is_alive(), "a role did not stop"


def structured(content: Any, identifier: str) -> bytes:
    event = {
        "specversion": "1.0",
        "id": identifier,
        "source": "https://tickets.example.org",
        "type": "org.ithaca.attendee.published.v1",
        "tenant": "acme",
        "data": content,
    }
    return orjson.dumps(event)


def announcements(settings: Settings, wanted: int, within_seconds: float = 60.0) -> list[dict[str, Any]]:
    consumer = KafkaConsumer(
        settings.topic("members.v1"),
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        **settings.kafka.client_options(),
    )
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + within_seconds
    try:
        while len(found) < wanted:
            assert time.monotonic() < deadline, found
            for records in consumer.poll(timeout_ms=200).values():
                found += [orjson.loads(each.value) for each in records]
    finally:
        consumer.close()
    return found


def test_a_ticket_on_kafka_becomes_a_member_on_kafka_and_a_bad_one_stops_nothing(
    topics_made: Settings, office: Office
) -> None:
    producer = KafkaProducer(**topics_made.kafka.client_options())
    events = (
        structured(record("A-1", email="ada@example.org", name="Ada Okafor"), "one"),
        structured(record("A-2", email="no address"), "two"),
        structured(record("A-3", email="ben@example.org", name="Ben Lindqvist"), "three"),
    )
    for event in events:
        headers = [("content-type", b"application/cloudevents+json; charset=utf-8")]
        producer.send(topics_made.topic("attendees.v1"), event, key=b"same", headers=headers)
    producer.close()
    with working(office):
        found = announcements(topics_made, 2)
    assert {(each["given_name"], each["provisional"]) for each in found} == {("Ada", True), ("Ben", True)}
    assert office.foundation.database["dead"].count_documents({}) == 0
