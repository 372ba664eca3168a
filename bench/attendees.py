"""What the benchmarks of attendees share: records, an event that takes them in, and a worker that works them off."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
from kafka import KafkaProducer

from services.events.app import build
from services.events.commands.create_event import create_event
from services.events.commands.publish_event import publish_event
from services.events.domain.event import EventSource
from services.events.store import Store
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.envelope import Message, headers
from shared.messaging.relay import Relay
from shared.service import Foundation, Service, WorkerRole, lay
from shared.settings import Settings
from shared.storage import Document
from shared.storage.migrations import migrate

TENANT = "bench"
_LONGEST_SECONDS = 300
TYPE = registry.get("attendee.published.v1")
MEMBER = registry.get("member.registered.v1")


def ticket(number: int) -> str:
    return f"ORDER{number}-1"


def record(number: int) -> dict[str, Any]:
    return {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": ticket(number),
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


def member(number: int) -> dict[str, Any]:
    """The member whom profiles announces for that record."""
    return {
        "id": new_id(),
        "given_name": "Ada",
        "family_name": f"Okafor {number}",
        "email": f"person{number}@example.org",
        "identifiers": [{"issuer": "pretix", "value": f"summit/{ticket(number)}", "version": 1}],
        "membership": "active",
    }


def preload(settings: Settings, count: int, *, first: int = 0) -> None:
    """Publishes so many records, numbered from `first`."""
    records = ((f"pretix/summit/{ticket(number)}", record(number)) for number in range(first, first + count))
    send(settings, TYPE.name, records, version=None)


def send(settings: Settings, type_name: str, records: Iterable[tuple[str, Document]], *, version: int | None) -> None:
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all", linger_ms=50, batch_size=256 * 1024)
    topic = settings.topic(registry.get(type_name).topic.name)
    for key, data in records:
        message = Message(new_id(), type_name, "/bench", key, None, TENANT, key, version, new_id(), None, None, {})
        producer.send(topic, key=key.encode(), value=orjson.dumps(data), headers=headers(message))
    producer.flush()
    producer.close()


@contextmanager
def events(settings: Settings) -> Iterator[tuple[Foundation, Service]]:
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
def running(role: WorkerRole | Relay) -> Iterator[None]:
    """With the role in a thread."""
    thread = threading.Thread(target=role.run)
    thread.start()
    try:
        yield
    finally:
        role.stop()
        thread.join()


def until(done: Callable[[], bool]) -> float:
    """Seconds until it is done."""
    begun = time.perf_counter()
    while not done():
        time.sleep(0.05)  # asking is work for the database that it measures
    return time.perf_counter() - begun


def worked_off(role: WorkerRole, done: Callable[[], bool]) -> float:
    """Seconds from the first records that the worker has in hand until it is done.

    It is asked for whenever the worker has handled what it had polled, on the worker's own thread: a second one that
    asks again and again would take the interpreter from what it measures.
    """
    handling = role.worker._handling
    handle, finished = handling.handle, threading.Event()
    times: list[float] = []

    def handled(records: Any, **named: Any) -> None:
        if not times:
            times.append(time.perf_counter())
        handle(records, **named)
        if not finished.is_set() and done():
            times.append(time.perf_counter())
            finished.set()

    handling.handle = handled  # type: ignore[method-assign]
    with running(role):
        if not finished.wait(_LONGEST_SECONDS):
            raise TimeoutError(f"the worker was not done within {_LONGEST_SECONDS} s")
    return times[1] - times[0]
