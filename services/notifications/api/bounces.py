"""`/v1/bounces`: where mail servers say that a mail came back. The address itself proves which mail that was."""

from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from services.notifications.api.context import store, tokens
from services.notifications.commands.note_bounce import note_bounce
from services.notifications.domain.bounces import Bounce, NotAReport, judged, reported
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction
from shared.telemetry import logs
from shared.web import Blueprint, public, unit_of_work
from shared.web.bodies import JSON, decode, whole_body
from shared.web.pointers import faults_of

blueprint = Blueprint("bounces", __name__, url_prefix="/v1/bounces", description="Mail that came back.")

REPORTS = ("message/delivery-status", "multipart/report", "message/rfc822")

_log = logs.logger(__name__)


class BounceSchema(Schema):
    """What a mail server's log says of a mail that came back; one of the two is needed."""

    kind = fields.String(
        validate=validate.OneOf([each.value for each in Bounce]),
        metadata={"description": "`hard`: the address does not work; `soft`: this mail did not get there."},
    )
    status = fields.String(
        validate=validate.Regexp(r"[245]\.\d{1,3}\.\d{1,3}\Z"),
        metadata={"description": "The enhanced status code (RFC 3463), `5.1.1`; from it the kind follows."},
    )

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError("One of kind and status is needed.", "kind")


_SCHEMA = BounceSchema()


@blueprint.post("/<token>")
@public
@blueprint.takes(JSON, *REPORTS)
@blueprint.response(204)
def receive(token: str) -> None:
    """Takes the news that a mail came back.

    Either JSON, `{"kind": "hard"}` or `{"status": "5.1.1"}`, or a delivery status notification (RFC 3464), alone or in
    the mail that brings it. `token` is of the mail: it stands in its `Ithaca-Bounce` header and, where the operator has
    named a domain for it, in the address it comes back to. No more mail goes to an address that does not work, nor to
    one that [5] mails did not reach. The first report of a mail counts; of a mail that is late nothing follows.
    """
    delivery_id = tokens().read_bouncing(token)
    found = None if delivery_id is None else store().deliveries.by_id(delivery_id)
    if found is None:
        raise NotFound("There is no mail of this address, or it is not known any more.")
    bounce = _bounce()
    if bounce is None:
        return

    def note(transaction: Transaction) -> bool:
        current = store().deliveries.get(found.tenant, found.id, transaction.session)
        return note_bounce(transaction, store(), current, bounce)

    if unit_of_work().run(note, tenant=found.tenant):
        _log.info("mail_bounced", delivery=found.id, kind=bounce)


def _bounce() -> Bounce | None:
    content = whole_body(request)
    if request.mimetype == JSON:
        return _of_json(decode(content))
    if request.mimetype not in REPORTS:
        raise UnsupportedMediaType(f"A bounce comes as {', '.join((JSON, *REPORTS))}.")
    try:
        return reported(request.headers["Content-Type"], content)
    except NotAReport as error:
        raise Invalid([Fault("", str(error))]) from error


def _of_json(value: object) -> Bounce:
    try:
        data = _SCHEMA.load(value)  # type: ignore[arg-type]  # whatever it is, it says so
    except ValidationError as error:
        raise Invalid(faults_of(error.messages, _SCHEMA)) from None
    return Bounce(data["kind"]) if "kind" in data else judged(data["status"])
