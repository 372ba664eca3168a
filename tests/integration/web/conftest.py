"""The sample service over real HTTP on the real database."""

import os
import selectors
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from pymongo import MongoClient
from pymongo.database import Database

from shared.settings import Settings
from tests.backends import Backends
from tests.conftest import own_settings
from tests.emptying import empty
from tests.ports import free_port
from tests.unit.web.issuing import ISSUER, Issuer

PATIENCE = 30.0


@dataclass
class Service:
    """A running sample service."""

    port: int
    process: subprocess.Popen[bytes]
    issuer: Issuer
    database: Database[dict[str, Any]]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def call(self, method: str, path: str, *roles: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        given = self.issuer.headers(*roles) | (headers or {})
        return requests.request(method, self.url(path), headers=given, timeout=PATIENCE, **options)


def read_event(process: subprocess.Popen[bytes], name: str) -> dict[str, Any]:
    """The next log line of this event. Fails where the process ends first."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(PATIENCE):
            line = process.stdout.readline()
            if not line:
                break
            if line.startswith(b"{") and (event := orjson.loads(line))["event"] == name:
                found: dict[str, Any] = event
                return found
    pytest.fail(f"the process never logged {name!r}")


either_way = pytest.mark.parametrize("streams", [False, True], ids=["on threads", "beside streams"], indirect=True)
"""What the server promises holds for a service that has streams, and is served in another way, too."""


@pytest.fixture
def streams(request: pytest.FixtureRequest) -> bool:
    """Whether the service is served as one that has streams."""
    beside: bool = getattr(request, "param", False)
    return beside


@pytest.fixture
def start(settings: Settings, tmp_path: Path, streams: bool) -> Iterator[Callable[..., Service]]:
    """Starts a sample service with a database of the test's own."""
    with starting(settings, tmp_path, streams=streams) as run:
        yield run


@contextmanager
def starting(settings: Settings, folder: Path, *, streams: bool) -> Iterator[Callable[..., Service]]:
    """Starts sample services; whatever still runs at the end is killed, by its pid."""
    issuer = Issuer()
    url = issuer.publish(folder)
    started: list[subprocess.Popen[bytes]] = []
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongodb_uri)

    def run(
        port: int | None = None,
        *,
        wait: bool = True,
        variables: dict[str, str] | None = None,
        **options: Any,
    ) -> Service:
        environment = {
            "PATH": os.environ["PATH"],
            "MONGODB_URI": settings.mongodb_uri,
            "ITHACA_DATABASE_PREFIX": settings.database_prefix,
            "ITHACA_ISSUER": ISSUER,
            "ITHACA_JWKS_URL": url,
        } | (variables or {})
        port = port or free_port()
        command = [
            sys.executable,
            "-m",
            "tests.integration.web.serving",
            str(port),
            orjson.dumps(options | {"streams": streams}),
        ]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        started.append(process)
        if wait:
            read_event(process, "ready")
        return Service(port, process, issuer, client[settings.database_name("notes")])

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE)
    client.close()


@pytest.fixture(scope="package")
def standing(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Service]]:
    """A service that all tests share, and one that has streams: starting it takes longer than most of the tests."""
    with ExitStack() as stack:

        @cache
        def one(streams: bool) -> Service:
            folder = tmp_path_factory.mktemp("standing")
            settings = stack.enter_context(own_settings(backends, folder))
            service = stack.enter_context(starting(settings, folder, streams=streams))()
            # Read and forgotten: it would stand still once the pipes are full.
            for written in (service.process.stdout, service.process.stderr):
                threading.Thread(target=deque, args=(written, 0), daemon=True).start()
            return service

        yield one


@pytest.fixture
def service(standing: Callable[[bool], Service], streams: bool) -> Iterator[Service]:
    """A running service with an empty database."""
    service = standing(streams)
    yield service
    empty(service.database)
