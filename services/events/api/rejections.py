"""Attendee records that could not be taken: where their publisher finds out why."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.events.api.context import store
from services.events.domain.rejection import Rejection
from shared.contracts.fields import Timestamp
from shared.web import Blueprint, Page, principal, requested, roles

blueprint = Blueprint("rejections", __name__, url_prefix="/v1/rejections", description="Records that were refused.")


class RejectionFaultSchema(Schema):
    """One thing wrong with the record."""

    pointer = fields.String(metadata={"description": "RFC 6901 JSON pointer into the data, or the header at fault."})
    detail = fields.String()


class RejectionSchema(Schema):
    """An attendee record that was put aside. Kept for 30 days."""

    id = fields.String()
    reason = fields.String()
    faults = fields.List(fields.Nested(RejectionFaultSchema))
    state = fields.String(
        metadata={
            "description": "dead, replaying, replayed, dropped; refused: what its source sent or "
            "answered could not be taken, and the topic never saw it"
        }
    )
    source = fields.String(allow_none=True)
    source_event_id = fields.String(allow_none=True)
    source_registration_id = fields.String(allow_none=True)
    partition = fields.Integer(allow_none=True)
    offset = fields.Integer(allow_none=True)
    at = Timestamp("When it was put aside.")


class RejectionsOfSchema(Schema):
    source = fields.String(
        validate=validate.Length(max=100), metadata={"description": "Only records that name this source, as `pretix`."}
    )


@blueprint.get("")
@roles("organizer", "integrator")
@blueprint.arguments(RejectionsOfSchema, location="query")
@blueprint.page(RejectionSchema)
def index(search: dict[str, Any]) -> Page[Rejection]:
    """Lists attendee records that were refused, with the reason and a pointer to each fault."""
    wanted = requested()
    found = store().rejections.page(principal().tenant, search.get("source"), limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda rejection: rejection.id)
