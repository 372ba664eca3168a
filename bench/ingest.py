"""Working off a backlog of attendee records, beside the least that could be done and the usual way."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from marshmallow import EXCLUDE
from pymongo import UpdateOne

from bench.ground import scratch
from bench.result import Result, median
from services.events.app import build
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.envelope import Message, headers
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate

RECORDS = 10_000
PEER_RECORDS = 1_000
ROUNDS = 3
TYPE = registry.get("attendee.published.v1")


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Records per second, product, floor and peer in turns."""
    rates: dict[str, list[float]] = {"product": [], "floor": [], "peer": []}
    ways: dict[str, tuple[Callable[[Settings, int], float], int]] = {
        "product": (_product, RECORDS),
        "floor": (_floor, RECORDS),
        "peer": (_peer, PEER_RECORDS),
    }
    for number in range(ROUNDS):
        for name, (way, count) in ways.items():
            progress(f"ingest: {name}, round {number + 1} of {ROUNDS}")
            with scratch(settings) as own:
                _preload(own, count)
                rates[name].append(count / way(own, count))
    notes = f"medians of {ROUNDS} rounds, {RECORDS} records (peer {PEER_RECORDS}), one process each"
    return [
        Result(
            "ingest",
            "records/s",
            median(rates["product"]),
            median(rates["floor"]),
            median(rates["peer"]),
            notes,
            higher_is_better=True,
        )
    ]


def _record(number: int) -> dict[str, Any]:
    return {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": f"ORDER{number}-1",
        "person": {
            "email": f"person{number}@example.org",
            "given_name": "Ada",
            "family_name": f"Okafor {number}",
            "organization": "Example Corp",
            "job_title": "Engineer",
            "locale": "en",
        },
        "ticket_type": "Member ticket",
        "status": "confirmed",
        "mentoring": ["mentee"],
        "goals": ["Become an engineering manager within two years"],
        "skills": [{"label": "python", "side": "offers", "level": 3}],
        "answers": {"MENTOR": "As a mentee", "GOALS": "Become an engineering manager within two years"},
        "updated_at": "2026-11-01T10:00:00Z",
    }


def _preload(settings: Settings, count: int) -> None:
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all", linger_ms=50, batch_size=256 * 1024)
    for number in range(count):
        key = f"pretix/summit/ORDER{number}-1"
        message = Message(new_id(), TYPE.name, "/bench", key, None, "bench", key, None, new_id(), None, None, {})
        producer.send(
            settings.topic("attendees.v1"),
            key=key.encode(),
            value=orjson.dumps(_record(number)),
            headers=headers(message),
        )
    producer.flush()
    producer.close()


def _product(settings: Settings, count: int) -> float:
    """Events' worker as it runs: seconds from joining with partitions in hand to the last registration."""
    ground = lay(settings, "events")
    service = build(ground)
    migrate(ground.database, service.all_indexes())
    _open_event(settings)
    role = service.worker()
    thread = threading.Thread(target=role.run)
    thread.start()
    role.worker.joined.wait(60)
    begun = time.perf_counter()
    registrations = ground.database["registrations"]
    while registrations.estimated_document_count() < count:
        time.sleep(0.02)
    taken = time.perf_counter() - begun
    role.stop()
    thread.join()
    ground.close()
    return taken


def _open_event(settings: Settings) -> None:
    """An event that takes the records in; without one they would only wait as unmapped."""
    from services.events.commands.create_event import create_event
    from services.events.commands.publish_event import publish_event
    from services.events.domain.event import EventSource
    from services.events.store import Store

    ground = lay(settings, "events")
    store = Store(ground.database)
    starts_at = ground.clock.now() + timedelta(days=30)
    plan = {
        "name": "Annual Summit",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=8),
        "time_zone": "UTC",
        "sources": (EventSource("pretix", "summit"),),
    }
    event = ground.unit_of_work.run(lambda t: create_event(t, store, plan), tenant="bench")
    ground.unit_of_work.run(lambda t: publish_event(t, store, event), tenant="bench")
    ground.close()


def _batches(settings: Settings, count: int, size: int) -> Iterator[tuple[KafkaConsumer, list[Any]]]:
    consumer = KafkaConsumer(
        settings.topic("attendees.v1"),
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}bench",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=size,
    )
    seen = 0
    while seen < count:
        for records in consumer.poll(timeout_ms=500, max_records=size).values():
            seen += len(records)
            yield consumer, records
    consumer.close()


def _commit(consumer: KafkaConsumer, records: list[Any]) -> None:
    last = records[-1]
    consumer.commit({TopicPartition(last.topic, last.partition): OffsetAndMetadata(last.offset + 1, "", -1)})


def _floor(settings: Settings, count: int) -> float:
    ground = lay(settings, "floor")
    target, begun = ground.database["registrations"], 0.0
    for consumer, records in _batches(settings, count, 500):
        begun = begun or time.perf_counter()
        documents = [orjson.loads(record.value) for record in records]
        if any(TYPE.faults(document) for document in documents):
            raise ValueError("a record of the benchmark is not valid")
        target.insert_many(documents, ordered=False)
        _commit(consumer, records)
    taken = time.perf_counter() - begun
    ground.close()
    return taken


def _peer(settings: Settings, count: int) -> float:
    ground = lay(settings, "peer")
    target, begun = ground.database["registrations"], 0.0
    if TYPE.schema is None:
        raise LookupError(TYPE.name)
    schema = TYPE.schema(unknown=EXCLUDE)
    target.create_index("source_registration_id", unique=True)
    for consumer, records in _batches(settings, count, 500):
        begun = begun or time.perf_counter()
        for record in records:
            loaded = schema.load(orjson.loads(record.value))
            key = {"source_registration_id": loaded["source_registration_id"]}
            target.bulk_write([UpdateOne(key, {"$set": loaded}, upsert=True)])
            _commit(consumer, [record])
    taken = time.perf_counter() - begun
    ground.close()
    return taken
