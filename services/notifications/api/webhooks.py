"""`/v1/webhooks`: where outside systems of the association are told what happens."""

from typing import Any

from marshmallow import fields, validate

from services.notifications.api.context import store, webhook_office
from services.notifications.api.webhook_deliveries import WebhookDeliverySchema, shown_delivery
from services.notifications.domain.webhook import DisabledReason, Webhook, WebhookState
from services.notifications.domain.webhook_attempt import WebhookOutcome
from shared.contracts.fields import Flag, Line, Many, Record, Timestamp
from shared.web import Blueprint, Page, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "webhooks",
    __name__,
    url_prefix="/v1/webhooks",
    description="Outgoing webhooks, by Standard Webhooks.",
)

_LONGEST_URL = 2000
_MOST_TYPES = 200

_URL = "Where they go: https; a private address, and http, only in networks that this installation allows."
_TYPES = "The types of messages it is for, in full, as the AsyncAPI document names them; `*` is every type."
_ORDERED = (
    "Whether they come strictly one after the other: one that fails holds up all behind it. Otherwise each is "
    "tried by itself."
)


class NewWebhookSchema(Record):
    """A webhook, as it is registered."""

    url = Line(_URL, _LONGEST_URL, shortest=1, required=True)
    types = Many(_TYPES, Line("A type.", 200, shortest=1, required=True), _MOST_TYPES, fewest=1, required=True)
    ordered = Flag(_ORDERED, nullable=False)


class WebhookSchema(NewWebhookSchema):
    """A webhook, and how it fares."""

    id = fields.UUID(required=True, metadata={"description": "The webhook."})
    secret = fields.String(
        metadata={"description": "What they are signed with. In the answers that made it, and never again."},
    )
    previous_secret_until = Timestamp(
        "Until when the secret before signs beside it; null: none does.", required=True, nullable=True
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf([WebhookState.ACTIVE.value, WebhookState.DISABLED.value]),
        metadata={"description": "A disabled one is sent nothing, and nothing is kept for it."},
    )
    disabled_reason = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([each.value for each in DisabledReason]),
        metadata={
            "description": "`by_hand`; `gone`: it answered 410; `failing`: it did nothing but fail for days; null: it "
            "is not."
        },
    )
    disabled_at = Timestamp("Since when.", required=True, nullable=True)
    last_success_at = Timestamp("When it last took one; null: not yet.", required=True, nullable=True)
    last_failure_at = Timestamp("When it last did not; null: never.", required=True, nullable=True)
    last_outcome = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([each.value for each in WebhookOutcome]),
        metadata={"description": "What came of the last attempt; null: there was none."},
    )
    failing_since = Timestamp(
        "Since when nothing but failures; null: the last one was none.", required=True, nullable=True
    )
    held_until = Timestamp(
        "Until when it is left alone after failures in a row; null: it is not.", required=True, nullable=True
    )
    created_at = Timestamp("When it was made.", required=True)


class WebhookChangesSchema(Record):
    """A merge patch of a webhook: what is left out stays."""

    url = Line(_URL, _LONGEST_URL, shortest=1, nullable=False)
    types = Many(_TYPES, Line("A type.", 200, shortest=1, required=True), _MOST_TYPES, fewest=1, nullable=False)
    ordered = Flag(_ORDERED, nullable=False)
    enabled = Flag("False disables it, true enables it again: what still waits for it is sent then.", nullable=False)


@blueprint.post("")
@roles("integrator")
@blueprint.arguments(NewWebhookSchema)
@blueprint.response(201, WebhookSchema)
def create(body: dict[str, Any]) -> Any:
    """Registers a webhook.

    The answer holds the secret that its deliveries are signed with, once.
    """
    webhook, secret = webhook_office().create(transaction(), **body)
    etag(webhook.version)
    return _shown(webhook, secret), 201, {"Location": f"/v1/webhooks/{webhook.id}"}


@blueprint.get("")
@roles("integrator")
@blueprint.page(WebhookSchema)
def index() -> Page[dict[str, Any]]:
    """Lists the webhooks, with how they fare."""
    wanted = requested()
    found = store().webhooks.listed(principal().tenant, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page([_shown(each) for each in found], key=lambda view: str(view["id"]))


@blueprint.get("/<id:webhook_id>")
@roles("integrator")
@blueprint.response(200, WebhookSchema)
def show(webhook_id: str) -> Any:
    """Shows a webhook, and how it fares."""
    webhook = store().webhooks.live(principal().tenant, webhook_id)
    etag(webhook.version)
    return _shown(webhook)


@blueprint.patch("/<id:webhook_id>")
@roles("integrator")
@blueprint.arguments(WebhookChangesSchema)
@blueprint.response(200, WebhookSchema)
def change(body: dict[str, Any], webhook_id: str) -> Any:
    """Changes a webhook, disables it, or enables it again."""
    enabled = body.pop("enabled", None)
    changed = webhook_office().change(transaction(), _current(webhook_id), body, enabled=enabled)
    etag(changed.version)
    return _shown(changed)


@blueprint.delete("/<id:webhook_id>")
@roles("integrator")
@blueprint.response(204)
def delete(webhook_id: str) -> None:
    """Removes a webhook, its secrets and its deliveries."""
    webhook_office().delete(transaction(), _current(webhook_id))


@blueprint.post("/<id:webhook_id>/rotate")
@roles("integrator")
@blueprint.response(200, WebhookSchema)
def rotate(webhook_id: str) -> Any:
    """Gives a webhook a new secret.

    The answer holds it, once. For 24 hours (`ITHACA_WEBHOOK_ROTATION_HOURS`) deliveries carry a signature by the one
    before as well.
    """
    rotated, secret = webhook_office().rotate(transaction(), _current(webhook_id))
    etag(rotated.version)
    return _shown(rotated, secret)


@blueprint.post("/<id:webhook_id>/test")
@roles("integrator")
@blueprint.response(202, WebhookDeliverySchema)
def test(webhook_id: str) -> Any:
    """Sends a webhook a message of the type `org.ithaca.webhook.test.v1`.

    What comes of it stands in its deliveries.
    """
    return shown_delivery(webhook_office().ping(transaction(), _current(webhook_id)))


def _current(webhook_id: str) -> Webhook:
    current = transaction()
    webhook = store().webhooks.live(current.tenant, webhook_id, current.session)
    require_match(webhook.version)
    return webhook


def _shown(webhook: Webhook, secret: str | None = None) -> dict[str, Any]:
    names = (
        "id",
        "url",
        "types",
        "ordered",
        "state",
        "disabled_reason",
        "disabled_at",
        "last_success_at",
        "last_failure_at",
        "last_outcome",
        "failing_since",
        "held_until",
        "created_at",
    )
    shown: dict[str, Any] = {name: getattr(webhook, name) for name in names}
    shown["previous_secret_until"] = webhook.previous_until
    return shown if secret is None else shown | {"secret": secret}
