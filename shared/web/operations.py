"""What every operation of ours has in OpenAPI without being told: security, roles, headers, problems."""

from http import HTTPStatus
from typing import Any

from flask_smorest import Api

from shared.web.access import Access
from shared.web.idempotency import HEADER, REPLAYED

BEARER = "bearer"

_IDEMPOTENCY_KEY = "IDEMPOTENCY_KEY"
_IF_MATCH = "IF_MATCH_VERSION"
_IF_NONE_MATCH = "IF_NONE_MATCH_VERSION"
_LIMIT = "LIMIT"
_CURSOR = "CURSOR"


_TAGS = r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'


def operation_id(endpoint: str) -> str:
    """The name of an operation in OpenAPI and in the audit."""
    return endpoint.replace(" ", "_")


def document_operation(
    doc: dict[str, Any], info: dict[str, Any], *, method: str, errors_as: str | None = None, **_: Any
) -> dict[str, Any]:
    """Called by flask-smorest for each operation; `info` is what the view's decorators left.

    `errors_as` is the media type of errors that are no problems.
    """
    access: Access = info.get("access", Access())
    doc["operationId"] = info["operation_id"]
    parameters = doc.setdefault("parameters", [])
    responses = doc.setdefault("responses", {})
    statuses = {400, 404, 406, 429, 503}
    if access.public:
        doc["security"] = []
    else:
        doc["security"] = [{BEARER: []}]
        statuses.add(401)
        if method == "post":
            parameters.append(_IDEMPOTENCY_KEY)
    if access.roles:
        doc["x-roles"] = list(access.roles)
        statuses.add(403)
    if taken := info.get("takes"):
        content = {kind: {"schema": {"type": "string"}} for kind in taken}
        doc["requestBody"] = {"required": True, "content": content}
    if "requestBody" in doc:
        statuses |= {408, 413, 415, 422}
    if info.get("paged"):
        parameters += [_LIMIT, _CURSOR]
        statuses.add(422)
    if method in ("post", "put", "patch", "delete"):
        statuses |= {409, 412}
    if method in ("post", "patch"):
        parameters.append(_IF_MATCH)
    if method == "get" and not info.get("paged"):
        parameters.append(_IF_NONE_MATCH)
        statuses.add(304)
    documented = {str(int(status)) for status in responses if str(status).isdecimal()}
    for status in sorted(statuses):
        if str(status) not in documented:
            responses[status] = HTTPStatus(status).name if errors_as is None else _told_as(errors_as, status)
    return doc


def _told_as(media_type: str, status: int) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {media_type: {"schema": {"type": "string"}}}}


def register_parameters(api: Api) -> None:
    """The header and query parameters that operations refer to."""
    known: dict[str, tuple[str, dict[str, Any]]] = {
        _IDEMPOTENCY_KEY: (
            "header",
            {
                "name": HEADER,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                "description": "The same key with the same request returns the first answer for 24 hours, with "
                f"`{REPLAYED}: true`; with another request it is a 409.",
            },
        ),
        _IF_MATCH: (
            "header",
            {
                "name": "If-Match",
                "schema": {"type": "string", "pattern": _TAGS},
                "description": "The `ETag` of the version that the change was made for; 412 where it is not current.",
            },
        ),
        _IF_NONE_MATCH: (
            "header",
            {
                "name": "If-None-Match",
                "schema": {"type": "string", "pattern": _TAGS},
                "description": "The `ETag` of a version that is known already: 304 where it is current.",
            },
        ),
        _LIMIT: (
            "query",
            {
                "name": "limit",
                "schema": {"type": "integer", "minimum": 1, "default": 50},
                "description": "How many items at most; more than 200 are taken as 200.",
            },
        ),
        _CURSOR: (
            "query",
            {
                "name": "cursor",
                "schema": {"type": "string"},
                "description": "The `next` of the page before.",
            },
        ),
    }
    for identifier, (location, content) in known.items():
        api.spec.components.parameter(identifier, location, content, lazy=True)
