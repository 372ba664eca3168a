"""Bulk uploads of attendee records."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from services.events.api.context import store
from services.events.commands.import_attendees import BrokenOff, import_attendees
from services.events.domain.attendee_columns import Columns, understood
from services.events.domain.attendee_import import AttendeeImport
from services.events.domain.event import Event
from shared.clock import rfc3339
from shared.contracts.fields import Timestamp
from shared.errors import Malformed
from shared.web import (
    Blueprint,
    Line,
    Page,
    etag,
    manages_own_transactions,
    ndjson_lines,
    principal,
    requested,
    roles,
    unit_of_work,
)
from shared.web.tables import RowFaultSchema, TableSchema, described, lines_of, mapped_columns, table_of_request
from shared.web.transactions import cause

blueprint = Blueprint("imports", __name__, url_prefix="/v1", description="Attendee records in bulk.")


class ImportSchema(Schema):
    """How an upload went. Kept for 30 days."""

    id = fields.String()
    event_id = fields.String()
    dry_run = fields.Boolean(metadata={"description": "It was only checked: nothing was published."})
    state = fields.String(
        metadata={
            "description": "running, finished, or interrupted: the upload broke off, what counts as published is on "
            "its way all the same."
        }
    )
    received = fields.Integer(metadata={"description": "Rows read so far."})
    published = fields.Integer(metadata={"description": "Rows on their way to become registrations."})
    rejected = fields.Integer(metadata={"description": "Rows with a fault."})
    faults = fields.List(fields.Nested(RowFaultSchema), metadata={"description": "The first 1,000."})
    faults_omitted = fields.Integer(metadata={"description": "How many faults more there were."})
    updated_at = Timestamp("When it last moved.")


_PREVIEWED = 5
_FIELD_AND_VALUE = validate.Regexp(r"[^\0:]+:[^\0]+\Z", error="Must be a name, a colon and a value.")


class ColumnSchema(Schema):
    """What a column of a CSV file was taken for."""

    column = fields.String(metadata={"description": "Its header."})
    field = fields.String(allow_none=True, metadata={"description": "Of the record; null: it was left out."})


class UploadedSchema(ImportSchema):
    """How an upload went, and what a dry run shows of it, which is kept nowhere."""

    columns = fields.List(fields.Nested(ColumnSchema), metadata={"description": "Of a dry run of a CSV file."})
    preview = fields.List(
        fields.Raw(),
        metadata={"description": "Of a dry run: the first 5 rows as the records that they would be, faulty or not."},
    )


class UploadSchema(TableSchema):
    """How to take a file. All but `dry_run` is about CSV and without effect on NDJSON."""

    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "Only check each row and report; nothing is published."},
    )
    default = fields.List(
        fields.String(validate=_FIELD_AND_VALUE),
        metadata={
            "description": "`status:confirmed`: what a field is where the row says nothing. May be given again. "
            "`status` is else confirmed, `updated_at` the time of the upload, `source` and `source_event_id` those of "
            "the event where it names only one."
        },
    )


@blueprint.post("/events/<id:event_id>/attendees")
@roles("organizer", "integrator")
@manages_own_transactions
@blueprint.arguments(UploadSchema, location="query")
@blueprint.response(202, UploadedSchema)
@blueprint.doc(requestBody=described("attendee record"))
def upload(options: dict[str, Any], event_id: str) -> Any:
    """Takes attendee records in bulk.

    NDJSON, one `org.ithaca.attendee.published.v1` a line, of a source that the event names. Sound rows become
    registrations soon after, as if their source had published them; each bad one is reported with its number. A row
    sent again changes nothing that its `updated_at` does not.

    CSV: columns are fields as `email`, `person.email`, `skills.offers`, `answers.DIET`; separated by comma, semicolon
    or tab; several roles, goals or skills in one cell by `;`. Where the header cannot be taken the answer is a 422 and
    nothing has happened.

    Either may come with `Content-Encoding: gzip`. Where a file turns out too large, or breaks off, the answer says what
    was published until then; sent again whole, it changes nothing of that.
    """
    event = store().events.get(principal().tenant, event_id)
    columns, lines = _read(event, options)
    seen = _Preview(lines)
    named: Callable[[str], str | None] = columns.column_of if columns else lambda _: None
    dry_run = options["dry_run"]
    try:
        done = import_attendees(unit_of_work(), store(), event, seen, cause(), dry_run=dry_run, column_of=named)
    except BrokenOff as broken:
        raise _with_what_was_done(broken) from None
    answer = asdict(done)
    if dry_run:
        answer["preview"] = seen.records
        if columns:
            answer["columns"] = [{"column": column, "field": name} for column, name in columns.named()]
    return answer, 202, {"Location": f"/v1/imports/{done.id}"}


class _Preview:
    """Lines on their way through; the first records among them are kept."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.records: list[Any] = []

    def __iter__(self) -> Iterator[Line]:
        for line in self._lines:
            if len(self.records) < _PREVIEWED and line.fault is None:
                self.records.append(line.value)
            yield line


def _with_what_was_done(broken: BrokenOff) -> BaseException:
    cause, upload = broken.__cause__, broken.upload
    done = f"{upload.published} of its rows were published before: see /v1/imports/{upload.id}."
    if isinstance(cause, RequestEntityTooLarge):
        return RequestEntityTooLarge(f"The file is larger than {request.max_content_length} bytes. {done}")
    if isinstance(cause, Malformed):
        return Malformed(f"{cause.detail} {done}")
    return cause or broken


def _read(event: Event, options: dict[str, Any]) -> tuple[Columns | None, Iterator[Line]]:
    table = table_of_request(options)
    if table is None:
        return None, ndjson_lines()
    pairs = (pair.partition(":") for pair in options.get("default", ()))
    constants = _only_source(event) | {field.strip(): value.strip() for field, _, value in pairs}
    columns = understood(table.header, mapped_columns(options), constants)
    now = rfc3339(unit_of_work().clock.now())
    return columns, lines_of(table, lambda cells: columns.record(cells, now))


def _only_source(event: Event) -> dict[str, str]:
    if len(event.sources) != 1:
        return {}
    (only,) = event.sources
    return {"source": only.source, "source_event_id": only.source_event_id}


@blueprint.get("/imports")
@roles("organizer", "integrator")
@blueprint.page(ImportSchema)
def index() -> Page[AttendeeImport]:
    """Lists uploads, oldest first."""
    wanted = requested()
    found = store().imports.page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda upload: upload.id)


@blueprint.get("/imports/<id:import_id>")
@roles("organizer", "integrator")
@blueprint.response(200, ImportSchema)
def show(import_id: str) -> AttendeeImport:
    """Shows an upload: how far it is and what is wrong with which row."""
    found = store().imports.get(principal().tenant, import_id)
    etag(found.version)
    return found
