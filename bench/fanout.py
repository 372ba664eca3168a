"""From a client's write to its effect in another service's database, beside the least that could carry it.

Writer, carrier and reader are three processes, as in a platform that runs: in one, each would wait for the others'
interpreter lock.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
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
from shared.service import Foundation, Service, lay, relay
from shared.settings import Settings
from shared.storage.migrations import migrate

MESSAGES = 150
ROUNDS = 5
_WARM_UP = 20
_PAUSE_SECONDS = 0.02

Send = Callable[[str], None]
Part = Callable[[Settings, Event, Connection], None]
"""Runs in a process of its own until it is told to stop; the reader says (key, monotonic second) of each effect."""


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Both percentiles, of product and floor in turns."""
    times: dict[str, list[list[float]]] = {"product": [], "floor": []}
    for number in range(ROUNDS):
        for name, way in (("product", _product), ("floor", _floor)):
            progress(f"fanout: {name}, round {number + 1} of {ROUNDS}")
            with scratch(settings) as own, way(own) as (send, effects):
                times[name].append(_measure(send, effects))
    notes = f"{ROUNDS} rounds of {MESSAGES} messages, one at a time, three processes each"
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


def _measure(send: Send, effects: Connection) -> list[float]:
    """Milliseconds from the call of the write to the return of the write of the effect."""
    taken: list[float] = []
    for number in range(MESSAGES + _WARM_UP):
        key = new_id()
        begun = time.monotonic()
        send(key)
        if not effects.poll(30):
            raise TimeoutError("a message did not arrive within 30 s")
        arrived, at = effects.recv()
        if arrived != key:
            raise LookupError(f"the effect of {arrived} came while that of {key} was due")
        if number >= _WARM_UP:
            taken.append((at - begun) * 1000)
        time.sleep(_PAUSE_SECONDS)
    return taken


@contextmanager
def _apart(settings: Settings, *parts: Part) -> Iterator[Connection]:
    """Each part in a process of its own; gives what they say."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe(duplex=False)
    stopping = spawning.Event()
    processes = [spawning.Process(target=part, args=(settings, stopping, theirs), daemon=True) for part in parts]
    for process in processes:
        process.start()
    try:
        yield ours
    finally:
        stopping.set()
        for process in processes:
            process.join()


def _member(key: str) -> dict[str, Any]:
    return {"id": key, "given_name": "Ada", "family_name": "Okafor", "membership": "active"}


@contextmanager
def _product(settings: Settings) -> Iterator[tuple[Send, Connection]]:
    writer = lay(settings, "profiles")
    migrate(writer.database, Service("profiles", "", writer).all_indexes())
    try:
        with _apart(settings, _relay, _worker) as effects:
            yield lambda key: _publish(writer, key), effects
    finally:
        writer.close()


def _publish(ground: Foundation, key: str) -> None:
    def write(transaction: Transaction) -> None:
        transaction.database["members"].insert_one(_member(key), session=transaction.session)
        transaction.publish("member.registered.v1", key=key, version=1, data=_member(key))

    ground.unit_of_work.run(write, tenant="bench")


def _relay(settings: Settings, stopping: Event, _: Connection) -> None:
    ground = lay(settings, "profiles")
    sending = relay(ground, "profiles")
    _until(stopping, sending.run, sending.stop)
    ground.close()


def _worker(settings: Settings, stopping: Event, effects: Connection) -> None:
    handled: list[str] = []

    def copy(transaction: Transaction, message: Message) -> None:
        transaction.database["copies"].insert_one({"_id": message.key}, session=transaction.session)
        handled.append(message.key)

    def committed() -> None:
        at = time.monotonic()
        while handled:
            effects.send((handled.pop(0), at))

    ground = lay(settings, "events")
    reaction = Reaction("copy", ("member.registered.v1",), Kind.EFFECT, copy)
    service = Service("events", "", ground, reactions=(reaction,))
    migrate(ground.database, service.all_indexes())
    worker = service.worker().worker
    _until(stopping, lambda: worker.run(after_batch=committed), worker.stop)
    ground.close()


def _until(stopping: Event, run: Callable[[], None], stop: Callable[[], None]) -> None:
    running = threading.Thread(target=run)
    running.start()
    stopping.wait()
    stop()
    running.join()


@contextmanager
def _floor(settings: Settings) -> Iterator[tuple[Send, Connection]]:
    writer = lay(settings, "profiles")
    members = writer.database["members"]
    members.insert_one({"_id": "first"})
    try:
        with _apart(settings, _carry, _receive) as effects:
            effects.recv()  # the change stream is there; the group reads from the beginning
            yield lambda key: _insert(members, key), effects
    finally:
        writer.close()


def _insert(members: Collection[dict[str, Any]], key: str) -> None:
    members.insert_one({"_id": key, **_member(key)})


def _carry(settings: Settings, stopping: Event, said: Connection) -> None:
    ground = lay(settings, "profiles")
    topic = settings.topic("members.v1")
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all")
    with ground.database["members"].watch([{"$match": {"operationType": "insert"}}], max_await_time_ms=500) as changes:
        said.send("watching")
        while not stopping.is_set():
            if (change := changes.try_next()) is not None:
                document = change["fullDocument"]
                producer.send(topic, key=document["_id"].encode(), value=orjson.dumps(document))
                producer.flush()
    producer.close()
    ground.close()


def _receive(settings: Settings, stopping: Event, effects: Connection) -> None:
    ground = lay(settings, "events")
    copies = ground.database["copies"]
    consumer = KafkaConsumer(
        settings.topic("members.v1"),
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
                effects.send((key, time.monotonic()))
    consumer.close()
    ground.close()
