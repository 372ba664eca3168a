"""HTTP in, command out, HTTP back: one blueprint a resource."""

from services.events.api import (
    calendars,
    corner,
    events,
    hooks,
    imports,
    meeting_groups,
    meetings,
    registrations,
    rejections,
    round_pages,
    rounds,
    schedules,
    slots,
    sources,
    topics,
    unmapped,
    wishes,
)
from services.events.api.context import DOORS, PUBLIC_URL, STORE

BLUEPRINTS = (
    events.blueprint,
    calendars.blueprint,
    registrations.blueprint,
    imports.blueprint,
    rejections.blueprint,
    unmapped.blueprint,
    sources.blueprint,
    hooks.blueprint,
    slots.blueprint,
    meeting_groups.blueprint,
    wishes.blueprint,
    meetings.blueprint,
    rounds.blueprint,
    round_pages.blueprint,
    schedules.blueprint,
    topics.blueprint,
    corner.blueprint,
)

__all__ = ["BLUEPRINTS", "DOORS", "PUBLIC_URL", "STORE"]
