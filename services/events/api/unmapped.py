"""Attendee records that no event names the source event of."""

from typing import Any

from marshmallow import Schema, fields

from services.events.api.context import store
from services.events.store.unmapped import Unmapped
from shared.contracts.fields import Timestamp
from shared.web import Blueprint, Page, principal, requested, roles

blueprint = Blueprint("unmapped", __name__, url_prefix="/v1/unmapped", description="Records that wait for an event.")


class UnmappedSchema(Schema):
    """A record that waits: its place in the ticket system, nothing of the person."""

    id = fields.String()
    source = fields.String()
    source_event_id = fields.String()
    source_registration_id = fields.String()
    status = fields.String()
    updated_at = Timestamp("The source's own time of the record.")
    received_at = Timestamp("When the first record of the registration came.")
    expires_at = Timestamp("When it is forgotten, unless an event names the source event before.")


@blueprint.get("")
@roles("organizer", "integrator")
@blueprint.page(UnmappedSchema)
def index() -> Page[dict[str, Any]]:
    """Lists attendee records that wait for an event that names their source event.

    They are taken in when such an event is published or changed, and forgotten after 7 days.
    """
    wanted = requested()
    found = store().unmapped.page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page([_shown(each) for each in found], key=lambda view: str(view["id"]))


def _shown(waiting: Unmapped) -> dict[str, Any]:
    origin = waiting.record.origin
    return {
        "id": waiting.id,
        "source": origin.source,
        "source_event_id": origin.source_event_id,
        "source_registration_id": origin.source_registration_id,
        "status": waiting.record.status.value,
        "updated_at": waiting.record.dated.updated_at,
        "received_at": waiting.created_at,
        "expires_at": waiting.expire_at,
    }
