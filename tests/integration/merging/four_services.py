"""The four services on real databases, and the messages between them, carried in whatever order a test likes."""

import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from services.events.app import build as events
from services.matching.app import build as matching
from services.notifications.app import build as notifications
from services.profiles.app import build as profiles
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.record import Record
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.emptying import empty
from tests.unit.web.issuing import ISSUER, Issuer

TENANT = "acme"
BUILD: dict[str, Callable[[Foundation], Service]] = {
    "profiles": profiles,
    "matching": matching,
    "events": events,
    "notifications": notifications,
}
FAR = "2099-05-04T07:00:00Z"

Lane = tuple[str, str, str]
"""A reader, a topic and a key: within one, order is kept."""


class FourServices:
    """One tenant of theirs. Nothing is read until `deliver`; what is read leaves further messages."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.issuer = Issuer()
        published = self.issuer.publish(folder)
        self.services: dict[str, Service] = {}
        for name, build in BUILD.items():
            own = replace(settings, issuer=ISSUER, jwks_url=published)
            self.services[name] = build(lay(own, name))
            migrate(self.database(name), self.services[name].all_indexes())
        self._apps = {name: service.web_app() for name, service in self.services.items()}
        self._handling = {name: service.handling() for name, service in self.services.items()}
        self._reads = {
            name: {registry.get(each).topic.name for reaction in service.reactions for each in reaction.types}
            for name, service in self.services.items()
        }
        self._lanes: defaultdict[Lane, deque[Record]] = defaultdict(deque)
        self._offsets = itertools.count()

    def database(self, name: str) -> Any:
        return self.services[name].foundation.database

    def call(self, service: str, method: str, path: str, who: str, *roles: str, body: Any = None) -> Any:
        headers = self.issuer.headers(*roles, tenant=TENANT, sub=who)
        return self._apps[service].test_client().open(path, method=method, json=body, headers=headers)

    def forget(self) -> None:
        """Begins anew with nobody."""
        self._lanes.clear()
        for name in self.services:
            empty(self.database(name))

    def publish_ticket(self, ticket: str, status: str, day: int, **person: Any) -> None:
        """What a ticket system says of one of its registrations."""
        data = {
            "source": "pretix",
            "source_event_id": "summit",
            "source_registration_id": ticket,
            "person": person,
            "status": status,
            "updated_at": f"2026-03-{1 + day % 28:02}T{day // 28:02}:00:00Z",
        }
        headers = {
            "ce_specversion": "1.0",
            "ce_id": new_id(),
            "ce_source": "https://tickets.example.org",
            "ce_type": "org.ithaca.attendee.published.v1",
            "ce_tenant": TENANT,
            "content-type": "application/json",
        }
        self._put("attendees.v1", ticket, orjson.dumps(data), [(name, text.encode()) for name, text in headers.items()])

    def waiting(self) -> list[Lane]:
        """Where something is to be read, in a stable order."""
        self._collect()
        return sorted(lane for lane, records in self._lanes.items() if records)

    def deliver(self, lane: Lane, most: int = 1) -> None:
        """Lets the reader have the next records of a lane, as one batch."""
        records = [self._lanes[lane].popleft() for _ in range(min(most, len(self._lanes[lane])))]
        self._handling[lane[0]].handle(records)

    def settle(self, choose: Callable[[list[Lane]], Lane]) -> None:
        """Delivers all there is and does what is due, until nothing is left; nothing may have failed."""
        while True:
            while lanes := self.waiting():
                self.deliver(choose(lanes), most=3)
            if not any(self._work(name) for name in self.services) and not self.waiting():
                break
        for name in self.services:
            for failed in ("dead", "parked"):
                assert self.database(name)[failed].count_documents({}) == 0, (name, failed)

    def _work(self, name: str) -> bool:
        service = self.services[name]
        loop = DueLoop(service.foundation.unit_of_work, service.due, service.foundation.clock)
        return any(loop.step(each) for each in service.due if each.name not in ("send_mail",))

    def _collect(self) -> None:
        for name in self.services:
            outbox = self.database(name)["outbox"]
            for row in outbox.find({"pending": True}).sort([("key", 1), ("version", 1), ("ordinal", 1)]):
                outbox.update_one({"_id": row["_id"]}, {"$unset": {"pending": True}})
                value = None if row["value"] is None else bytes(row["value"])
                self._put(row["topic"], row["key"], value, [(each, bytes(content)) for each, content in row["headers"]])

    def _put(self, topic: str, key: str, value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
        for reader, topics in self._reads.items():
            if topic in topics:
                record = Record(topic, 0, next(self._offsets), datetime.now(UTC), key.encode(), value, headers)
                self._lanes[reader, topic, key].append(record)
