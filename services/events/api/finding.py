"""Which event the caller may see: another tenant's, a draft, one hidden from the caller is not there (404)."""

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


def is_there(tenant: str, event_id: str, member_id: str | None) -> bool:
    """Whether the caller, who is this member, sees what is for those who come to the event; organizers do."""
    if is_staff():
        return True
    return member_id is not None and bool(store().attendance.attending(tenant, event_id, [member_id]))


def _may_find(event: Event) -> bool:
    if event.visibility is EventVisibility.MEMBERS:
        return True
    member = principal().member_id
    if member is None:
        return False
    if event.visibility is EventVisibility.GROUPS and not own_groups().isdisjoint(event.groups):
        return True
    return store().registrations.registered(event.tenant, event.id, member)


def own_groups() -> frozenset[str]:
    """The groups that the caller is in."""
    caller = principal()
    found = () if caller.member_id is None else store().people.groups_of(caller.tenant, caller.member_id)
    return frozenset(found)
