"""Working off a backlog of attendee records, beside the least that could be done and the usual way.

Beside it, without ratios: how fast the outbox is carried on, and how fast tickets are linked to members.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from marshmallow import EXCLUDE
from pymongo import UpdateOne
from pymongo.database import Database

from bench.ground import scratch
from bench.result import Result, median
from services.events.app import build
from services.events.commands.create_event import create_event
from services.events.commands.publish_event import publish_event
from services.events.domain.event import EventSource
from services.events.store import Store
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.envelope import Message, headers
from shared.messaging.relay import Relay
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, WorkerRole, lay
from shared.settings import Settings
from shared.storage import Document
from shared.storage.migrations import migrate

RECORDS = 20_000
PEER_RECORDS = 1_000
BESIDE_RECORDS = 10_000
ROUNDS = 3
BATCH = 500
TENANT = "bench"
TYPE = registry.get("attendee.published.v1")
MEMBER = registry.get("member.registered.v1")

Way = Callable[[Settings, int], float]
"""Works off so many records; how many it did a second."""


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Records per second of product, floor and peer in turns, and the two rates beside them."""
    ways: dict[str, tuple[Way, int]] = {
        "product": (_product, RECORDS),
        "floor": (_floor, RECORDS),
        "peer": (_peer, PEER_RECORDS),
        "relay": (_relay, BESIDE_RECORDS),
        "linked": (_linked, BESIDE_RECORDS),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, (way, count) in ways.items():
            with scratch(settings) as own:
                rate = way(own, count)
            progress(f"ingest: {name}, round {number + 1} of {ROUNDS}: {rate:,.0f}/s")
            rates[name].append(rate)
    return [
        Result(
            "ingest",
            "records/s",
            median(rates["product"]),
            median(rates["floor"]),
            median(rates["peer"]),
            f"medians of {ROUNDS} rounds, {RECORDS} records (peer {PEER_RECORDS}), one process each",
            higher_is_better=True,
        ),
        _beside("ingest_relay", "rows/s", rates["relay"], "from a full outbox to the topic, one relay"),
        _beside(
            "ingest_linked", "records/s", rates["linked"], "from both backlogs to registration.confirmed, one worker"
        ),
    ]


def _beside(name: str, unit: str, rates: list[float], about: str) -> Result:
    notes = f"{about}; median of {ROUNDS} rounds, {BESIDE_RECORDS} records"
    return Result(name, unit, median(rates), None, None, notes, higher_is_better=True)


def _ticket(number: int) -> str:
    return f"ORDER{number}-1"


def _record(number: int) -> dict[str, Any]:
    return {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": _ticket(number),
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


def _member(number: int) -> dict[str, Any]:
    """The member whom profiles announces for that record."""
    return {
        "id": new_id(),
        "given_name": "Ada",
        "family_name": f"Okafor {number}",
        "email": f"person{number}@example.org",
        "identifiers": [{"issuer": "pretix", "value": f"summit/{_ticket(number)}", "version": 1}],
        "membership": "active",
    }


def _preload(settings: Settings, count: int) -> None:
    records = ((f"pretix/summit/{_ticket(number)}", _record(number)) for number in range(count))
    _send(settings, TYPE.name, records, version=None)


def _send(settings: Settings, type_name: str, records: Iterable[tuple[str, Document]], *, version: int | None) -> None:
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all", linger_ms=50, batch_size=256 * 1024)
    topic = settings.topic(registry.get(type_name).topic.name)
    for key, data in records:
        message = Message(new_id(), type_name, "/bench", key, None, TENANT, key, version, new_id(), None, None, {})
        producer.send(topic, key=key.encode(), value=orjson.dumps(data), headers=headers(message))
    producer.flush()
    producer.close()


@contextmanager
def _events(settings: Settings) -> Iterator[tuple[Foundation, Service]]:
    """The service on a migrated database, with an event that takes the records in: without one they would only wait."""
    ground = lay(settings, "events")
    service = build(ground)
    migrate(ground.database, service.all_indexes())
    store = Store(ground.database)
    starts_at = ground.clock.now() + timedelta(days=30)
    plan = {
        "name": "Annual Summit",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=8),
        "time_zone": "UTC",
        "sources": (EventSource("pretix", "summit"),),
    }
    event = ground.unit_of_work.run(lambda t: create_event(t, store, plan), tenant=TENANT)
    ground.unit_of_work.run(lambda t: publish_event(t, store, event), tenant=TENANT)
    try:
        yield ground, service
    finally:
        ground.close()


@contextmanager
def _running(role: WorkerRole | Relay) -> Iterator[None]:
    thread = threading.Thread(target=role.run)
    thread.start()
    try:
        yield
    finally:
        role.stop()
        thread.join()


def _until(done: Callable[[], bool]) -> float:
    """Seconds until it is done."""
    begun = time.perf_counter()
    while not done():
        time.sleep(0.05)  # asking is work for the database that it measures
    return time.perf_counter() - begun


def _product(settings: Settings, count: int) -> float:
    """Events' worker as it runs, from the first records in hand, as the floor, to the last registration."""
    _preload(settings, count)
    with _events(settings) as (ground, service):
        registrations = ground.database["registrations"]
        return count / _worked_off(service.worker(), lambda: registrations.estimated_document_count() >= count)


def _worked_off(role: WorkerRole, done: Callable[[], bool]) -> float:
    handling = role.worker._handling
    handle, begun = handling.handle, threading.Event()

    def handled(records: Any, **named: Any) -> None:
        begun.set()
        handle(records, **named)

    handling.handle = handled  # type: ignore[method-assign]
    with _running(role):
        if not begun.wait(60):
            raise TimeoutError("the worker got no records within 60 s")
        return _until(done)


def _linked(settings: Settings, count: int) -> float:
    """The same worker on tickets and on the members that profiles makes of them, to the last that the world is told."""
    _preload(settings, count)
    members = [_member(number) for number in range(count)]
    _send(settings, MEMBER.name, ((member["id"], member) for member in members), version=1)
    with _events(settings) as (ground, service):
        outbox = ground.database["outbox"]
        told = outbox.estimated_document_count() + count
        return count / _worked_off(service.worker(), lambda: outbox.estimated_document_count() >= told)


def _relay(settings: Settings, count: int) -> float:
    """A relay on an outbox full of confirmed registrations, from its first claims to the last row."""
    with _events(settings) as (ground, service):
        _fill_outbox(ground, count)
        with _running(service.relay()):
            _until(lambda: _pending(ground.database) < count)
            left = _pending(ground.database)
            return left / _until(lambda: _pending(ground.database) == 0)


def _pending(database: Database[Document]) -> int:
    return database["outbox"].count_documents({"pending": True})


def _fill_outbox(ground: Foundation, count: int) -> None:
    event_id, member_id = new_id(), new_id()

    def told(number: int) -> dict[str, Any]:
        return {
            "id": new_id(),
            "event_id": event_id,
            "member_id": member_id,
            "status": "confirmed",
            "attending": True,
            "checked_in_at": None,
            "mentoring": ["mentee"],
            "source": "pretix",
            "source_event_id": "summit",
            "source_registration_id": _ticket(number),
        }

    def fill(transaction: Transaction, numbers: list[int]) -> None:
        for number in numbers:
            data = told(number)
            transaction.publish("registration.confirmed.v1", key=data["id"], version=1, data=data)

    numbers = iter(range(count))
    while some := list(islice(numbers, BATCH)):
        ground.unit_of_work.run(lambda transaction, some=some: fill(transaction, some), tenant=TENANT)  # type: ignore[misc]


def _batches(settings: Settings, count: int) -> Iterator[tuple[KafkaConsumer, list[Any]]]:
    consumer = KafkaConsumer(
        settings.topic("attendees.v1"),
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}bench",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=BATCH,
    )
    seen = 0
    while seen < count:
        for records in consumer.poll(timeout_ms=500, max_records=BATCH).values():
            seen += len(records)
            yield consumer, records
    consumer.close()


