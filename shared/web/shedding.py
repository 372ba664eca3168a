"""Load shedding: more requests than can be served soon are refused at once, instead of all of them slowly.

So many run, so many more wait for a place; whoever comes beyond is told to come back, which costs next to nothing.
Health and metrics pass by: whoever runs a busy service must still see that it lives.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from shared.telemetry.metrics import HTTP_SHED
from shared.web.problems import plain_problem

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

LONGEST_WAIT = 10.0
"""Seconds for a place; beyond them a client has likely given up."""

RETRY_AFTER = 2

_PASSING_BY = ("/health/", "/metrics")


class Places:
    """So many at once; whoever waits gets a place in the order of coming.

    A semaphore of the standard library gives what is free to whoever asks next: among many who come anew all the time,
    those who wait already would wait on and on.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._free = count
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Whether there is one within this time."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=seconds):
            return True
        with self._lock:
            if turn not in self._waiting:
                return True  # it was given at the last moment
            self._waiting.remove(turn)
            return False

    def give_back(self) -> None:
        """Hands the place to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)


class Shedding:
    """WSGI middleware. Needs a server with more threads than `running` and `waiting` together."""

    def __init__(self, app: Application, *, running: int, waiting: int) -> None:
        self._app = app
        self._running = Places(running)
        self._inside = threading.BoundedSemaphore(running + waiting)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(_PASSING_BY):
            return self._app(environ, start_response)
        if not self._inside.acquire(blocking=False):
            return self._refused(environ, start_response)
        try:
            if not self._running.take(LONGEST_WAIT):
                return self._refused(environ, start_response)
            try:
                return self._app(environ, start_response)
            finally:
                self._running.give_back()
        finally:
            self._inside.release()

    def _refused(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        HTTP_SHED.labels("busy").inc()
        detail = "There is more to do than can be done now: try again."
        status, headers, body = plain_problem(503, detail, environ["PATH_INFO"], {"Retry-After": str(RETRY_AFTER)})
        start_response(status, headers)
        return [body]
