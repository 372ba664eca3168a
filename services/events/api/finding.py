"""Which event the caller may see: another tenant's, a draft, or a hidden one of others is not there (404)."""

from pymongo.client_session import ClientSession

from services.events.api.context import store
from services.events.domain.event import Event, EventVisibility
from shared.errors import NotFound
from shared.web import principal


def is_staff() -> bool:
    """Whether the caller runs events."""
    return "organizer" in principal().roles


def visible_event(event_id: str, session: ClientSession | None = None) -> Event:
    """The event, if the caller may see it: organizers all, others what is announced and not hidden from them.

    Raises NotFound.
    """
    event = store().events.get(principal().tenant, event_id, session)
    if is_staff() or (event.announced and _may_find(event)):
        return event
    raise NotFound("event", event_id)


def _may_find(event: Event) -> bool:
    if event.visibility is EventVisibility.MEMBERS:
        return True
    member = principal().member_id
    return member is not None and store().registrations.registered(event.tenant, event.id, member)
