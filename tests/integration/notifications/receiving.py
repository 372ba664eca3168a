"""An outside system that webhooks go to, on a real port: it remembers what came and answers as it is told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answer = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answers` says what the next request is answered, by its body; 204 unless told otherwise."""

    port: int
    received: list[Received] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    answers: Callable[[Received], Answer] = lambda _: (204, {})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def answer(self, status: int, **headers: str) -> None:
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        self.answers = lambda _: (status, told)

    def types(self) -> list[str]:
        return [str(each.event["type"]).removeprefix("org.ithaca.") for each in self.received]

    def subjects(self) -> list[str]:
        return [each.event["data"]["id"] for each in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Received({name.lower(): text for name, text in self.headers.items()}, body)
            made.received.append(request)
            made.connections.add(self.client_address)
            status, headers = made.answers(request)
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        made = Receiver(listening.server_port)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()
