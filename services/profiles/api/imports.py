"""Feeds of members from the association's own system."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import request
from marshmallow import Schema, fields
from werkzeug.exceptions import RequestEntityTooLarge

from services.profiles.api.context import store
from services.profiles.api.schemas import FeedRowSchema
from services.profiles.commands.receive_members import BrokenOff, receive_members
from services.profiles.domain.member_import import ImportState, MemberImport
from services.profiles.domain.member_row import column_namer, columns_of, record_of
from shared.contracts.fields import Timestamp
from shared.errors import Conflict, Fault
from shared.web import (
    Blueprint,
    Line,
    Page,
    etag,
    manages_own_transactions,
    ndjson_lines,
    principal,
    requested,
    require_match,
    roles,
    transaction,
    unit_of_work,
)
from shared.web.pointers import faults_of
from shared.web.tables import RowFaultSchema, TableSchema, described, lines_of, mapped_columns, table_of_request
from shared.web.transactions import cause

blueprint = Blueprint("imports", __name__, url_prefix="/v1/imports", description="Members in bulk.")

_ROW = FeedRowSchema()
_NO_OBJECT = Fault("", "The row must be a JSON object.")


class MemberImportSchema(Schema):
    """How a feed goes. Kept for 30 days."""

    id = fields.String()
    dry_run = fields.Boolean(metadata={"description": "Everything is counted, and nobody is changed."})
    full = fields.Boolean(metadata={"description": "It names every member that there is: who is absent has left."})
    state = fields.Enum(
        ImportState,
        by_value=True,
        metadata={
            "description": "receiving, applying, suspending (the absent), finished; waiting_for_approval: too many are "
            "absent, or some rows do not say whose they are; interrupted: the upload broke off, nothing was applied."
        },
    )
    received = fields.Integer(metadata={"description": "Rows of the file."})
    applied = fields.Integer(metadata={"description": "Rows dealt with so far, rejected ones included."})
    created = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    rejected = fields.Integer(metadata={"description": "Rows with a fault; their members stay as they are."})
    erased = fields.Integer(
        metadata={"description": "Rows about somebody who was erased and has not come back: reported, and skipped."}
    )
    faults = fields.List(fields.Nested(RowFaultSchema), metadata={"description": "The first 1,000."})
    faults_omitted = fields.Integer(metadata={"description": "How many faults more there were."})
    known = fields.Integer(
        metadata={"description": "Members with a number, not suspended, when all rows were through."}
    )
    absent = fields.Integer(metadata={"description": "Those of them whom a full feed does not name."})
    absent_ids = fields.List(fields.String(), metadata={"description": "The first hundred of them."})
    suspended = fields.Integer(metadata={"description": "Absent members suspended so far."})
    updated_at = Timestamp("When it last moved.")


class FeedSchema(TableSchema):
    """How to take a file."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only say what it would do."})
    full = fields.Boolean(
        load_default=True,
        metadata={"description": "Whether the file names every member: whoever is absent is suspended."},
    )


@blueprint.post("")
@roles("coordinator", "integrator")
@manages_own_transactions
@blueprint.arguments(FeedSchema, location="query")
@blueprint.response(202, MemberImportSchema)
@blueprint.doc(requestBody=described("member"))
def upload(options: dict[str, Any]) -> Any:
    """Takes a feed of members.

    Each row has a `member_number`, names, and whatever else the association knows: e-mail, organization, membership
    and so on; CSV has a column for each, with several roles or skills in one cell by `;`. A member is found by the
    number, else by the e-mail address; one who is nobody's yet is registered. What a row leaves out stays as it is.

    Rows are applied after the answer, in their order; `GET` shows how far it is. When all are through, members with a
    number whom a full feed does not name are suspended, unless they are more than 5 % of the known ones (or what the
    association says), or a row did not say whose it is: then the import waits for `approve`. Sent again, a file changes
    nothing.
    """
    column_of, lines = _read(options)
    try:
        received = receive_members(
            unit_of_work(),
            store(),
            principal().tenant,
            lines,
            _faults,
            cause(),
            dry_run=options["dry_run"],
            full=options["full"],
            column_of=column_of,
        )
    except BrokenOff as broken:
        if isinstance(broken.__cause__, RequestEntityTooLarge):
            detail = f"The file is larger than {request.max_content_length} bytes. Nothing of it was applied."
            raise RequestEntityTooLarge(detail) from None
        raise broken.__cause__ or broken from None
    return received, 202, {"Location": f"/v1/imports/{received.id}"}


@blueprint.get("")
@roles("coordinator", "integrator")
@blueprint.page(MemberImportSchema)
def index() -> Page[MemberImport]:
    """Lists feeds, oldest first."""
    wanted = requested()
    found = store().imports.page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda each: each.id)


@blueprint.get("/<id:import_id>")
@roles("coordinator", "integrator")
@blueprint.response(200, MemberImportSchema)
def show(import_id: str) -> MemberImport:
    """Shows a feed: how far it is, what is wrong with which row, and who is absent."""
    found = store().imports.get(principal().tenant, import_id)
    etag(found.version)
    return found


@blueprint.post("/<id:import_id>/approve")
@roles("coordinator")
@blueprint.response(200, MemberImportSchema)
def approve(import_id: str) -> MemberImport:
    """Lets a feed that waits suspend the members it does not name. 409 where it does not wait."""
    current = transaction()
    found = store().imports.get(current.tenant, import_id, current.session)
    require_match(found.version)
    if found.state is not ImportState.WAITING_FOR_APPROVAL:
        raise Conflict(f"The import is {found.state}: only one that waits for approval can be approved.")
    approved = replace(found, state=ImportState.SUSPENDING, updated_at=current.now, due_at=current.now)
    saved = store().imports.save(current.session, approved)
    etag(saved.version)
    return saved


def _faults(value: Any) -> Sequence[Fault]:
    if not isinstance(value, dict):
        return [_NO_OBJECT]
    return faults_of(messages, _ROW) if (messages := _ROW.validate(value)) else []


def _read(options: dict[str, Any]) -> tuple[Callable[[str], str | None], Iterator[Line]]:
    table = table_of_request(options)
    if table is None:
        return lambda _: None, ndjson_lines()
    positions = columns_of(table.header, mapped_columns(options))
    return column_namer(table.header, positions), lines_of(table, lambda cells: record_of(positions, cells))
