"""The association over HTTP: one for each tenant."""

from typing import Any

from marshmallow import ValidationError, fields, validates

from services.profiles.api.context import store
from services.profiles.api.shapes import Shaped, Tag, require_zone
from services.profiles.commands.change_association import change_association
from services.profiles.domain.association import Association, Colors
from shared.contracts.defaults import DEFAULTS, Default
from shared.contracts.fields import Email, Line, One, Record, Whole
from shared.web import Blueprint, etag, principal, require_match, roles, transaction

blueprint = Blueprint(
    "association", __name__, url_prefix="/v1/association", description="The association's face, and its own numbers."
)

_HEXADECIMAL = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"
_NOT_A_COLOR = "Not a color, as #14532d."


def _number(default: Default) -> Whole:
    said = default.about if default.read_by else f"{default.about} Nothing goes by it yet."
    return Whole(f"{said} {default.value} unless said.", default.least, default.most)


DefaultsBody = Record.from_dict({name: _number(each) for name, each in DEFAULTS.items()}, name="DefaultsBody")


class ColorsBody(Record):
    """Colors of mails and pages."""

    primary = Shaped("The main color, `#14532d`.", 7, _HEXADECIMAL, _NOT_A_COLOR)
    secondary = Shaped("The other color.", 7, _HEXADECIMAL, _NOT_A_COLOR)


class AssociationBody(Record):
    """All of it: what is left out or null is not said any more."""

    name = Line("What it is called.", 200, shortest=1, required=True)
    colors = One("Its colors.", ColorsBody)
    logo = Shaped(
        "https address of its logo, shown in mails.", 2000, r"^https://[!#-;=?-\[\]-~]+$", "Not an https address."
    )
    reply_to = Email("Where answers to its mails go.")
    locale = Tag("Its language as a BCP 47 tag: that of members who have said none.")
    time_zone = Line("Its IANA time zone, `Europe/Rome`: that of members who have said none.", 64)
    defaults = One("Numbers that it changes.", DefaultsBody)

    @validates("name")
    def _is_not_blank(self, value: str, **_: Any) -> None:
        if not value.strip():
            raise ValidationError("Must not be blank.")

    @validates("time_zone")
    def _is_a_zone(self, value: str | None, **_: Any) -> None:
        require_zone(value)


class AssociationSchema(AssociationBody):
    """An association."""

    id = fields.String(dump_only=True, metadata={"description": "The tenant."})


@blueprint.get("")
@roles("member", "coordinator", "organizer", "integrator")
@blueprint.response(200, AssociationSchema)
def read() -> Association:
    """Shows the association; 404 until a coordinator has said what it is called."""
    tenant = principal().tenant
    association = store().associations.get(tenant, tenant)
    etag(association.version)
    return association


@blueprint.put("")
@roles("coordinator")
@blueprint.arguments(AssociationBody)
@blueprint.response(200, AssociationSchema)
@blueprint.doc(
    responses={
        201: {
            "description": "It was not there before.",
            "content": {"application/json": {"schema": AssociationSchema}},
        }
    }
)
def put(body: dict[str, Any]) -> Any:
    """Says what the association is called, how it looks, and which numbers it goes by."""
    current = transaction()
    before = store().associations.find(current.tenant, current.tenant, current.session)
    require_match(0 if before is None else before.version)
    association = change_association(current, store(), before, _fields(body))
    etag(association.version)
    return (association, 201, {"Location": "/v1/association"}) if before is None else association


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the domain's types; null says nothing."""
    said = {name: value for name, value in body.items() if value is not None}
    if "colors" in said:
        said["colors"] = Colors(**said["colors"])
    numbers = said.get("defaults") or {}
    return said | {"defaults": {name: number for name, number in numbers.items() if number is not None}}
