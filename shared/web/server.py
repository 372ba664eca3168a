"""Serving a web app over HTTP/1.1 by granian, in this very process.

granian's usual server is a parent that supervises worker processes; killed with -9, it leaves its worker alive and on
the port (seen with 2.8.7). Its `MTServer`, made for Python without a GIL, runs the same worker in a thread instead. It
refuses to start under a GIL, but only because threads then scale no further than one core, which is the promise of
one web process anyway: the acceptor is Rust's and the views run on blocking threads. So that check is left out here.
One process means: a kill leaves nothing behind, and the app may share state with the threads beside it. Measured:
SIGTERM answers what is in hand, refuses new connections, and returns.

An app with streams is served by granian's ASGI worker instead, with the same middleware on as many threads: a listener
that waits for hours would hold one of WSGI's threads. Other apps are not: passing an event loop costs each request a
quarter of a millisecond of processor time (measured, on top of 0.64 of the smallest answer).
"""

import contextlib
import errno
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server import mt
from granian.server.common import AbstractServer
from granian.server.mt import MTServer
from granian.wsgi import _callback_wrapper

from shared import signals
from shared.telemetry.logs import logger
from shared.web.app import WebApp
from shared.web.descriptors import make_room_for
from shared.web.front import Front
from shared.web.shedding import Application, Shedding
from shared.web.slow_bodies import PROTOCOL, SECONDS_A_PIECE, SlowBodies
from shared.web.streams import Streams

THREADS = 16
"""Views running at once; each may hold a connection to the database."""

QUEUE = 64
"""Requests that wait for one of them; whoever comes beyond is told to come back."""

_SPARE = 16
"""Threads that tell them, answer for the service's health, and read bodies meanwhile."""

CONNECTIONS = 1024
"""Connections held at once; beyond them the kernel's queue fills and clients wait."""

LARGEST_HEAD = 64 * 1024
"""About so many bytes of a request's line and headers, and 100 headers: the server answers 431 or 414 beyond."""

SECONDS_A_HEAD = 30.0
"""For a request's line and headers: a connection that has not sent them by then is closed without a word."""

_ONE_REQUEST_TO_STOP = 0.5

_log = logger(__name__)


class _ThreadServer(MTServer):
    _asked_at: float | None = None
    streams: Streams | None = None

    def _check_gil(self) -> None:
        """See above."""

    def signal_handler_interrupt(self, *_: object, **__: object) -> None:
        """What granian calls on the main thread, when that is awake: see `asked`."""

    def asked(self, number: int) -> None:
        """The first signal stops gently; a second one quits at once, which loses nothing that was answered."""
        # Ctrl-C and a supervisor's SIGTERM come together and count as one.
        if self._asked_at is not None and time.monotonic() - self._asked_at > _ONE_REQUEST_TO_STOP:
            _log.warning("quit_with_requests_in_hand")
            os._exit(128 + number)
        self._asked_at = self._asked_at or time.monotonic()
        if self.streams is not None:
            self.streams.stop()
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


def serve(
    app: WebApp,
    host: str,
    port: int,
    *,
    threads: int = THREADS,
    queue: int = QUEUE,
    seconds_a_head: float = SECONDS_A_HEAD,
    seconds_a_piece: float = SECONDS_A_PIECE,
    on_stop: Callable[[], None] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT, finishes the requests in hand, calls `on_stop`, and returns.

    A second signal does not wait for them: the process ends with status 128 + its number. `threads` views run at once
    and `queue` requests wait for one; a head may take `seconds_a_head`, each 64 KiB of a body `seconds_a_piece`.

    Called from the main thread only, whose signals it takes. Logs the event `ready` once the port answers. A port that
    is taken ends the process with status 1 and one line on standard error; so does a server that stops by itself.
    """
    _refuse_taken_port(host, port)
    logging.getLogger("_granian").setLevel(logging.ERROR)
    pool = threads + queue + _SPARE
    guarded = SlowBodies(Shedding(app, running=threads, waiting=queue), seconds=seconds_a_piece)
    target, how = _of_wsgi(guarded, pool) if app.streams is None else _of_asgi(guarded, pool, app.streams)
    server = _ThreadServer(
        target=app.name,
        address=host,
        port=port,
        http=HTTPModes.http1,
        websockets=False,
        backlog=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=int(seconds_a_head * 1000), max_buffer_size=LARGEST_HEAD),
        log_enabled=False,
        **how,
    )
    server.streams = app.streams
    signals.hear(server.asked)
    threading.Thread(target=_announce, args=(app.name, host, port), name="announce", daemon=True).start()
    # The override of `serve` in MTServer only adds a warning about free-threaded Python.
    AbstractServer.serve(server, target_loader=lambda: target, wrap_loader=False)
    _log.info("stopped", service=app.name)
    if on_stop is not None:
        on_stop()


def _of_wsgi(app: Application, pool: int) -> tuple[Application, dict[str, Any]]:
    return app, {"interface": Interfaces.WSGI, "blocking_threads": pool, "backpressure": CONNECTIONS}


def _of_asgi(app: Application, pool: int, streams: Streams) -> tuple[Front, dict[str, Any]]:
    connections = CONNECTIONS + streams.limits.most
    make_room_for(connections)
    how = {"interface": Interfaces.ASGINL, "backpressure": connections, "loop": Loops.asyncio}
    return Front(app, streams, threads=pool), how


def _with_protocol(callback: Any, scope_opts: Any, access_log_format: Any = None) -> Callable[[Any, Any], Any]:
    """granian's own wrapper, which also leaves in the environ what the request is answered by."""
    run = _callback_wrapper(callback, scope_opts, access_log_format)

    def answer(protocol: Any, scope: dict[str, Any]) -> Any:
        scope[PROTOCOL] = protocol
        return run(protocol, scope)

    return answer


vars(mt)["_wsgi_call_wrap"] = _with_protocol


def _refuse_taken_port(host: str, port: int) -> None:
    """granian listens with SO_REUSEPORT: without this, two servers would quietly share the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
            sys.exit(f"Cannot listen on {host}:{port} (ITHACA_HOST, ITHACA_PORT): {reason}.")


def _announce(service: str, host: str, port: int) -> None:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while True:
        with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=1):
            break
        time.sleep(0.01)
    _log.info("ready", service=service, host=host, port=port)
