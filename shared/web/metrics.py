"""Requests counted and timed, by route and not by address: an id in a label would make a series of its own."""

import time

from flask import Flask, Response, g, request

from shared.telemetry.metrics import HTTP_REQUESTS, HTTP_SECONDS

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def install(app: Flask) -> None:
    """Counts and times every request of this app."""

    @app.before_request
    def start() -> None:
        g.started_at = time.perf_counter()

    @app.after_request
    def stop(response: Response) -> Response:
        HTTP_REQUESTS.labels(route(), method(), str(response.status_code)).inc()
        if "started_at" in g:
            HTTP_SECONDS.labels(route(), method()).observe(time.perf_counter() - g.started_at)
        return response


def route() -> str:
    """The rule that the request in hand matched, one of a known number."""
    return request.url_rule.rule if request.url_rule is not None else "unknown"


def method() -> str:
    """Its method, or `other` where it is none that HTTP names: a client may send any word."""
    return request.method if request.method in _METHODS else "other"
