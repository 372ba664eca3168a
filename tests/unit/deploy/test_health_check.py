"""The health check of an image asks a web role, and lets live what listens nowhere."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType

import pytest

from tests.unit.deploy.places import IMAGES


@pytest.fixture(scope="module")
def alive() -> ModuleType:
    spec = importlib.util.spec_from_file_location("alive", IMAGES / "alive.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def web_role(status: int) -> Iterator[int]:
    """A server that answers `/health/live` with this status, and its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/opt/ithaca/bin/python /opt/ithaca/bin/ithaca run profiles --role web", True),
        ("/sbin/docker-init -- ithaca run profiles --role all", True),
        ("ithaca run profiles --role=web", True),
        ("ithaca run profiles --role worker", False),
        ("/sbin/docker-init -- ithaca run profiles --role relay", False),
        ("ithaca migrate", False),
    ],
)
def test_web_and_all_listen_and_nothing_else_does(alive: ModuleType, command: str, expected: bool) -> None:
    assert alive.listens([*command.split(), ""]) is expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ithaca run profiles --role web", 8000),
        ("ithaca run profiles --role all", 8000),
        ("ithaca run profiles --role worker", 9000),
        ("/sbin/docker-init -- ithaca run profiles --role=relay", 9000),
        ("ithaca migrate", None),
    ],
)
def test_workers_and_relays_are_asked_where_they_have_a_port_for_it(
    alive: ModuleType, command: str, expected: int | None
) -> None:
    with_port = {"ITHACA_PORT": "8000", "ITHACA_HEALTH_PORT": "9000"}
    assert alive.port_to_ask([*command.split(), ""], with_port) == expected
    without = {"ITHACA_PORT": "8000"}
    assert alive.port_to_ask([*command.split(), ""], without) == (8000 if expected == 8000 else None)


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_a_web_role_is_alive_when_it_says_so(alive: ModuleType, status: int, expected: bool) -> None:
    with web_role(status) as port:
        assert alive.answers("0.0.0.0", port) is expected


def test_a_web_role_that_does_not_answer_is_not_alive(alive: ModuleType) -> None:
    with web_role(200) as port:
        pass
    assert alive.answers("127.0.0.1", port) is False
