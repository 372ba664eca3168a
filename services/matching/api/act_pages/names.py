"""How the pages call people: by the names that these show to whom they take part with, or by none."""

from pymongo.client_session import ClientSession

from services.matching.domain.visibility import visible_to_participants
from services.matching.store import Store


def shown_name(store: Store, tenant: str, member_id: str, session: ClientSession | None) -> str | None:
    """The member's name; None where it is hidden, or not known."""
    member = store.copies.find(tenant, member_id, session)
    return member.name or None if member is not None and visible_to_participants(member, "name") else None


def zone_of(store: Store, tenant: str, member_id: str, session: ClientSession | None) -> str | None:
    """The time zone that the member reads times in."""
    member = store.copies.find(tenant, member_id, session)
    return None if member is None else member.time_zone
