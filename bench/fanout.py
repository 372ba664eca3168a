"""From a client's write to its effect in another service's database, beside the least that could carry it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer
from pymongo.collection import Collection

from bench.ground import scratch
from bench.result import Result, median, percentile
from shared.ids import new_id
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate

MESSAGES = 150
ROUNDS = 3
_PAUSE_SECONDS = 0.02

Send = Callable[[str], None]


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Both percentiles, of product and floor in turns."""
    times: dict[str, list[list[float]]] = {"product": [], "floor": []}
    for number in range(ROUNDS):
        for name, way in (("product", _product), ("floor", _floor)):
            progress(f"fanout: {name}, round {number + 1} of {ROUNDS}")
            with scratch(settings) as own, way(own) as (send, arrived):
                times[name].append(_measure(send, arrived))
    notes = f"{ROUNDS} rounds of {MESSAGES} messages, one at a time"
    return [
        Result(
            name,
            "ms",
            median([percentile(values, share) for values in times["product"]]),
            median([percentile(values, share) for values in times["floor"]]),
            None,
            notes,
            higher_is_better=False,
        )
        for name, share in (("fanout_p50", 0.50), ("fanout_p99", 0.99))
    ]


def _measure(send: Send, arrived: dict[str, threading.Event]) -> list[float]:
    """Milliseconds from the call of the write to the return of the write of the effect."""
    taken: list[float] = []
    for number in range(MESSAGES + 10):
        key = new_id()
        arrived[key] = threading.Event()
        begun = time.perf_counter()
        send(key)
        if not arrived[key].wait(30):
            raise TimeoutError("a message did not arrive within 30 s")
        if number >= 10:
            taken.append((time.perf_counter() - begun) * 1000)
        time.sleep(_PAUSE_SECONDS)
    return taken


def _member(key: str) -> dict[str, Any]:
    return {"id": key, "given_name": "Ada", "family_name": "Okafor", "membership": "active"}


@contextmanager
def _product(settings: Settings) -> Iterator[tuple[Send, dict[str, threading.Event]]]:
    arrived: dict[str, threading.Event] = {}
    handled: list[str] = []

    def copy(transaction: Transaction, message: Message) -> None:
        transaction.database["copies"].insert_one({"_id": message.key}, session=transaction.session)
        handled.append(message.key)

    def committed() -> None:
        while handled:
            arrived[handled.pop()].set()

    writer, reader = lay(settings, "profiles"), lay(settings, "events")
    sending = Service("profiles", "", writer, ())
    receiving = Service("events", "", reader, (), (Reaction("copy", ("member.registered.v1",), Kind.EFFECT, copy),))
    for service in (sending, receiving):
        migrate(service.foundation.database, service.all_indexes())
    relay, worker = sending.relay(), receiving.worker()
    threads = [
        threading.Thread(target=relay.run),
        threading.Thread(target=lambda: worker.worker.run(after_batch=committed)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield lambda key: _publish(writer, key), arrived
    finally:
        relay.stop()
        worker.worker.stop()
        for thread in threads:
            thread.join()
        writer.close()
        reader.close()


def _publish(ground: Foundation, key: str) -> None:
    def write(transaction: Transaction) -> None:
        transaction.database["members"].insert_one(_member(key), session=transaction.session)
        transaction.publish("member.registered.v1", key=key, version=1, data=_member(key))

    ground.unit_of_work.run(write, tenant="bench")


@contextmanager
def _floor(settings: Settings) -> Iterator[tuple[Send, dict[str, threading.Event]]]:
    arrived: dict[str, threading.Event] = {}
    writer, reader = lay(settings, "profiles"), lay(settings, "events")
    topic, stopping = settings.topic("members.v1"), threading.Event()
    members = writer.database["members"]
    members.insert_one({"_id": "first"})
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all")

    def carry() -> None:
        with members.watch([{"$match": {"operationType": "insert"}}], max_await_time_ms=500) as changes:
            while not stopping.is_set():
                if (change := changes.try_next()) is not None:
                    document = change["fullDocument"]
                    producer.send(topic, key=document["_id"].encode(), value=orjson.dumps(document))
                    producer.flush()

    threads = [
        threading.Thread(target=carry),
        threading.Thread(target=_receive, args=(settings, topic, reader.database["copies"], arrived, stopping)),
    ]
    for thread in threads:
        thread.start()
    time.sleep(2)  # the change stream and the group have no other way to say that they are there
    try:
        yield lambda key: _insert(members, key), arrived
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        producer.close()
        writer.close()
        reader.close()


def _insert(members: Collection[dict[str, Any]], key: str) -> None:
    members.insert_one({"_id": key, **_member(key)})


def _receive(
    settings: Settings,
    topic: str,
    copies: Collection[dict[str, Any]],
    arrived: dict[str, threading.Event],
    stopping: threading.Event,
) -> None:
    consumer = KafkaConsumer(
        topic,
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}floor",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    while not stopping.is_set():
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                key = record.key.decode()
                copies.insert_one({"_id": key, **orjson.loads(record.value)})
                arrived[key].set()
    consumer.close()
