"""`/v1/webhooks/{id}/deliveries`: what was sent to a webhook, and what came of every attempt."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.notifications.api.context import store, webhook_office
from services.notifications.domain.webhook_attempt import WebhookOutcome
from services.notifications.domain.webhook_delivery import WebhookDelivery, WebhookDeliveryState
from shared.contracts.fields import Timestamp
from shared.web import Blueprint, Page, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "webhook_deliveries",
    __name__,
    url_prefix="/v1/webhooks/<id:webhook_id>/deliveries",
    description="The delivery log of outgoing webhooks.",
)


class WebhookAttemptSchema(Schema):
    at = Timestamp("When.", required=True)
    status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The answer's status; null: there was no answer."}
    )
    milliseconds = fields.Integer(required=True, metadata={"description": "How long it took."})
    outcome = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in WebhookOutcome]),
        metadata={"description": "What came of it."},
    )


class WebhookDeliverySchema(Schema):
    id = fields.UUID(required=True, metadata={"description": "The delivery."})
    message_id = fields.String(
        required=True, metadata={"description": "Its `webhook-id`, the same at every attempt and when it is replayed."}
    )
    type = fields.String(required=True, metadata={"description": "The type of its message."})
    state = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in WebhookDeliveryState]),
        metadata={
            "description": "`failed`: given up, may be sent again by hand; `dropped`: not sent, as it told of somebody "
            "who was erased."
        },
    )
    created_at = Timestamp("When it was left for the webhook.", required=True)
    next_attempt_at = Timestamp(
        "When it is tried next, its receiver permitting; null: not again.", required=True, nullable=True
    )
    replayable = fields.Boolean(
        required=True, metadata={"description": "Whether what was sent is still kept, so that it can be sent again."}
    )
    attempts = fields.List(
        fields.Nested(WebhookAttemptSchema),
        required=True,
        metadata={"description": "Every attempt, the last 50 of them, oldest first."},
    )


@blueprint.get("")
@roles("integrator")
@blueprint.page(WebhookDeliverySchema)
def index(webhook_id: str) -> Page[dict[str, Any]]:
    """Lists what a webhook was sent in the last 30 days (`ITHACA_WEBHOOK_LOG_DAYS`), newest first."""
    wanted, tenant = requested(), principal().tenant
    store().webhooks.live(tenant, webhook_id)
    found = store().webhook_deliveries.log(tenant, webhook_id, limit=wanted.fetch, before=wanted.after_id)
    return wanted.page([shown_delivery(each) for each in found], key=lambda view: str(view["id"]))


@blueprint.post("/<id:delivery_id>/retry")
@roles("integrator")
@blueprint.response(202, WebhookDeliverySchema)
def retry(webhook_id: str, delivery_id: str) -> Any:
    """Sends it again at once, whatever became of it, under the same `webhook-id` and with a new timestamp."""
    current = transaction()
    webhook = store().webhooks.live(current.tenant, webhook_id, current.session)
    require_match(webhook.version)
    return shown_delivery(webhook_office().retry(current, webhook, delivery_id))


def shown_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """A delivery as the log has it."""
    names = ("id", "message_id", "type", "state", "created_at", "attempts")
    shown: dict[str, Any] = {name: getattr(delivery, name) for name in names}
    return shown | {"next_attempt_at": delivery.next_at, "replayable": not delivery.stripped}
