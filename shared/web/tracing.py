"""A span for each request, by route and not by address: some addresses hold tokens, and each its own id."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response

from shared.telemetry import traces
from shared.web.metrics import method, route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_UNTRACED = ("/health/", "/metrics")
"""What is asked every few seconds, for ever."""


def install(app: Flask) -> None:
    """Traces every request of this app, in the caller's trace where it gave a `traceparent`."""
    if not traces.on():
        return
    answer = app.wsgi_app

    def traced(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(_UNTRACED):
            return answer(environ, start_response)
        with traces.span("request", "SERVER", parent=environ.get("HTTP_TRACEPARENT", "")):
            return answer(environ, start_response)

    app.wsgi_app = traced  # type: ignore[method-assign]

    @app.after_request
    def describe(response: Response) -> Response:
        about: dict[str, str | int] = {
            "http.request.method": method(),
            "http.route": route(),
            "http.response.status_code": response.status_code,
        }
        traces.describe(f"{method()} {route()}", about, failed=response.status_code >= 500)
        return response
