"""Where a test run's broker and database come from when a Docker engine answers and its images cannot be had."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests import backends


@contextmanager
def engine(pull_status: int | None) -> Iterator[str]:
    """A Docker engine that has no image. It answers a pull with this status; with None it never answers one."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, {"ApiVersion": "1.41"} if urlsplit(self.path).path.endswith("/version") else [])

        def do_POST(self) -> None:
            if pull_status is None:
                over.wait()
            self._answer(pull_status or 500, {"message": "no such host"})

        def _answer(self, status: int, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_port}"
        finally:
            over.set()
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def public_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ITHACA_TEST_KAFKA_IMAGE", raising=False)
    monkeypatch.delenv("ITHACA_TEST_MONGODB_IMAGE", raising=False)


def test_a_refused_pull_is_the_reason_to_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(pull_status=500) as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        assert backends._docker() == (False, f"{backends.kafka_image()} cannot be pulled: APIError")


def test_a_pull_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "PULL_SECONDS", 0.2)
    with engine(pull_status=None) as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        assert backends._docker() == (False, f"{backends.kafka_image()} cannot be pulled: not within 0.2 seconds")
    # The thread that waited for it ends with the engine, so that nothing is left for another test to trip over.
    deadline = time.monotonic() + 30
    while any(thread.name.startswith("pull ") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_engine_is_the_reason_to_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(pull_status=500) as address:
        pass
    monkeypatch.setenv("DOCKER_HOST", address)
    assert backends._docker() == (False, "no Docker engine answers")
