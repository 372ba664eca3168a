"""HTTP in, command out, HTTP back: one blueprint a resource."""

from services.events.api import events, hooks, imports, registrations, rejections, sources, unmapped
from services.events.api.context import DOORS, STORE

BLUEPRINTS = (
    events.blueprint,
    registrations.blueprint,
    imports.blueprint,
    rejections.blueprint,
    unmapped.blueprint,
    sources.blueprint,
    hooks.blueprint,
)

__all__ = ["BLUEPRINTS", "DOORS", "STORE"]
