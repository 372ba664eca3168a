"""Exports: all that the platform holds of a member, in one archive."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from services.profiles.api.context import store, tokens
from services.profiles.commands.request_export import request_export
from services.profiles.domain.export import Export, ExportState, NotReady, PartState
from services.profiles.store.exports import ARCHIVE
from shared.contracts.fields import Choice, Code, Flag, Id, Line, Many, One, Timestamp, Whole
from shared.errors import NotFound
from shared.web import Blueprint, audit, etag, principal, require_match, roles, transaction

blueprint = Blueprint(
    "exports", __name__, url_prefix="/v1/members/<id:identifier>/export", description="What is held of a member."
)

ZIP = "application/zip"


class ExportPartSchema(Schema):
    """What one service has to give."""

    service = Line("The service.", 40, required=True)
    state = Choice(
        "`missing`: not yet, `collected`, `nothing`: it has never heard of the member.", tuple(PartState), required=True
    )
    problem = Code(
        "Why the last try got nothing: `unreachable`, `answered_503`, `token_refused`, `too_large`, `not_linked_yet`: "
        "the service does not know yet whose token it is, `no_secret_key`: the worker has no ITHACA_SECRET_KEY."
    )
    size = Whole("Bytes of its JSON.", 0, 1 << 40)


class ExportSchema(Schema):
    """An export. Kept for 7 days from when it is ready."""

    id = Id("The export.", required=True)
    member_id = Id("Whose data it is.", required=True)
    state = Choice(
        "`collecting`; `interrupted`: the token is not taken any more, POST again goes on; `ready`.",
        tuple(ExportState),
        required=True,
    )
    whole = Flag("Whether what a pair keeps between the two is in it: only where the member asked.", required=True)
    parts = Many("How far it is, service by service.", One("", ExportPartSchema, required=True), 10, required=True)
    size = Whole("Bytes of the archive; 0 until it is ready.", 0, 1 << 40)
    created_at = Timestamp("When it was asked for.", required=True)
    updated_at = Timestamp("When it last moved.", required=True)
    expire_at = Timestamp("Until when it is kept.", required=True)
    archive = fields.String(allow_none=True, metadata={"description": "Where the archive is, once it is ready."})


@blueprint.post("")
@roles("member", "coordinator")
@blueprint.response(202, ExportSchema)
def begin(identifier: str) -> Any:
    """Asks for an archive of all that the platform holds of a member.

    By the member, or by a coordinator, whose archive has nothing of what mentor and mentee keep between the two. The
    services are asked after the answer, with the caller's token, which is kept sealed until then and for an hour at
    most; one that is away is asked again and again. Asked for once more, an export that is not ready goes on with the
    new token, and one that is ready gives way to a new one.
    """
    current = transaction()
    whole = _whole(identifier)
    member = store().members.get(current.tenant, identifier, current.session)
    # An erasure at this moment and this request meet at the member: else its export would be there after them.
    store().members.hold(current.session, current.tenant, identifier)
    before = store().exports.find_of(current.tenant, identifier, whole=whole, session=current.session)
    if before is not None:
        require_match(before.version)
    token = request.headers["Authorization"].partition(" ")[2].strip()
    export = request_export(current, store(), tokens(), member, before, token=token, whole=whole)
    etag(export.version)
    return _shown(export), 202, {"Location": f"/v1/members/{identifier}/export"}


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.response(200, ExportSchema)
def show(identifier: str) -> dict[str, Any]:
    """Shows the newest export: to the member the one they asked for, to a coordinator the one that staff did."""
    export = _export(identifier)
    etag(export.version)
    return _shown(export)


@blueprint.get("/archive")
@roles("member", "coordinator")
@blueprint.response(200, content_type=ZIP)
@blueprint.doc(responses={"409": "CONFLICT"})
def download(identifier: str) -> Response:
    """Downloads the archive: a ZIP with a page to read, the JSON of each service and a CSV for each table.

    409 until the export is ready.
    """
    export = _export(identifier)
    if export.state is not ExportState.READY:
        raise NotReady(export)
    audit.shows([identifier])
    answer = Response(store().exports.pieces(export, ARCHIVE), content_type=ZIP)
    answer.headers["Content-Length"] = str(export.size)
    answer.headers["Content-Disposition"] = f'attachment; filename="export-{export.id}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _export(identifier: str) -> Export:
    export = store().exports.find_of(principal().tenant, identifier, whole=_whole(identifier))
    if export is None:
        raise NotFound("export of the member", identifier)
    return export


def _whole(identifier: str) -> bool:
    """Whether the caller is the member; raises NotFound for whoever is neither that nor a coordinator."""
    caller = principal()
    if caller.member_id == identifier:
        return True
    if "coordinator" not in caller.roles:
        raise NotFound("member", identifier)
    return False


def _shown(export: Export) -> dict[str, Any]:
    names = ("id", "member_id", "state", "whole", "parts", "size", "created_at", "updated_at", "expire_at")
    ready = export.state is ExportState.READY
    archive = f"/v1/members/{export.member_id}/export/archive" if ready else None
    return {name: getattr(export, name) for name in names} | {"archive": archive}
