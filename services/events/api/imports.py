"""Bulk uploads of attendee records."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnsupportedMediaType

from services.events.api.context import store
from services.events.commands.import_attendees import import_attendees
from services.events.domain.attendee_columns import Columns, understood
from services.events.domain.attendee_import import AttendeeImport
from services.events.domain.event import Event
from shared.clock import rfc3339
from shared.contracts.fields import Timestamp
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
from shared.web.csv_upload import CSV, Row, read_csv
from shared.web.transactions import cause

blueprint = Blueprint("imports", __name__, url_prefix="/v1", description="Attendee records in bulk.")


class RowFaultSchema(Schema):
    """One thing wrong with one row."""

    row = fields.Integer(metadata={"description": "Counted from 1, blank lines included."})
    pointer = fields.String(metadata={"description": "RFC 6901 JSON pointer into the row."})
    detail = fields.String()


class ImportSchema(Schema):
    """How an upload went. Kept for 30 days."""

    id = fields.String()
    event_id = fields.String()
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


_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_PAIR = validate.Regexp(r"[^\0]+:[^\0:]*\Z", error="Must be a name, a colon and a value.")
_FIELD_AND_VALUE = validate.Regexp(r"[^\0:]+:[^\0]+\Z", error="Must be a name, a colon and a value.")


class CsvSchema(Schema):
    """How to read a CSV file; without effect on NDJSON."""

    map = fields.List(
        fields.String(validate=_PAIR),
        metadata={
            "description": "`E-Mail:person.email`: which field of the record a column is; nothing behind the colon "
            "leaves the column out. May be given again. Other columns are the fields of their names, as `email`, "
            "`person.email`, `skills.offers`, `answers.DIET`."
        },
    )
    default = fields.List(
        fields.String(validate=_FIELD_AND_VALUE),
        metadata={
            "description": "`status:confirmed`: what a field is where the row says nothing. May be given again. "
            "`status` is else confirmed, `updated_at` the time of the upload, `source` and `source_event_id` those of "
            "the event where it names only one."
        },
    )
    separator = fields.String(
        validate=validate.OneOf(list(_SEPARATORS)),
        metadata={"description": "Else what the header line holds most of."},
    )


@blueprint.post("/events/<id:event_id>/attendees")
@roles("organizer", "integrator")
@manages_own_transactions
@blueprint.arguments(CsvSchema, location="query")
@blueprint.response(202, ImportSchema)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string", "description": "One attendee record a line."}},
            CSV: {"schema": {"type": "string", "description": "UTF-8; a header, then one attendee record a row."}},
        },
    }
)
def upload(options: dict[str, Any], event_id: str) -> Any:
    """Takes attendee records in bulk.

    NDJSON, one `org.ithaca.attendee.published.v1` a line, of a source that the event names. Sound rows become
    registrations soon after, as if their source had published them; each bad one is reported with its number. A row
    sent again changes nothing that its `updated_at` does not.

    CSV: separated by comma, semicolon or tab; several roles, goals or skills in one cell by `;`. Where the header
    cannot be taken the answer is a 422 and nothing has happened.
    """
    event = store().events.get(principal().tenant, event_id)
    done = import_attendees(unit_of_work(), store(), event, _lines(event, options), cause())
    return done, 202, {"Location": f"/v1/imports/{done.id}"}


def _lines(event: Event, options: dict[str, Any]) -> Iterator[Line]:
    if request.mimetype != CSV:
        return ndjson_lines()
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The file must be in UTF-8.")
    table = read_csv(request.stream, _SEPARATORS.get(options.get("separator", "")))
    mapped = [_parted(pair.rpartition(":")) for pair in options.get("map", ())]
    constants = _only_source(event) | dict(_parted(pair.partition(":")) for pair in options.get("default", ()))
    columns = understood(table.header, mapped, constants)
    return _records(columns, table.rows, rfc3339(unit_of_work().clock.now()))


def _only_source(event: Event) -> dict[str, str]:
    if len(event.sources) != 1:
        return {}
    (only,) = event.sources
    return {"source": only.source, "source_event_id": only.source_event_id}


def _parted(parts: Sequence[str]) -> tuple[str, str]:
    return parts[0].strip(), parts[2].strip()


def _records(columns: Columns, rows: Iterator[Row], now: str) -> Iterator[Line]:
    for row in rows:
        if row.fault is not None:
            yield Line(row.number, fault=row.fault)
        else:
            yield Line(row.number, columns.record(row.cells, now), size=row.size)


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
