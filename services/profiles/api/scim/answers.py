"""What SCIM's answers look like: its media type, its errors, and the blueprint of all its addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request
from pydantic import ValidationError
from scim2_models import Error, SCIMException

from shared.errors import Fault, Malformed
from shared.web import Blueprint
from shared.web.bodies import JSON, encode, json_body

PREFIX = "/scim/v2"
SCIM_JSON = "application/scim+json"
_KINDS = {400: "invalidSyntax", 409: "uniqueness", 422: "invalidValue"}
"""What an error of ours is in SCIM (RFC 7644, table 9)."""
_MOST_TOLD = 10


class Refused(Malformed):
    """A request at odds with the protocol, in SCIM's own terms."""

    def __init__(self, detail: str, kind: str | None = None, status: int = 400) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status


def answer(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The content as SCIM's JSON, or plain JSON for who takes nothing else."""
    kind = request.accept_mimetypes.best_match([SCIM_JSON, JSON], default=SCIM_JSON)
    return Response(encode(content), status=status, headers=dict(headers or {}), content_type=kind)


def body() -> dict[str, Any]:
    """The body of the request. Raises Refused where it is no object, and what `json_body` raises."""
    found = json_body(request, (SCIM_JSON, JSON))
    if not isinstance(found, dict):
        raise Refused("The body must be an object.", "invalidSyntax")
    return found


def refusal(error: ValidationError | SCIMException) -> Refused:
    """What the protocol's types find wrong."""
    if isinstance(error, SCIMException):
        found = error.to_error()
        return Refused(found.detail or str(error), found.scim_type, found.status or 400)
    first, *more = Error.from_validation_errors(error)
    detail = " ".join(f"{each.detail}." for each in (first, *more[: _MOST_TOLD - 1]))
    return Refused(detail, first.scim_type, first.status or 400)


def _error(status: int, detail: str, kind: str | None, headers: Mapping[str, str]) -> Response:
    """RFC 7644, section 3.12."""
    content = {"schemas": [str(Error.__schema__)], "status": str(status), "detail": detail}
    if kind is not None:
        content["scimType"] = kind
    return Response(encode(content), status=status, headers=dict(headers), content_type=SCIM_JSON)


def _dialect(status: int, detail: str, faults: Sequence[Fault], headers: Mapping[str, str]) -> Response:
    said = " ".join(f"{fault.pointer.lstrip('/').replace('/', '.')}: {fault.detail}" for fault in faults[:_MOST_TOLD])
    return _error(400 if status == 422 else status, said or detail, _KINDS.get(status), headers)


blueprint = Blueprint(
    "scim",
    __name__,
    url_prefix=PREFIX,
    description="SCIM 2.0 at `/scim/v2`, for the role integrator. It describes itself, as RFC 7644 has it: the schemas "
    "are at `/scim/v2/Schemas`, the features at `/scim/v2/ServiceProviderConfig`.",
    dialect=_dialect,
)


def _refused(error: Refused) -> Response:
    return _error(error.status, error.detail, error.kind, {})


blueprint.register_error_handler(Refused, _refused)
