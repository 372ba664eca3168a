"""The whole service on the real database: HTTP by the test client, records as the worker would read them."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from services.profiles.app import build
from services.profiles.domain.member import Member
from services.profiles.store import Store
from shared.ids import new_id
from shared.messaging.record import Record
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.backends import Backends
from tests.conftest import own_settings as settings_of_its_own
from tests.emptying import empty
from tests.unit.web.issuing import ISSUER, Issuer

ISSUING = Issuer()
ARRIVED = datetime(2026, 6, 1, tzinfo=UTC)
"""The broker's time of every record here."""


class Answer:
    """An answer to a request; `json` is whatever its body holds."""

    def __init__(self, response: TestResponse) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.json: Any = response.json


class Office:
    """The service with its database, and what it has announced."""

    def __init__(self, settings: Settings) -> None:
        self.foundation = lay(settings, "profiles")
        self.service = build(self.foundation)
        self.store = Store(self.foundation.database)
        self.app = self.service.web_app()
        self._offsets = count()

    def prepare(self) -> None:
        """Makes the indexes."""
        migrate(self.foundation.database, self.service.all_indexes())

    def call(
        self,
        method: str,
        path: str,
        *roles: str,
        subject: str | None = None,
        tenant: str = "acme",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """A request with a token of these roles, `coordinator` unless a subject is given, who then is a member."""
        named = roles or (("member",) if subject else ("coordinator",))
        token = ISSUING.headers(*named, tenant=tenant, sub=subject or "staff")
        response = self.app.test_client().open(path, method=method, headers=token | dict(headers or {}), **options)
        return Answer(response)

    def register(self, **content: Any) -> dict[str, Any]:
        body = {"given_name": "Ada", "family_name": "Okafor", **content}
        answer = self.call("POST", "/v1/members", json=body)
        assert answer.status_code == 201, answer.json
        registered: dict[str, Any] = answer.json
        return registered

    def hear(self, *contents: Mapping[str, Any], tenant: str = "acme", ids: Sequence[str] = ()) -> None:
        """Attendee records in one batch; `ids` are those of the messages."""
        batch = [
            self.record(content, tenant, identifier)
            for content, identifier in zip(contents, ids or [new_id() for _ in contents], strict=True)
        ]
        self.service.handling().handle(batch)

    def record(self, content: Mapping[str, Any], tenant: str = "acme", identifier: str | None = None) -> Record:
        kind = "published" if "person" in content else "removed"
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": identifier or new_id(),
            "ce_source": "https://tickets.example.org",
            "ce_type": f"org.ithaca.attendee.{kind}.v1",
            "ce_tenant": tenant,
            "content-type": "application/json",
        }
        headers = [(name, value.encode()) for name, value in attributes.items()]
        return Record("attendees.v1", 0, next(self._offsets), ARRIVED, b"key", orjson.dumps(content), headers)

    def members(self, tenant: str = "acme") -> list[Member]:
        return list(self.store.members.page(tenant, {}, limit=1000))

    def owner(self, ticket: str) -> Member:
        """Whose identifiers hold this ticket."""
        [found] = [
            member
            for member in self.members()
            if any(each.of_registration and each.value.endswith(f"/{ticket}") for each in member.identifiers)
        ]
        return found

    def announced(self) -> list[dict[str, Any]]:
        """What was left in the outbox, oldest first, as data with type and version beside."""
        rows = self.foundation.database["outbox"].find().sort("_id", 1)
        return [
            {
                "type": bytes(dict(row["headers"])["ce_type"]).decode().removeprefix("org.ithaca."),
                "version": row["version"],
                **orjson.loads(row["value"]),
            }
            for row in rows
        ]


@pytest.fixture(scope="session")
def prepared(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose database has its indexes, and is that of all tests."""
    with settings_of_its_own(backends, tmp_path_factory.mktemp("profiles")) as settings:
        office = Office(settings)
        office.prepare()
        yield office
        office.foundation.close()


@pytest.fixture
def own_settings(settings: Settings, prepared: Office, tmp_path: Path) -> Iterator[Settings]:
    """Topics of the test's own, and a database with nobody in it."""
    shared = prepared.foundation.settings.database_prefix
    yield dataclasses.replace(settings, database_prefix=shared, issuer=ISSUER, jwks_url=ISSUING.publish(tmp_path))
    empty(prepared.foundation.database)


@pytest.fixture
def office(own_settings: Settings) -> Iterator[Office]:
    office = Office(own_settings)
    yield office
    office.foundation.close()


@pytest.fixture
def topics_made(topics_of: Callable[[], Settings], own_settings: Settings) -> Settings:
    """The same settings, with the topics there."""
    topics_of()
    return own_settings
