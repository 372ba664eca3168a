"""A real web process of notifications, and clients that read its streams."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import requests

from tests.unit.notifications.news import ADA
from tests.unit.web.issuing import Issuer

PATIENCE = 30.0
PATH = "/v1/inbox/stream"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a browser would dispatch it; `id` is the last one that was read by then."""

    name: str
    data: Any
    id: str | None


class Client:
    """One open stream. `heartbeats` counts the comments that were passed."""

    def __init__(self, port: int, headers: dict[str, str], *, buffer: int | None = None) -> None:
        self._socket = socket.socket()
        if buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", port))
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.sock = self._socket
        self._connection.request("GET", PATH, headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status
        self.last_id: str | None = headers.get("Last-Event-ID")
        self.retry: int | None = None
        self.heartbeats = 0

    def events(self) -> Iterator[Event]:
        """Until the stream ends; a stream that has only heartbeats for long is a failure."""
        name, data = "message", ""
        position = self.last_id
        deadline = time.monotonic() + PATIENCE
        with contextlib.suppress(ConnectionError, http.client.IncompleteRead):
            while line := self.answer.readline().decode():
                field, _, value = line.rstrip("\n").partition(": ")
                if line.startswith(":"):
                    self.heartbeats += 1
                    assert time.monotonic() < deadline, "only heartbeats"
                elif field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif field == "id":
                    position = value
                elif field == "retry":
                    self.retry = int(value)
                elif line == "\n":
                    self.last_id = position
                    if data:
                        yield Event(name, orjson.loads(data), self.last_id)
                    name, data = "message", ""

    def until(self, name: str) -> Event:
        """The next event of this name; others before it are passed over."""
        deadline = time.monotonic() + PATIENCE
        for event in self.events():
            if event.name == name:
                return event
            if time.monotonic() > deadline:
                break
        raise AssertionError(f"there was no event {name!r}")

    def until_heartbeat(self) -> str | None:
        """The position that the next heartbeat tells."""
        beating = False
        for line in iter(self.answer.readline, b""):
            if line.startswith(b":"):
                beating = True
            elif line.startswith(b"id: "):
                self.last_id = line[4:].strip().decode()
            elif line == b"\n" and beating:
                return self.last_id
        raise AssertionError("the stream ended before a heartbeat")

    def waiting_for(self) -> int:
        """Bytes that the server's kernel holds for this client, which has no room for them (proc(5), net/tcp)."""
        server, own = self._socket.getpeername()[1], self._socket.getsockname()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues = line.split()[:5]
            if (local[9:], remote[9:]) == (f"{server:04X}", f"{own:04X}"):
                return int(queues.partition(":")[0], 16)
        return 0

    def close(self) -> None:
        """Is gone, without a word."""
        self.answer.close()
        self._connection.close()
        self._socket.close()


@dataclass(slots=True)
class Web:
    """A running web process."""

    port: int
    process: "subprocess.Popen[bytes]"
    issuer: Issuer
    clients: list[Client] = field(default_factory=list)

    def headers(self, member_id: str = ADA, since: str | None = None, **claims: Any) -> dict[str, str]:
        given = self.issuer.headers("member", sub=member_id, **claims)
        return given if since is None else given | {"Last-Event-ID": since}

    def open(self, headers: dict[str, str], *, buffer: int | None = None) -> Client:
        """Whatever the answer is; closed at the end of the test."""
        client = Client(self.port, headers, buffer=buffer)
        self.clients.append(client)
        return client

    def listen(self, member_id: str = ADA, since: str | None = None, **claims: Any) -> Client:
        """A stream that was let in."""
        client = self.open(self.headers(member_id, since, **claims))
        assert client.status == 200, client.answer.read()
        return client

    def call(self, method: str, path: str, member_id: str = ADA) -> Any:
        """Any other request of the member."""
        address = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, address, headers=self.headers(member_id), timeout=PATIENCE)

    def close(self) -> None:
        """Lets its clients go."""
        for client in self.clients:
            client.close()
        self.clients.clear()


def run(port: int, environment: dict[str, str], options: dict[str, Any]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.integration.notifications.serving", str(port), orjson.dumps(options)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)


Start = Callable[..., Web]
