"""An event called off for 50,000 registered, from its message to the last item, beside the bare writing of the same."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from pymongo.database import Database

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median
from services.notifications.app import build
from services.notifications.domain.copies import Event
from services.notifications.domain.registered import Registered
from services.notifications.store import Store
from shared.clock import rfc3339
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage import Document
from shared.storage.bulk import BulkRepository
from shared.storage.migrations import migrate

REGISTERED = 50_000
ROUNDS = 3
_PAGE = 1_000
_CALLED_OFF = registry.get("event.cancelled.v1")
_WRITTEN = ("notifications", "deliveries")


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """People told a second, product and floor in turns."""
    rates: dict[str, list[float]] = {"product": [], "floor": []}
    for number in range(ROUNDS):
        with scratch(settings) as own:
            ground, least = lay(own, "notifications"), lay(own, "floor")
            service = build(ground)
            for each in (ground, least):
                migrate(each.database, service.all_indexes())
            event = _prepare(ground)
            rates["product"].append(REGISTERED / _told(ground, service, event))
            left = {name: list(ground.database[name].find().limit(REGISTERED)) for name in _WRITTEN}
            if any(len(documents) != REGISTERED for documents in left.values()):
                raise ValueError("somebody was not told, or twice")
            rates["floor"].append(REGISTERED / _written(least.database, left))
            ground.close()
            least.close()
        both = ", ".join(f"{name} {each[-1]:,.0f}/s" for name, each in rates.items())
        progress(f"notify_50k: round {number + 1} of {ROUNDS}: {both}")
    return [
        Result(
            "notify_50k",
            "people/s",
            median(rates["product"]),
            median(rates["floor"]),
            None,
            f"medians of {ROUNDS} rounds: {REGISTERED} registered, an inbox item and a mail to send each, one worker; "
            f"floor: insert_many of the same documents, {_PAGE} at a time, under the same indexes",
            higher_is_better=True,
        )
    ]


def _prepare(ground: Foundation) -> Event:
    """An event that is to come, and everybody's registration for it, as the service has heard of them."""
    store, now = Store(ground.database), ground.clock.now()
    starts_at = now + timedelta(days=30)
    event = Event(
        new_id(),
        TENANT,
        1,
        now,
        "Summit",
        starts_at,
        starts_at + timedelta(days=1),
        "Europe/Rome",
        None,
        cancelled=False,
    )
    ground.unit_of_work.run(lambda transaction: store.events.insert(transaction.session, event), tenant=TENANT)
    registrations = BulkRepository(store.registrations.collection, Registered, "registration")
    for _ in range(0, REGISTERED, _PAGE):
        page = [
            Registered(new_id(), TENANT, 1, now, event.id, new_id(), live=True, attending=True, heard=1)
            for _ in range(_PAGE)
        ]
        ground.unit_of_work.run(
            lambda transaction, page=page: registrations.write(transaction.session, [(None, each) for each in page]),  # type: ignore[misc]
            tenant=TENANT,
        )
    return event


def _told(ground: Foundation, service: Service, event: Event) -> float:
    """Seconds from the message in hand to the last item, by the loop of a worker."""
    [work] = [each for each in service.due if each.name == "tell_registered"]
    handling, loop = service.handling(), DueLoop(ground.unit_of_work, service.due, ground.clock)
    record = _record(ground, event)
    begun = time.perf_counter()
    handling.handle([record])
    while loop.step(work):
        pass
    return time.perf_counter() - begun


def _record(ground: Foundation, event: Event) -> Record:
    data = {
        "id": event.id,
        "name": event.name,
        "starts_at": rfc3339(event.starts_at),
        "ends_at": rfc3339(event.ends_at),
        "time_zone": event.time_zone,
        "state": "cancelled",
    }
    message = Message(
        id=new_id(),
        type=_CALLED_OFF.name,
        source=f"/tenants/{TENANT}/services/events",
        subject=None,
        time=ground.clock.now(),
        tenant=TENANT,
        key=event.id,
        version=2,
        correlation_id=new_id(),
        causation_id=None,
        traceparent=None,
        data=data,
    )
    value, headers = envelope.value(message), envelope.headers(message)
    return Record(_CALLED_OFF.topic.name, 0, 0, message.time, message.key.encode(), value, headers)


def _written(database: Database[Document], left: Mapping[str, Sequence[Document]]) -> float:
    begun = time.perf_counter()
    for start in range(0, REGISTERED, _PAGE):
        for name, documents in left.items():
            database[name].insert_many(documents[start : start + _PAGE])
    return time.perf_counter() - begun
