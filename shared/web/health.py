"""`/health/live`, `/health/ready` and `/metrics`: for whoever runs the service; no token."""

from collections.abc import Callable, Mapping

import pymongo
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.storage.client import Document
from shared.telemetry.logs import logger
from shared.web.access import public
from shared.web.bodies import JSON, encode

Check = Callable[[], bool]
"""Whether a part is ready; must answer at once and not raise."""

BLUEPRINT = "health"

_PATIENCE = 1.0

_log = logger(__name__)


def blueprint(database: Database[Document] | None, readiness: Mapping[str, Check]) -> Blueprint:
    """The three addresses. Ready means: the database answers within a second, and every check says so.

    Liveness asks nothing: a process that answers is alive, whatever its messages or its database do.
    """
    health = Blueprint(BLUEPRINT, __name__)

    @health.get("/health/live")
    @public
    def live() -> Response:
        return _json({"status": "alive"}, 200)

    @health.get("/health/ready")
    @public
    def ready() -> Response:
        parts = {"database": database is not None and _answers(database)}
        parts |= {name: check() for name, check in readiness.items()}
        is_ready = all(parts.values())
        body = {
            "status": "ready" if is_ready else "not ready",
            "parts": {name: "ready" if fine else "not ready" for name, fine in parts.items()},
        }
        return _json(body, 200 if is_ready else 503)

    @health.get("/metrics")
    @public
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return health


def _answers(database: Database[Document]) -> bool:
    try:
        with pymongo.timeout(_PATIENCE):
            database.command("ping")
    except PyMongoError as error:
        _log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True


def _json(body: object, status: int) -> Response:
    return Response(encode(body), status=status, content_type=JSON, headers={"Cache-Control": "no-store"})
