"""WSGI over ASGI: one request and its answer, between the event loop and a thread.

To the thread it is what granian's own WSGI worker would be: the same environ, a body that is waited for, an answer in
one piece or in many, and the first answer is the answer. So nothing above needs to know by which of both it is served.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from shared.telemetry.logs import logger
from shared.web.problems import plain_problem
from shared.web.shedding import Application, Environ
from shared.web.slow_bodies import PROTOCOL

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = Sequence[tuple[str, str]]

_LARGEST_PIECE = 1 << 20
"""An answer whose length is known and no larger is sent at once."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, not sent yet."""

    status: int
    headers: Headers
    body: bytes


class Exchange:
    """Made on the event loop; `run`, `read` and `response_iter` belong to threads."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._send = send
        self._unclaimed = threading.Lock()
        self._gone = False

    def run(self, app: Application, environ: Environ) -> Answer | None:
        """What the app answers; None where it was sent in pieces, or by somebody else meanwhile."""
        begun: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: object = None) -> None:  # noqa: ARG001 - PEP 3333
            begun[:] = [(int(status.partition(" ")[0]), headers)]

        try:
            pieces = app(environ, start_response)
            try:
                [(status, headers)] = begun
                if isinstance(pieces, list) or _length(headers) <= _LARGEST_PIECE:
                    answer = Answer(status, headers, b"".join(pieces))
                    return answer if self.claim() else None
                self.response_iter(status, headers, pieces)
                return None
            finally:
                if (close := getattr(pieces, "close", None)) is not None:
                    close()
        except Exception as error:  # a defect of the middleware: the app makes problems of its own
            _log.error("request_failed", exc_info=error)
            line, headers, body = plain_problem(500, "A fault of ours: it is logged.", environ["PATH_INFO"], {})
            return Answer(int(line.partition(" ")[0]), headers, body) if self.claim() else None

    def claim(self) -> bool:
        """Whether the answer is the caller's to give: nobody has begun to."""
        return self._unclaimed.acquire(blocking=False)

    def response_iter(self, status: int, headers: Headers, pieces: Iterable[bytes]) -> None:
        """Sends these pieces as they come, until the client is gone; waits while it reads slowly."""
        if not self.claim():
            return
        self._wait(self._send(started(status, headers)))
        asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
        following = pieces if hasattr(pieces, "__next__") else iter(pieces)
        while not self._gone:
            try:
                piece = following.__next__()
            except StopIteration:
                break
            self._wait(self._send({"type": "http.response.body", "body": piece, "more_body": True}))
        self._wait(self._send({"type": "http.response.body", "body": b"", "more_body": False}))

    def read(self) -> tuple[bytes, bool]:
        """The next piece of the request's body, and whether there may be more."""
        message: dict[str, Any] = self._wait(self._receive())
        return message.get("body", b""), message.get("more_body", False)

    async def answer(self, answer: Answer) -> None:
        """On the loop: sends a whole answer that `run` has made."""
        await self._send(started(answer.status, answer.headers))
        await self._send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    def _wait(self, awaited: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_outcome(awaited), self._loop).result()


class Body:
    """`wsgi.input`: as much as is asked for, unless the body ends or breaks off before."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._kept = b""
        self._more = True

    def read(self, size: int) -> bytes:
        pieces, missing = [self._kept], size - len(self._kept)
        while missing > 0 and self._more:
            piece, self._more = self._exchange.read()
            pieces.append(piece)
            missing -= len(piece)
        content = b"".join(pieces)
        self._kept = content[size:]
        return content[:size]


def started(status: int, headers: Headers) -> dict[str, Any]:
    """The first message of an answer."""
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": status, "headers": encoded}


def environ_of(scope: dict[str, Any], exchange: Exchange) -> Environ:
    """The request as WSGI has it (PEP 3333)."""
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": scope["server"][1],
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": Body(exchange),
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PROTOCOL: exchange,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("ascii") if value.isascii() else ""
        if key in environ and key.startswith("HTTP_"):
            text = environ[key] + (";" if key == "HTTP_COOKIE" else ",") + text
        environ[key] = text
    return environ


def _length(headers: Headers) -> float:
    """As the answer says it; without end where it does not."""
    return next((int(value) for name, value in headers if name.lower() == "content-length"), float("inf"))


async def _outcome(awaited: Awaitable[Any]) -> Any:
    return await awaited
