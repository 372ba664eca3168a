"""Serving a web app over HTTP/1.1 by granian, in this very process.

granian's usual server is a parent that supervises worker processes; killed with -9, it leaves its worker alive and on
the port (seen with 2.8.7). Its `MTServer`, made for Python without a GIL, runs the same worker in a thread instead. It
refuses to start under a GIL, but only because threads then scale no further than one core, which is the promise of
one web process anyway: the acceptor is Rust's and the views run on blocking threads. So that check is left out here.
One process means: a kill leaves nothing behind, and the app may share state with the threads beside it. Measured:
SIGTERM answers what is in hand, refuses new connections, and returns.
"""

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.server.common import AbstractServer
from granian.server.mt import MTServer

from shared.telemetry.logs import logger

THREADS = 16
"""Views running at once; each may hold a connection to the database."""

WAITING = 1024
"""Connections taken in and not answered yet; beyond them the kernel's queue fills and clients wait."""

_ONE_REQUEST_TO_STOP = 0.5

_log = logger(__name__)


class _ThreadServer(MTServer):
    _asked_at: float | None = None

    def _check_gil(self) -> None:
        """See above."""

    def signal_handler_interrupt(self, *_: object, **__: object) -> None:
        """The first signal stops gently; a second one quits at once, which loses nothing that was answered."""
        # Ctrl-C and a supervisor's SIGTERM come together and count as one.
        if self._asked_at is not None and time.monotonic() - self._asked_at > _ONE_REQUEST_TO_STOP:
            _log.warning("quit_with_requests_in_hand")
            os._exit(128 + signal.SIGTERM)
        self._asked_at = self._asked_at or time.monotonic()
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


def serve(
    app: Flask,
    host: str,
    port: int,
    *,
    threads: int = THREADS,
    on_stop: Callable[[], None] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT, finishes the requests in hand, calls `on_stop`, and returns.

    A second signal does not wait for them: the process ends with status 143.

    Called from the main thread only, whose signals it takes. Logs the event `ready` once the port answers. A port that
    is taken ends the process with status 1 and one line on standard error; so does a server that stops by itself.
    """
    _refuse_taken_port(host, port)
    logging.getLogger("_granian").setLevel(logging.ERROR)
    server = _ThreadServer(
        target=app.name,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=threads,
        backlog=WAITING,
        backpressure=WAITING,
        log_enabled=False,
    )
    threading.Thread(target=_announce, args=(app.name, host, port), name="announce", daemon=True).start()
    # The override of `serve` in MTServer only adds a warning about free-threaded Python.
    AbstractServer.serve(server, target_loader=lambda: app, wrap_loader=False)
    _log.info("stopped", service=app.name)
    if on_stop is not None:
        on_stop()


def _refuse_taken_port(host: str, port: int) -> None:
    """granian listens with SO_REUSEPORT: without this, two servers would quietly share the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
            sys.exit(f"Cannot listen on {host}:{port}: {reason}.")


def _announce(service: str, host: str, port: int) -> None:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while True:
        with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=1):
            break
        time.sleep(0.01)
    _log.info("ready", service=service, host=host, port=port)
