"""`GET /v1/members/{id}/export-share`: what one service holds of a member, for the archive that profiles makes.

The service says what it holds, section by section; who may ask, the audit and the form of the answer are the same
everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from shared.contracts.fields import Flag, Id
from shared.errors import NotFound
from shared.web import audit
from shared.web.access import roles
from shared.web.auth import principal
from shared.web.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose share is asked for. `whole`: by the member, who may also read what a pair keeps between the two."""

    tenant: str
    member_id: str
    whole: bool


Sections = Mapping[str, Sequence[Mapping[str, Any]]]
"""Records by the name of their section; names of both stay. Values are what JSON has, and times."""

Share = Callable[[Asked], Sections | None]
"""What a service holds of the member; None where it has never heard of them."""


class ShareSchema(Schema):
    """All that the service holds of the member and that the member may know."""

    service = fields.String(required=True, metadata={"description": "The service that holds it."})
    member_id = Id("Whom it is about.", required=True)
    whole = Flag("Whether what a pair keeps between the two is in it: only where the member asks.", required=True)
    sections = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict(keys=fields.String())),
        required=True,
        metadata={"description": "Records by section; the names of sections and of their fields stay."},
    )


def blueprint(service: str, share_of: Share) -> Blueprint:
    """The resource of the service `service`."""
    made = Blueprint(
        "export_share", __name__, url_prefix="/v1/members", description="What this service holds of a member."
    )

    @made.get("/<id:identifier>/export-share")
    @roles("member", "coordinator")
    @made.response(200, ShareSchema)
    def show(identifier: str) -> dict[str, Any]:
        """Shows all that this service holds of a member.

        To the member, or to a coordinator, who gets nothing of what a pair keeps between the two. The archive of all
        services is made by `POST /v1/members/{id}/export` of profiles.
        """
        caller = principal()
        own = caller.member_id == identifier
        if not own and "coordinator" not in caller.roles:
            raise NotFound("member", identifier)
        found = share_of(Asked(caller.tenant, identifier, whole=own))
        if found is None:
            raise NotFound("member", identifier)
        audit.shows([identifier])
        return {"service": service, "member_id": identifier, "whole": own, "sections": found}

    return made
