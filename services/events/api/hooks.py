"""`/v1/hooks`: where registration systems tell what changed. No bearer token: each proves itself in its own way."""

from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema, fields

from services.events.api.context import DOORS, store
from services.events.commands.configure_source import Configuration
from services.events.commands.receive_delivery import Receipt, receive_delivery
from services.events.domain.source import Source, SourceKind
from services.events.hooks.proof import Unproven, require_secret, require_signature
from services.events.hooks.reading import read
from shared.errors import NotFound
from shared.web import Blueprint, public, unit_of_work
from shared.web.bodies import decode, whole_body
from shared.web.problems import problem
from shared.web.transactions import cause

blueprint = Blueprint("hooks", __name__, url_prefix="/v1/hooks", description="Webhooks of registration systems.")


class ReceiptFaultSchema(Schema):
    """One thing wrong with one record of the delivery."""

    pointer = fields.String(metadata={"description": "RFC 6901 JSON pointer into the body, or what was made of it."})
    detail = fields.String()


class ReceiptSchema(Schema):
    """What came of a delivery."""

    id = fields.String(metadata={"description": "The receipt; the same for every repetition."})
    published = fields.Integer(metadata={"description": "Records on their way to become registrations."})
    fetches = fields.Integer(metadata={"description": "What will be fetched because of it."})
    refused = fields.Integer(metadata={"description": "Records that could not be taken: also in /v1/rejections."})
    faults = fields.List(fields.Nested(ReceiptFaultSchema))


class HookSchema(Schema):
    """That there is somebody here."""

    id = fields.String()
    kind = fields.String()


_AGAIN = {
    "description": "The same delivery came before: the first result.",
    "content": {"application/json": {"schema": ReceiptSchema}},
}
_ANSWERS = {"200": _AGAIN, "401": "UNAUTHORIZED"}


@blueprint.get("/<id:source_id>")
@public
@blueprint.response(200, HookSchema)
def show(source_id: str) -> Source:
    """Says that webhooks for this source come here.

    Systems ask before they begin to send.
    """
    return _source(source_id)


@blueprint.post("/<id:source_id>")
@public
@blueprint.takes("application/json")
@blueprint.response(202, ReceiptSchema)
@blueprint.doc(responses=_ANSWERS)
def receive(source_id: str) -> Any:
    """Takes a webhook.

    `generic`: an `org.ithaca.attendee.published.v1` or a list of them, signed by Standard Webhooks. `cvent`: the
    message itself. `pretix`, `eventbrite`: what they name is fetched soon after. All but `generic` show the source's
    secret in `Authorization` (bare, as Bearer, as Basic's password) or as `?secret=`.
    """
    return _receive(source_id)


@blueprint.post("/<id:source_id>/<string:event_type>/<string:message_id>")
@public
@blueprint.takes("application/json")
@blueprint.response(202, ReceiptSchema)
@blueprint.doc(responses=_ANSWERS)
def receive_named(source_id: str, event_type: str, message_id: str) -> Any:  # noqa: ARG001 - the body says both
    """Takes a webhook of Cvent.

    It adds the kind and the id of its message to the address that it was given.
    """
    return _receive(source_id)


def _receive(source_id: str) -> Any:
    source = _source(source_id)
    body = whole_body(request)
    try:
        signed_id = _proven(source, body)
    except Unproven as error:
        return problem(401, str(error), headers={"WWW-Authenticate": 'Webhook realm="hooks"'})
    content = decode(body)
    said = read(source, content)
    delivery_id = signed_id or said.delivery_id
    receipt = unit_of_work().run(
        lambda transaction: receive_delivery(transaction, store(), source, said, delivery_id, body),
        tenant=source.tenant,
        cause=cause(),
    )
    return _answer(receipt)


def _answer(receipt: Receipt) -> Response | tuple[Receipt, int]:
    if receipt.nothing_taken:
        return problem(422, "Nothing of this could be taken.", errors=receipt.faults)
    return receipt, 200 if receipt.repeated else 202


def _proven(source: Source, body: bytes) -> str | None:
    doors: Configuration = current_app.extensions[DOORS]
    now = unit_of_work().clock.now()
    accepted = doors.secrets.accepted(source, now)
    if source.kind is SourceKind.GENERIC:
        return require_signature({name.lower(): text for name, text in request.headers}, body, accepted, now)
    require_secret(request.headers.get("Authorization", ""), request.args.get("secret", ""), accepted)
    return None


def _source(source_id: str) -> Source:
    found = store().sources.anywhere(source_id)
    if found is None:
        raise NotFound("source", source_id)
    return found
