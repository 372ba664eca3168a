"""Bulk uploads of attendee records."""

from typing import Any

from marshmallow import Schema, fields

from services.events.api.context import store
from services.events.commands.import_attendees import import_attendees
from services.events.domain.attendee_import import AttendeeImport
from shared.contracts.fields import Timestamp
from shared.web import (
    Blueprint,
    Page,
    etag,
    manages_own_transactions,
    ndjson_lines,
    principal,
    requested,
    roles,
    unit_of_work,
)
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


@blueprint.post("/events/<id:event_id>/attendees")
@roles("organizer", "integrator")
@manages_own_transactions
@blueprint.response(202, ImportSchema)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string", "description": "One attendee record a line."}}
        },
    }
)
def upload(event_id: str) -> Any:
    """Takes attendee records in bulk.

    NDJSON, one `org.ithaca.attendee.published.v1` a line, of a source that the event names. Sound rows become
    registrations soon after, as if their source had published them; each bad one is reported with its number. A row
    sent again changes nothing that its `updated_at` does not.
    """
    event = store().events.get(principal().tenant, event_id)
    done = import_attendees(unit_of_work(), store(), event, ndjson_lines(), cause())
    return done, 202, {"Location": f"/v1/imports/{done.id}"}


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
