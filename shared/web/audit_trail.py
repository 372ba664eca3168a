"""`GET /v1/audit`: the association reads who of its staff changed and read what in this service."""

from typing import Any

from marshmallow import Schema, fields

from shared.contracts.fields import Id, Many, Timestamp
from shared.storage.client import Document
from shared.web.access import roles
from shared.web.audit import COLLECTION
from shared.web.auth import principal
from shared.web.blueprint import Blueprint
from shared.web.paging import Page, requested
from shared.web.transactions import unit_of_work

blueprint = Blueprint(
    "audit", __name__, url_prefix="/v1/audit", description="Who of the staff changed and read what, here."
)

_SHOWN = ("at", "subject", "issuer", "roles", "operation", "ids", "members", "made", "outcome", "correlation_id")


class TrailSchema(Schema):
    member_id = Id("Only what this member was changed, shown or named by.")


class AuditRowSchema(Schema):
    """One change or one reading. It holds ids and codes, nothing of what was written or shown. Kept for 400 days."""

    id = fields.String(required=True)
    at = Timestamp("When.", required=True)
    subject = fields.String(metadata={"description": "Whose token it was, or the user of the machine."})
    issuer = fields.String(
        metadata={
            "description": "Who issued the token; `command`: given on the machine itself; `address`: it came by mail."
        }
    )
    roles = fields.List(fields.String(), metadata={"description": "The roles of the token."})
    operation = fields.String(metadata={"description": "The operation by its id in this document, or the command."})
    ids = fields.Dict(keys=fields.String(), metadata={"description": "The ids in its address."})
    members = Many(
        "The members whose data it showed, or whom it was about; empty for a list of more than a row can name.",
        Id("A member.", required=True),
        1000,
    )
    made = fields.String(allow_none=True, metadata={"description": "The address of what it made."})
    outcome = fields.String(
        metadata={
            "description": "The status of the answer; `started` for a write of many steps; `revealed`, `decided`."
        }
    )
    correlation_id = fields.String(metadata={"description": "The story that its messages belong to."})


@blueprint.get("")
@roles("coordinator")
@blueprint.arguments(TrailSchema, location="query")
@blueprint.page(AuditRowSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists what staff changed in this service, and whose data they read, newest first.

    A change and its row are one transaction. Of a read the row is there before its answer: what could not be recorded
    was not shown. Members' reading of each other, and of themselves, leaves none.
    """
    wanted = requested()
    where: Document = {"tenant": principal().tenant}
    if (member_id := search.get("member_id")) is not None:
        where["members"] = member_id
    if wanted.after_id is not None:
        where["_id"] = {"$lt": wanted.after_id}
    found = unit_of_work().database[COLLECTION].find(where).sort("_id", -1).limit(wanted.fetch)
    return wanted.page(
        [{"id": row["_id"], **{name: row[name] for name in _SHOWN if name in row}} for row in found],
        key=lambda row: str(row["id"]),
    )
