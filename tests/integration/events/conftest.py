"""The events service on a real database and, where a test asks for it, a real broker."""

import itertools
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.events.app import build
from shared import settings as settings_module
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import DueLoop
from shared.messaging.reactions import by_type
from shared.messaging.reading import opened
from shared.messaging.record import Record
from shared.messaging.relay import Relay
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, WorkerRole, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.backends import Backends
from tests.emptying import empty
from tests.unit.web.issuing import ISSUER, Issuer


@dataclass(frozen=True, slots=True)
class Told:
    """A message that the service left for the world."""

    type: str
    key: str
    version: int
    data: dict[str, Any]


class Deployment:
    """The service as it is deployed once, on a migrated database."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.issuer = Issuer()
        self.settings = replace(settings, issuer=ISSUER, jwks_url=self.issuer.publish(folder))
        self.foundation: Foundation = lay(self.settings, "events")
        self.service: Service = build(self.foundation)
        migrate(self.foundation.database, self.service.all_indexes())
        self.app = self.service.web_app()
        self.offsets = itertools.count()


class Bench:
    """One tenant of a deployment, and its neighbor.

    Messages are handed to the reactions directly unless the broker is asked for by `running`.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.settings = deployment.settings
        self.issuer = deployment.issuer
        self.foundation = deployment.foundation
        self.service = deployment.service
        self.app = deployment.app
        self._offsets = deployment.offsets
        self.tenant = f"t{uuid.uuid4().hex[:10]}"
        self.neighbor = f"{self.tenant}-neighbor"
        self.ada, self.ben = new_id(), new_id()

    def call(
        self, method: str, path: str, *roles: str, tenant: str | None = None, member: str | None = None, **options: Any
    ) -> TestResponse:
        """A request by a token with these roles; `member` is whose it is."""
        claims: dict[str, Any] = {"tenant": tenant or self.tenant} | ({} if member is None else {"sub": member})
        headers = self.issuer.headers(*roles, **claims) | options.pop("headers", {})
        client: FlaskClient = self.app.test_client()
        return client.open(path, method=method, headers=headers, **options)

    def event(self, *, publish: bool = True, tenant: str | None = None, **fields: Any) -> str:
        """A new event's id; it names pretix `summit` unless told otherwise."""
        body: dict[str, Any] = {
            "name": "Annual Summit",
            "starts_at": "2099-05-04T07:00:00Z",
            "ends_at": "2099-05-06T16:00:00Z",
            "time_zone": "Europe/Rome",
            "sources": [{"source": "pretix", "source_event_id": "summit"}],
        } | fields
        made = self.call("POST", "/v1/events", "organizer", tenant=tenant, json=body)
        assert made.status_code == 201, made.get_data()
        event_id: str = made.json["id"]  # type: ignore[index]
        if publish:
            assert self.publish(event_id, tenant=tenant).status_code == 200
        return event_id

    def publish(self, event_id: str, *, tenant: str | None = None) -> TestResponse:
        return self.call("POST", f"/v1/events/{event_id}/publish", "organizer", tenant=tenant)

    def receive(self, topic: str, type_name: str, data: dict[str, Any] | None, **options: Any) -> None:
        """Handles one message as the worker would."""
        self.handle([self.message(topic, type_name, data, **options)])

    def handle(self, records: Sequence[Record]) -> None:
        """Handles the records as the worker would that polled them together."""
        self.service.handling().handle(records)

    def taking(self, *records: Record) -> Callable[[Transaction], None]:
        """What the reaction to these, all of one topic, does in its transaction."""
        messages = [opened(each) for each in records]
        (reaction,) = by_type(self.service.reactions)[messages[0].type]
        assert reaction.handle_many is not None
        together = reaction.handle_many
        return lambda transaction: together(
            [(transaction.within(tenant=each.tenant, cause=Cause.message(each)), each) for each in messages]
        )

    def message(
        self,
        topic: str,
        type_name: str,
        data: dict[str, Any] | None,
        *,
        key: str = "k",
        version: int | None = None,
        identifier: str | None = None,
        tenant: str | None = None,
        at: datetime | None = None,
    ) -> Record:
        """The record of one message."""
        attributes = {
            "specversion": "1.0",
            "id": identifier or new_id(),
            "source": "/outside",
            "type": f"org.ithaca.{type_name}",
            "tenant": tenant or self.tenant,
        } | ({} if version is None else {"aggregateversion": str(version)})
        return Record(
            topic=topic,
            partition=0,
            offset=next(self._offsets),
            timestamp=at or datetime.now(UTC),
            key=key.encode(),
            value=None if data is None else orjson.dumps(data),
            headers=[(f"ce_{name}", text.encode()) for name, text in attributes.items()],
        )

    def ticket(self, registration: str = "A-1", **fields: Any) -> None:
        """A record of a ticket of pretix `summit`; `identifier`, `tenant` and `at` are those of its message."""
        self.handle([self.ticket_message(registration, **fields)])

    def ticket_message(self, registration: str, **fields: Any) -> Record:
        """As `ticket`, only its record."""
        options = {name: fields.pop(name) for name in ("identifier", "tenant", "at") if name in fields}
        return self.message("attendees.v1", "attendee.published.v1", ticket(registration, **fields), **options)

    def removal(self, registration: str, updated_at: str) -> None:
        data = {
            "source": "pretix",
            "source_event_id": "summit",
            "source_registration_id": registration,
            "updated_at": updated_at,
        }
        self.receive("attendees.v1", "attendee.removed.v1", data)

    def member(self, member_id: str, *tickets: str, version: int = 1, owned: int = 1, **fields: Any) -> None:
        """A member with the identifiers of these tickets, each at version `owned`, is announced."""
        self.handle([self.member_message(member_id, *tickets, version=version, owned=owned, **fields)])

    def member_message(self, member_id: str, *tickets: str, version: int = 1, owned: int = 1, **fields: Any) -> Record:
        """As `member`, only its record."""
        identifiers = [{"issuer": "pretix", "value": f"summit/{each}", "version": owned} for each in tickets]
        data = {"id": member_id, "given_name": "Ada", "family_name": "Okafor", "identifiers": identifiers} | fields
        return self.message("members.v1", "member.updated.v1", data, key=member_id, version=version)

    def perform_due(self) -> None:
        """All due work, until nothing is due."""
        loop = DueLoop(self.foundation.unit_of_work, self.service.due, self.foundation.clock)
        while any(loop.step(work) for work in self.service.due):
            pass

    def told(self, word: str) -> list[Told]:
        """What was left for the world on types that start with the word, by key in order."""
        rows = self.foundation.database["outbox"].find({}).sort([("key", 1), ("version", 1), ("ordinal", 1)])
        found = []
        for row in rows:
            headers = {name: content.decode() for name, content in row["headers"]}
            kind = headers.get("ce_type", "").removeprefix("org.ithaca.")
            if kind.startswith(word) and headers.get("ce_tenant") == self.tenant and "value" in row:
                found.append(Told(kind, row["key"], row["version"], orjson.loads(row["value"])))
        return found

    def registrations(self, event_id: str, **query: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/v1/events/{event_id}/registrations", "organizer", query_string=query)
        assert answer.status_code == 200, answer.get_data()
        items: list[dict[str, Any]] = answer.json["items"]  # type: ignore[index]
        return items

    def shown(self, event_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/v1/events/{event_id}", "organizer")
        assert answer.json is not None
        event: dict[str, Any] = answer.json
        return event

    @contextmanager
    def running(self) -> Iterator[None]:
        """With a relay and a worker on the broker."""
        roles: list[Relay | WorkerRole] = [self.service.relay(), self.service.worker()]
        threads = [threading.Thread(target=role.run) for role in roles]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for role in roles:
                role.stop()
            for thread in threads:
                thread.join(timeout=30)
                assert not thread.is_alive(), "a role did not stop"


def ticket(registration: str = "A-1", **fields: Any) -> dict[str, Any]:
    """A confirmed ticket's record."""
    return {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": registration,
        "person": {"email": "ada@example.org", "name": "Ada Okafor"},
        "status": "confirmed",
        "updated_at": "2026-11-01T10:00:00Z",
    } | fields


@contextmanager
def deployed(backends: Backends, folder: Path) -> Iterator[Deployment]:
    """The service on a database of its own, which goes afterwards."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": backends.kafka,
        "MONGODB_URI": backends.mongodb,
        "ITHACA_TOPIC_PREFIX": f"{prefix}.",
        "ITHACA_DATABASE_PREFIX": f"{prefix}_",
        "ITHACA_SECRET_KEY": "a-secret-of-the-tests-and-nobody-else",
        "ITHACA_ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    found = Deployment(settings_module.read(environment), folder)
    yield found
    found.foundation.client.drop_database(found.foundation.database)
    found.foundation.close()


@pytest.fixture(scope="package")
def deployment(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One for all tests: making the indexes takes longer than most of them."""
    with deployed(backends, tmp_path_factory.mktemp("events")) as found:
        yield found


@pytest.fixture
def bench(deployment: Deployment) -> Iterator[Bench]:
    """A tenant on an empty database: what workers look for, and the outbox, are those of all tenants."""
    yield Bench(deployment)
    empty(deployment.foundation.database)


@pytest.fixture
def bench_on_broker(topics_of: Callable[[], Settings], tmp_path: Path) -> Iterator[Bench]:
    found = Deployment(topics_of(), tmp_path)
    yield Bench(found)
    found.foundation.close()
