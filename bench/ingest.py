"""Working off a backlog of attendee records, beside the least that could be done and the usual way.

Beside it, without ratios: how fast the outbox is carried on, and how fast tickets are linked to members.
"""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import orjson
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from marshmallow import EXCLUDE
from pymongo import UpdateOne
from pymongo.database import Database

from bench.attendees import MEMBER, TENANT, TYPE, events, member, preload, running, send, ticket, until, worked_off
from bench.ground import scratch
from bench.result import Result, median
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage import Document

RECORDS = 20_000
PEER_RECORDS = 1_000
BESIDE_RECORDS = 10_000
ROUNDS = 5
BATCH = 500

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


def _product(settings: Settings, count: int) -> float:
    """Events' worker as it runs, from the first records in hand, as the floor, to the last registration."""
    preload(settings, count)
    with events(settings) as (ground, service):
        registrations = ground.database["registrations"]
        return count / worked_off(service.worker(), lambda: registrations.estimated_document_count() >= count)


def _linked(settings: Settings, count: int) -> float:
    """The same worker on tickets and on the members that profiles makes of them, to the last that the world is told."""
    preload(settings, count)
    members = [member(number) for number in range(count)]
    send(settings, MEMBER.name, ((each["id"], each) for each in members), version=1)
    with events(settings) as (ground, service):
        outbox = ground.database["outbox"]
        told = outbox.estimated_document_count() + count
        return count / worked_off(service.worker(), lambda: outbox.estimated_document_count() >= told)


def _relay(settings: Settings, count: int) -> float:
    """A relay on an outbox full of confirmed registrations, from its first claims to the last row."""
    with events(settings) as (ground, service):
        _fill_outbox(ground, count)
        with running(service.relay()):
            until(lambda: _pending(ground.database) < count)
            left = _pending(ground.database)
            return left / until(lambda: _pending(ground.database) == 0)


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
            "source_registration_id": ticket(number),
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
    preload(settings, count)
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
    preload(settings, count)
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
