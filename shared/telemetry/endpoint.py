"""`/health/live`, `/health/ready` and `/metrics` of a process that serves nothing else: a worker, a relay."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.telemetry.health import Health

_PATIENCE = 5.0
"""Seconds that a client may leave its connection silent."""


class _Handler(BaseHTTPRequestHandler):
    health: ClassVar[Health]
    timeout = _PATIENCE

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
        elif self.path in ("/health/live", "/health/ready"):
            report = self.health.live() if self.path == "/health/live" else self.health.ready()
            self._answer(report.status, "application/json", json.dumps(report.body).encode())
        else:
            self._answer(404, "text/plain", b"Here are /health/live, /health/ready and /metrics.\n")

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Asked every few seconds, it is nothing to log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nothing to log."""


class Endpoint:
    """The three addresses, in a thread of their own, so that they answer whatever the loops do."""

    def __init__(self, host: str, port: int, health: Health) -> None:
        """Listens. Ends the process with status 1 and a line where the port cannot be had."""
        handler = type("Handler", (_Handler,), {"health": health})
        try:
            self._server = _Server((host, port), handler)
        except OSError as error:
            sys.exit(f"Cannot listen on {host}:{port} (ITHACA_HEALTH_PORT): {error.strerror}.")
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="health", daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
