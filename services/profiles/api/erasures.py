"""Erasures, and how far they are."""

from typing import Any

from marshmallow import Schema, fields

from services.profiles.api.context import store
from services.profiles.domain.erasure import Erasure
from shared.contracts.fields import Timestamp
from shared.contracts.vocabulary import SERVICES
from shared.errors import NotFound
from shared.web import Blueprint, etag, principal, roles

blueprint = Blueprint("erasures", __name__, url_prefix="/v1/erasures", description="Members who asked to be forgotten.")

_REQUESTED, _COMPLETED = "requested", "completed"
_STATES = {"description": "requested, completed."}


class ServiceErasureSchema(Schema):
    """How far one service is."""

    service = fields.String()
    state = fields.String(metadata=_STATES)
    completed_at = Timestamp("When it had forgotten the member.")
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "How much it removed or made nameless, by what it was."},
    )


class ErasureSchema(Schema):
    """An erasure. Of the member nothing is left in it but the id."""

    id = fields.String()
    member_id = fields.String()
    state = fields.String(metadata=_STATES)
    requested_at = Timestamp("When it was asked for: records up to then are refused from now on.")
    completed_at = Timestamp("When the last service was done.")
    services = fields.List(fields.Nested(ServiceErasureSchema), metadata={"description": "All four."})


@blueprint.get("/<id:erasure_id>")
@roles("member", "coordinator")
@blueprint.response(200, ErasureSchema)
def show(erasure_id: str) -> dict[str, Any]:
    """Shows an erasure and which services have carried it out: to coordinators, and to who was the member."""
    caller = principal()
    found = store().erasure_requests.find(caller.tenant, erasure_id)
    if found is None or ("coordinator" not in caller.roles and found.member_id != caller.member_id):
        raise NotFound("erasure", erasure_id)
    etag(found.version)
    return shown(found)


def shown(erasure: Erasure) -> dict[str, Any]:
    """As `ErasureSchema` dumps it."""
    completed_at = erasure.completed_at
    return {
        "id": erasure.id,
        "member_id": erasure.member_id,
        "state": _state(completed_at is not None),
        "requested_at": erasure.requested_at,
        "completed_at": completed_at,
        "services": [_service(erasure, name) for name in SERVICES],
    }


def _service(erasure: Erasure, name: str) -> dict[str, Any]:
    said = erasure.services.get(name)
    if said is None:
        return {"service": name, "state": _state(False), "completed_at": None, "counts": {}}
    return {"service": name, "state": _state(True), "completed_at": said.completed_at, "counts": said.counts}


def _state(done: bool) -> str:
    return _COMPLETED if done else _REQUESTED
