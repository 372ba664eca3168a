"""Events and profiles agree on who each registration is, whichever of them hears what first."""

import dataclasses
import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.profiles.app import build as build_profiles
from services.profiles.store import Store as People
from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging.record import Record
from shared.service import Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.integration.events.conftest import Bench, Deployment, ticket

TICKETS = ("A-1", "A-2", "A-3")
PERSONS: tuple[dict[str, str], ...] = (
    {"email": "ada@example.org", "name": "Ada Okafor"},
    {"email": "ADA@example.org", "name": "Ada Okafor"},
    {"email": "ben@example.org", "name": "Ben Mensah"},
    {"buyer_email": "ada@example.org", "name": "Ada Okafor"},
    {"buyer_email": "ada@example.org", "name": "Chidi Eze"},
    {"buyer_email": "office@example.org"},
    {"member_number": "4711", "name": "Ben Mensah"},
)
BEGINNING = datetime(2026, 11, 1, 10, tzinfo=UTC)


class Both:
    """Both services on one tenant; what each has still to hear waits in order of its key, and may be heard twice."""

    def __init__(self, bench: Bench, profiles: Service, chance: random.Random) -> None:
        self.bench = bench
        self.profiles = profiles
        self.random = chance
        self.for_events: dict[str, deque[Record]] = {}
        self.for_profiles: dict[str, deque[Record]] = {}
        self.carried = profiles.foundation.database["outbox"].count_documents({})
        self.said: dict[str, list[tuple[str, str, bool]]] = {}

    def publish(self) -> None:
        """A source says something of a ticket, not always in order of its own time."""
        name, minute = self.random.choice(TICKETS), self.random.randrange(6)
        moment = rfc3339(BEGINNING + timedelta(minutes=minute))
        identifier, removed = new_id(), self.random.random() < 0.15
        self.said.setdefault(name, []).append((moment, identifier, removed))
        options: dict[str, Any] = {"key": name, "identifier": identifier}
        if removed:
            data: dict[str, Any] = {"source": "pretix", "source_event_id": "summit", "source_registration_id": name}
            record = self.bench.message("attendees.v1", "attendee.removed.v1", data | {"updated_at": moment}, **options)
        else:
            status = self.random.choice(("confirmed", "confirmed", "pending", "cancelled"))
            data = ticket(name, person=self.random.choice(PERSONS), status=status, updated_at=moment)
            record = self.bench.message("attendees.v1", "attendee.published.v1", data, **options)
        for queues in (self.for_events, self.for_profiles):
            queues.setdefault(name, deque()).append(record)

    def hear(self) -> None:
        """One of the services hears the next of some key."""
        services = ((self.for_events, self.bench.service), (self.for_profiles, self.profiles))
        queues, service = self.random.choice([each for each in services if any(each[0].values())])
        waiting = queues[self.random.choice([key for key, queue in queues.items() if queue])]
        record = waiting[0] if self.random.random() < 0.1 else waiting.popleft()
        service.handling().handle([record])
        self._carry()

    def removed(self) -> set[str]:
        """The tickets of which the source said last that there are none: nobody has them any more."""
        return {name for name, said in self.said.items() if max(said)[2]}

    def waits(self) -> bool:
        return any(self.for_events.values()) or any(self.for_profiles.values())

    def _carry(self) -> None:
        """What profiles has announced meanwhile is on its way to events."""
        rows = self.profiles.foundation.database["outbox"].find().sort("_id", 1).skip(self.carried)
        for row in rows:
            self.carried += 1
            headers = [(name, bytes(content)) for name, content in row["headers"]]
            at = datetime.now(UTC)
            record = Record(row["topic"], 0, self.carried, at, row["key"].encode(), row["value"], headers)
            self.for_events.setdefault(row["key"], deque()).append(record)


@pytest.fixture(scope="module")
def profiles(deployment: Deployment) -> Iterator[Service]:
    ground = lay(_apart(deployment.settings), "profiles")
    service = build_profiles(ground)
    migrate(ground.database, service.all_indexes())
    yield service
    ground.client.drop_database(ground.database)
    ground.close()


def _apart(settings: Settings) -> Settings:
    """Settings whose databases no other test has."""
    return dataclasses.replace(settings, database_prefix=f"t{new_id()[-10:]}_")


@pytest.mark.parametrize("seed", range(25))
def test_both_services_agree_on_who_each_registration_is(bench: Bench, profiles: Service, seed: int) -> None:
    both = Both(bench, profiles, random.Random(seed))
    event = bench.event()
    to_publish = 14
    while to_publish or both.waits():
        if to_publish and (not both.waits() or both.random.random() < 0.4):
            both.publish()
            to_publish -= 1
        else:
            both.hear()
    members = People(profiles.foundation.database).members.page(bench.tenant, {}, limit=1000)
    owners = {
        each.value.removeprefix("summit/"): member.id
        for member in members
        for each in member.identifiers
        if each.of_registration
    }
    linked = {each["source_registration_id"]: each["member_id"] for each in bench.registrations(event)}
    there = both.said.keys() - both.removed()
    assert {name: linked.get(name) for name in there} == {name: owners.get(name) for name in there}
    assert not owners.keys() & both.removed()
    assert linked.keys() == both.said.keys()
