"""The web apps of the four services in this process, on the real database."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pymongo.database import Database
from werkzeug.test import TestResponse

from shared import settings as settings_module
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork
from shared.service import Foundation, lay
from shared.storage.client import Document
from shared.storage.migrations import migrate
from shared.web import WebApp
from shared.web.access import ROLES
from shared.web.transactions import EXTENSION
from tests.backends import Backends
from tests.integration.http.operations import BUILDS, Operation
from tests.unit.web.issuing import ISSUER, Issuer


class Surface:
    """All that answers over HTTP."""

    def __init__(self, issuer: Issuer, apps: dict[str, WebApp]) -> None:
        self.issuer = issuer
        self._apps = apps
        self.tenant = f"t{uuid.uuid4().hex[:10]}"

    def ask(self, operation: Operation, *roles: str, **options: Any) -> TestResponse:
        """The operation, at an address whose ids nobody has, by a token of these roles."""
        headers = self.issuer.headers(*roles, tenant=self.tenant) | options.pop("headers", {})
        return self.call(operation.service, operation.method, operation.address, headers=headers, **options)

    def app(self, service: str) -> WebApp:
        return self._apps[service]

    def database(self, service: str) -> Database[Document]:
        """The service's own."""
        unit_of_work: UnitOfWork = self._apps[service].extensions[EXTENSION]
        return unit_of_work.database

    def call(self, service: str, method: str, path: str, **options: Any) -> TestResponse:
        return self._apps[service].test_client().open(path, method=method, **options)


class Tenant:
    """One with an object of every kind."""

    def __init__(self, surface: Surface) -> None:
        from tests.integration.http.population import populate

        self.surface = surface
        people = populate(surface)
        self.ids, self.caller = people.ids, people.caller
        until = int(time.time()) + 36_000
        self.headers = surface.issuer.headers(*ROLES, tenant=surface.tenant, sub=self.caller, exp=until)
        """Of whoever may everything here and takes part in everything."""

    def path_of(self, operation: Operation, **others: str) -> str:
        """Where the operation finds what is there; `others` are ids to ask for instead, by the parameter's name."""
        return operation.path.format_map({name: new_id() for name in operation.names} | self.ids | others)


class Neighbors(NamedTuple):
    """Two tenants on the same services."""

    here: Tenant
    there: Tenant


@pytest.fixture(scope="package")
def neighbors(apps: tuple[Issuer, dict[str, WebApp]]) -> Neighbors:
    return Neighbors(Tenant(Surface(*apps)), Tenant(Surface(*apps)))


@contextmanager
def standing(
    kafka: str,
    mongodb: str,
    folder: Path,
    migrating: Callable[[Mapping[str, Foundation]], AbstractContextManager[object]] = lambda _: nullcontext(),
    **variables: str,
) -> Iterator[tuple[Issuer, dict[str, WebApp]]]:
    """The apps on these backends and by these settings, in databases of their own that are gone afterwards.

    They are migrated within `migrating`.
    """
    issuer, prefix = Issuer(), f"t{uuid.uuid4().hex[:10]}"
    settings = settings_module.read(
        {
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "MONGODB_URI": mongodb,
            "ITHACA_TOPIC_PREFIX": f"{prefix}.",
            "ITHACA_DATABASE_PREFIX": f"{prefix}_",
            "ITHACA_SECRET_KEY": "a-secret-of-the-tests-and-nobody-else",
            "ITHACA_ISSUER": ISSUER,
            "ITHACA_JWKS_URL": issuer.publish(folder),
            **variables,
        }
    )
    foundations = {name: lay(settings, name) for name in BUILDS}
    services = {name: build(foundations[name]) for name, build in BUILDS.items()}
    with migrating(foundations):
        for name, service in services.items():
            migrate(foundations[name].database, service.all_indexes())
            for seed in service.seeds:
                seed.bring()
    yield issuer, {name: service.web_app() for name, service in services.items()}
    for foundation in foundations.values():
        foundation.client.drop_database(foundation.database)
        foundation.close()


@pytest.fixture(scope="package")
def apps(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuer, dict[str, WebApp]]]:
    with standing(backends.kafka, backends.mongodb, tmp_path_factory.mktemp("http")) as found:
        yield found


@pytest.fixture
def surface(apps: tuple[Issuer, dict[str, WebApp]]) -> Surface:
    return Surface(*apps)
