"""Bodies that come too slowly, or stop coming, give their thread back.

granian waits for a body without end, on a thread of the pool. Here every piece of one has its time. When it is over,
the request is answered with a 408 from outside and its connection is closed, which ends the waiting.

A body of usual size is read before its request gets a place among the running: a slow one keeps nobody from working.
"""

import io
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from shared.telemetry.logs import logger
from shared.telemetry.metrics import HTTP_SHED
from shared.web.bodies import LARGEST_BODY
from shared.web.problems import plain_problem
from shared.web.shedding import Application, Environ

Answer = Callable[[int, list[tuple[str, str]], "_Once"], None]

PROTOCOL = "ithaca.protocol"
"""Where in the environ the server leaves what a request is answered by."""

PIECE = 1 << 16
SECONDS_A_PIECE = 10.0
_LOOK_EACH = 0.5
_TIME_TO_SEND = 0.1
"""Seconds: what the server has not written when the connection is cut off, it throws away."""

_log = logger(__name__)


class SlowBodies:
    """WSGI middleware, outermost."""

    def __init__(self, app: Application, *, seconds: float = SECONDS_A_PIECE) -> None:
        self._app = app
        self._seconds = seconds
        self._reading: dict[int, _Body] = {}
        threading.Thread(target=self._watch, name="slow-bodies", daemon=True).start()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        body = _Body(environ, self._reading, self._seconds)
        length = environ.get("CONTENT_LENGTH", "")
        if length.isdecimal() and 0 < int(length) <= LARGEST_BODY:
            environ["wsgi.input"] = io.BytesIO(body.read(int(length)))
            if body.given_up:
                start_response("408 Request Timeout", [])
                return []
        else:
            environ["wsgi.input"] = body
        return self._app(environ, start_response)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_EACH)
            now = time.monotonic()
            for key, body in list(self._reading.items()):
                # Whoever takes it out decides: the piece has come, or it is given up. Never both.
                if body.due < now and self._reading.pop(key, None) is body:
                    body.give_up()


class _Once:
    """The body of an answer, as granian takes a stream."""

    def __init__(self, content: bytes) -> None:
        self._pieces = iter([content])

    def __next__(self) -> bytes:
        piece = next(self._pieces, None)
        if piece is None:
            time.sleep(_TIME_TO_SEND)
            raise StopIteration
        return piece

    def close(self) -> None:
        """Nothing is held."""


class _Body(io.RawIOBase):
    """The body of one request, known to the watch while somebody waits for a piece of it."""

    def __init__(self, environ: Environ, reading: "dict[int, _Body]", seconds: float) -> None:
        super().__init__()
        self._inner = environ["wsgi.input"]
        self._answer: Answer = environ[PROTOCOL].response_iter
        self._path: str = environ["PATH_INFO"]
        self._reading = reading
        self._seconds = seconds
        self.due = float("inf")
        self.given_up = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """As of any stream; in pieces, each with its own time."""
        pieces: list[bytes] = []
        missing = size
        while size < 0 or missing > 0:
            piece = self._piece(PIECE if size < 0 else min(PIECE, missing))
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: Any) -> int:
        piece = self._piece(min(PIECE, len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)

    def _piece(self, size: int) -> bytes:
        if self.given_up:
            return b""
        self.due = time.monotonic() + self._seconds
        self._reading[id(self)] = self
        try:
            piece = bytes(self._inner.read(size))
        finally:
            self.given_up = self._reading.pop(id(self), None) is None
        return b"" if self.given_up else piece

    def give_up(self) -> None:
        """Called by the watch, from outside."""
        HTTP_SHED.labels("slow body").inc()
        status, headers, body = plain_problem(408, "The body came too slowly.", self._path, {"Connection": "close"})
        # While somebody reads the body, the server keeps the connection, answered or not. An answer that ends before
        # its length is an error to it, and closes the connection at once.
        cut_off = ("Content-Length", str(len(body) + 1))
        try:
            self._answer(int(status.partition(" ")[0]), [*headers, cut_off], _Once(body))
        except Exception as error:  # the watch goes on for all the others
            _log.error("slow_body_not_answered", exc_info=error)
