"""HTTP in, command out, HTTP back: one blueprint a resource."""

from services.events.api import events, imports, registrations, rejections, unmapped
from services.events.api.context import STORE

BLUEPRINTS = (
    events.blueprint,
    registrations.blueprint,
    imports.blueprint,
    rejections.blueprint,
    unmapped.blueprint,
)

__all__ = ["BLUEPRINTS", "STORE"]
