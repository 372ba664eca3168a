"""Every error as RFC 9457 `application/problem+json`: the one place where faults become HTTP statuses."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import orjson
from flask import Flask, Response, current_app, request
from marshmallow import ValidationError
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError, WaitQueueTimeoutError
from werkzeug.exceptions import HTTPException

from shared.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    IthacaError,
    Malformed,
    NotFound,
    PreconditionFailed,
    Unavailable,
    listed,
)
from shared.messaging.outbox import MessageTooLarge
from shared.telemetry.logs import logger
from shared.web.auth import Unauthenticated
from shared.web.pointers import faults_of
from shared.web.rates import TooManyRequests

CONTENT_TYPE = "application/problem+json"

STATUSES: Mapping[type[IthacaError], int] = {
    Malformed: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Invalid: 422,
    TooManyRequests: 429,
    Unavailable: 503,
}

_NAMES = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    412: "precondition-failed",
    422: "invalid",
    500: "fault-of-ours",
    503: "unavailable",
}

Dialect = Callable[[int, str, Sequence[Fault], Mapping[str, str]], Response]
"""Says an error as another standard has it: status, detail, the faults of a 422, headers."""

_DIALECTS = "ithaca_dialects"

_log = logger(__name__)


def speak(app: Flask, prefix: str, dialect: Dialect) -> None:
    """All errors under this prefix are answered in the dialect, those of routing, tokens and limits too."""
    app.extensions.setdefault(_DIALECTS, {})[prefix] = dialect


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
    shown: Mapping[str, Any] | None = None,
) -> Response:
    """A problem answer. `type` is a name relative to the service, stable for each status; `errors` only with 422.

    `shown` are members of its own that an answer has beside them (RFC 9457, section 3.2).
    """
    for prefix, dialect in current_app.extensions.get(_DIALECTS, {}).items():
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            spoken: Response = dialect(status, detail, errors, headers or {})
            return spoken
    content = _content(status, detail, request.path)
    content |= shown or {}
    if errors:
        content["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in listed(errors)]
    return Response(orjson.dumps(content), status=status, headers=dict(headers or {}), content_type=CONTENT_TYPE)


def plain_problem(
    status: int, detail: str, path: str, headers: Mapping[str, str]
) -> tuple[str, list[tuple[str, str]], bytes]:
    """The same in WSGI's terms, for what is answered without the app."""
    line = f"{status} {HTTPStatus(status).phrase}"
    return line, [("Content-Type", CONTENT_TYPE), *headers.items()], orjson.dumps(_content(status, detail, path))


def _content(status: int, detail: str, path: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {
        "type": f"/problems/{_NAMES.get(status) or title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        # A path may hold what is no UTF-8; `surrogateescape` undone here keeps the answer writable.
        "instance": path.encode("utf-8", "replace").decode("utf-8"),
    }


def register(app: Flask) -> None:
    """Makes every error of this app a problem."""
    app.register_error_handler(IthacaError, _named)
    app.register_error_handler(Unauthenticated, _unauthenticated)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ValidationError, _validation)
    app.register_error_handler(MessageTooLarge, _too_large)
    app.register_error_handler(PyMongoError, _database)
    app.register_error_handler(Exception, _fault_of_ours)


def status_of(error: Exception) -> int:
    """The status that a fault with a name is answered with; 422 for values that a schema refuses, 500 for others."""
    if isinstance(error, ValidationError):
        return 422
    return next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)


def _named(error: IthacaError) -> Response:
    status = status_of(error)
    if status == 500:
        return _fault_of_ours(error)
    if isinstance(error, Invalid):
        return problem(status, error.detail, errors=error.faults)
    if isinstance(error, Unavailable | TooManyRequests):
        return problem(status, error.detail, headers={"Retry-After": str(error.retry_after)})
    return problem(status, error.detail, shown=error.shown if isinstance(error, Conflict) else None)


def _unauthenticated(error: Unauthenticated) -> Response:
    challenge = f'Bearer error="{error.error}", error_description="{error.detail}"'
    detail = f"{error.detail[0].upper()}{error.detail[1:]}."
    return problem(401, detail, headers={"WWW-Authenticate": challenge})


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return cast(Response, error.response)
    if error.code is None or error.code < 400:
        return cast(Response, error.get_response())  # a redirect is no error
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    ours = "description" in vars(error)
    detail = (not ours and _DETAILS.get(error.code)) or error.description or HTTPStatus(error.code).phrase
    return problem(error.code, detail, headers=headers)


_DETAILS = {
    404: "There is nothing here.",
    405: "This address does not take that method: see Allow.",
    413: "The body is larger than this address takes.",
}


def _validation(error: ValidationError) -> Response:
    return problem(422, "Some values are not valid.", errors=faults_of(error.messages))


def _too_large(error: MessageTooLarge) -> Response:
    return problem(413, str(error))


def _database(error: PyMongoError) -> Response:
    if isinstance(error, DuplicateKeyError):
        return problem(409, "It is there already.")
    away = isinstance(error, ConnectionFailure | WaitQueueTimeoutError)
    if away or error.has_error_label("TransientTransactionError"):
        _log.warning("database_away", error=type(error).__name__, endpoint=request.endpoint)
        return problem(503, "The database does not answer: try again.", headers={"Retry-After": "1"})
    if error.timeout:
        _log.warning("request_took_too_long", endpoint=request.endpoint)
        return problem(503, "The database took too long: try again.", headers={"Retry-After": "5"})
    return _fault_of_ours(error)


def _fault_of_ours(error: Exception) -> Response:
    _log.error("request_failed", method=request.method, endpoint=request.endpoint, exc_info=error)
    return problem(500, "A fault of ours: it is logged.")
