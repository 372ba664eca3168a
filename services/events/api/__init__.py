"""HTTP in, command out, HTTP back: one blueprint a resource."""

from services.events.api import calendars, events, imports, registrations, rejections, unmapped
from services.events.api.context import PUBLIC_URL, STORE

BLUEPRINTS = (
    events.blueprint,
    calendars.blueprint,
    registrations.blueprint,
    imports.blueprint,
    rejections.blueprint,
    unmapped.blueprint,
)

__all__ = ["BLUEPRINTS", "PUBLIC_URL", "STORE"]
