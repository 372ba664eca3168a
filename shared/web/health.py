"""`/health/live`, `/health/ready` and `/metrics` of a web role: for whoever runs the service; no token."""

from collections.abc import Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.readiness import answers
from shared.telemetry.health import Check, Health, Report
from shared.web.access import public
from shared.web.bodies import JSON, encode

BLUEPRINT = "health"


def blueprint(database: Database[Document] | None, readiness: Mapping[str, Check]) -> Blueprint:
    """The three addresses. Ready means: the database answers within a second, and every check says so.

    Liveness asks nothing: a process that answers is alive, whatever its messages or its database do.
    """
    addresses = Blueprint(BLUEPRINT, __name__)
    health = Health({"database": lambda: database is not None and answers(database), **readiness})

    @addresses.get("/health/live")
    @public
    def live() -> Response:
        return _json(health.live())

    @addresses.get("/health/ready")
    @public
    def ready() -> Response:
        return _json(health.ready())

    @addresses.get("/metrics")
    @public
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return addresses


def _json(report: Report) -> Response:
    return Response(encode(report.body), report.status, content_type=JSON, headers={"Cache-Control": "no-store"})