def _commit(consumer: KafkaConsumer, records: list[Any]) -> None:
    last = records[-1]
    consumer.commit({TopicPartition(last.topic, last.partition): OffsetAndMetadata(last.offset + 1, "", -1)})


def _floor(settings: Settings, count: int) -> float:
    """Poll, orjson, jsonschema-rs, unordered `insert_many`, commit per batch."""
    _preload(settings, count)
    ground = lay(settings, "floor")
    target, begun = ground.database["registrations"], 0.0
    for consumer, records in _batches(settings, count):
        begun = begun or time.perf_counter()
        documents = [orjson.loads(record.value) for record in records]
        if any(TYPE.faults(document) for document in documents):
            raise ValueError("a record of the benchmark is not valid")
        target.insert_many(documents, ordered=False)
        _commit(consumer, records)
    taken = time.perf_counter() - begun
    ground.close()
    return count / taken


def _peer(settings: Settings, count: int) -> float:
    """The usual way: marshmallow, one update per record, commit per record."""
    _preload(settings, count)
    ground = lay(settings, "peer")
    target, begun = ground.database["registrations"], 0.0
    if TYPE.schema is None:
        raise LookupError(TYPE.name)
    schema = TYPE.schema(unknown=EXCLUDE)
    target.create_index("source_registration_id", unique=True)
    for consumer, records in _batches(settings, count):
        begun = begun or time.perf_counter()
        for record in records:
            loaded = schema.load(orjson.loads(record.value))
            key = {"source_registration_id": loaded["source_registration_id"]}
            target.bulk_write([UpdateOne(key, {"$set": loaded}, upsert=True)])
            _commit(consumer, [record])
    taken = time.perf_counter() - begun
    ground.close()
    return count / taken
