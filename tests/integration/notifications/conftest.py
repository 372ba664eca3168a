"""The whole service on the real database, fed with messages as its worker would read them."""

import dataclasses
import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from services.notifications.app import build
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notification import Notification
from services.notifications.store import Store
from shared.clock import to_milliseconds
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from shared.service import Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate, missing
from tests import erasing
from tests.backends import Backends
from tests.emptying import empty
from tests.integration.notifications.mailing import Mailbox
from tests.integration.notifications.receiving import Receiver, receiving
from tests.unit.notifications.news import ADA, examples
from tests.unit.web.issuing import ISSUER, Issuer

ISSUING = Issuer()
SECRET_KEY = erasing.SECRET


class FrozenClock:
    """Stands still until told to go on. It starts in the past, as claims go by the database's own time as well."""

    def __init__(self) -> None:
        self._now = to_milliseconds(datetime.now(UTC) - timedelta(days=60))

    def now(self) -> datetime:
        return self._now

    def pass_by(self, time: timedelta) -> None:
        self._now += time

    def pass_until(self, hour: int, minute: int = 0) -> None:
        """The next time that it is so late in UTC."""
        then = self._now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self._now = then if then > self._now else then + timedelta(days=1)


class Desk:
    """The service, what it has heard, and what it did about it."""

    def __init__(self, settings: Settings) -> None:
        self.clock = FrozenClock()
        self.foundation = lay(settings, "notifications", self.clock)
        self.service: Service = build(self.foundation)
        self.store = Store(self.foundation.database)
        self._handling = self.service.handling()
        self._offsets = count()
        if missing(self.foundation.database, self.service.all_indexes()):
            migrate(self.foundation.database, self.service.all_indexes())

    def hear(
        self,
        type_name: str,
        data: dict[str, Any] | None,
        *,
        key: str | None = None,
        version: int = 1,
        tenant: str = "acme",
        message_id: str | None = None,
    ) -> None:
        """One message, as read from its topic."""
        kind = registry.get(type_name)
        message = Message(
            id=message_id or new_id(),
            type=kind.name,
            source=f"/tenants/{tenant}/services/test",
            subject=None,
            time=self.clock.now(),
            tenant=tenant,
            key=key or str((data or {}).get("id") or (data or {})["mentorship_id"]),
            version=version,
            correlation_id="story",
            causation_id=None,
            traceparent=None,
            data=data,
        )
        self._handling.handle(
            [
                Record(
                    kind.topic.name,
                    0,
                    next(self._offsets),
                    self.clock.now(),
                    message.key.encode(),
                    envelope.value(message),
                    envelope.headers(message),
                )
            ]
        )
        assert self.foundation.database["dead"].count_documents({}) == 0

    def hear_example(self, type_name: str, name: str, **changes: Any) -> None:
        options = {key: changes.pop(key) for key in ("version", "tenant", "message_id") if key in changes}
        self.hear(type_name, examples(type_name)[name] | changes, **options)

    def know_everybody(self, tenant: str = "acme") -> None:
        """Ada, Ben, the summit and its program, in the contract's own words."""
        self.hear_example("member.registered.v1", "by-the-association", tenant=tenant)
        self.hear_example("member.updated.v1", "mentor-in-grace", tenant=tenant)
        self.hear_example(
            "event.published.v1",
            "summit",
            tenant=tenant,
            starts_at="2126-05-04T07:00:00Z",
            ends_at="2126-05-06T16:00:00Z",
        )
        self.hear_example("program.opened.v1", "of-an-event", tenant=tenant)

    def work(self, only: str | None = None) -> None:
        """All that is due now, or all of one kind."""
        loop = DueLoop(self.foundation.unit_of_work, self.service.due, self.clock)
        works = [work for work in self.service.due if only in (None, work.name)]
        while any(loop.step(work) for work in works):
            pass

    def notifications(self, member_id: str, tenant: str = "acme") -> list[Notification]:
        return list(self.store.notifications.inbox(tenant, {member_id}, limit=200, before=None))

    def deliveries(self, member_id: str, tenant: str = "acme") -> list[Delivery]:
        return list(self.store.deliveries.page(tenant, {"member_id": member_id}, limit=200))

    def announced(self, after: str = "") -> list[dict[str, Any]]:
        """What the service has left in its outbox, behind this row if one is named, as data with the type beside."""
        found = self.foundation.database["outbox"].find({"_id": {"$gt": after}}).sort("_id", 1)
        return [_announcement(row) for row in found]

    def client(self) -> FlaskClient:
        return self.service.web_app().test_client()


def _announcement(row: dict[str, Any]) -> dict[str, Any]:
    headers = {name: bytes(value).decode() for name, value in row["headers"]}
    return {"type": headers["ce_type"], "key": row["key"], "version": row["version"], **orjson.loads(row["value"])}


@pytest.fixture
def mailbox() -> Mailbox:
    """Not answering yet: `with mailbox.answering()`."""
    return Mailbox()


@pytest.fixture
def gather_seconds() -> int:
    """So long news about one thing gathers before its mail is due: a module of tests may say otherwise."""
    return 0


@pytest.fixture
def own_settings(
    settings: Settings, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gather_seconds: int
) -> Settings:
    monkeypatch.setenv("ITHACA_MAIL_GATHER_SECONDS", str(gather_seconds))
    monkeypatch.setenv("ITHACA_BOUNCE_DOMAIN", "bounces.example")
    return dataclasses.replace(
        settings,
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
        issuer=ISSUER,
        jwks_url=ISSUING.publish(tmp_path),
        link_template="https://portal.example/{kind}/{id}",
        allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),),
        secret_keys=(SECRET_KEY,),
    )


@pytest.fixture(scope="package")
def prefix(backends: Backends) -> Iterator[str]:
    """Databases that the tests of this folder share: making the indexes anew for each would take most of the time."""
    prefix = f"t{new_id()[-10:]}_"
    yield prefix
    with MongoClient[dict[str, Any]](backends.mongodb) as client:
        client.drop_database(f"{prefix}notifications")


@pytest.fixture
def desk(own_settings: Settings, prefix: str) -> Iterator[Desk]:
    """The service with an empty database."""
    yield from _emptied_after(Desk(dataclasses.replace(own_settings, database_prefix=prefix)))


def _emptied_after(desk: Desk) -> Iterator[Desk]:
    yield desk
    empty(desk.foundation.database)
    desk.foundation.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An outside system that takes webhooks."""
    with receiving() as found:
        yield found


@pytest.fixture
def keyless_desk(own_settings: Settings, prefix: str) -> Iterator[Desk]:
    """As `desk`, where ITHACA_SECRET_KEY is not set."""
    yield from _emptied_after(Desk(dataclasses.replace(own_settings, database_prefix=prefix, secret_keys=())))


@pytest.fixture
def as_member() -> Callable[..., dict[str, str]]:
    """Headers of a member's token."""

    def headers(member_id: str = ADA, *roles: str, tenant: str = "acme") -> dict[str, str]:
        return ISSUING.headers(*(roles or ("member",)), sub=member_id, tenant=tenant)

    return headers
