"""HTTP in, command out, HTTP back: a blueprint per resource."""

from services.notifications.api import (
    bounces,
    inbox,
    pages,
    preferences,
    stream,
    unsubscribe,
    webhook_deliveries,
    webhooks,
)
from services.notifications.api.context import EXTENSION, Context

BLUEPRINTS = (
    inbox.blueprint,
    stream.blueprint,
    preferences.blueprint,
    unsubscribe.blueprint,
    bounces.blueprint,
    webhooks.blueprint,
    webhook_deliveries.blueprint,
    pages.blueprint,
)

__all__ = ["BLUEPRINTS", "EXTENSION", "Context"]
