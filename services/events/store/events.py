"""Events and their seats.

A seat is taken by a conditional update of the event itself, so that it meets every other change of the event: of its
capacity, of its state.
"""

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from services.events.domain.event import Event, EventState, EventVisibility
from shared.storage import Document, Repository

COLLECTION = "events"

_NOT_FULL: Document = {"$or": [{"$eq": ["$capacity", None]}, {"$lt": ["$seats_taken", "$capacity"]}]}


class Events(Repository[Event]):
    """Events by id."""

    def take_free_seat(self, session: ClientSession, tenant: str, event_id: str) -> Event | None:
        """Takes one seat if there is one; the event after it, or None where it is full."""
        return self._move(session, {"_id": event_id, "tenant": tenant, "$expr": _NOT_FULL}, 1)

    def move_seats(self, session: ClientSession, tenant: str, event_id: str, seats: int) -> Event:
        """Takes or frees seats whatever the capacity; the event after it. The event is there."""
        moved = self._move(session, {"_id": event_id, "tenant": tenant}, seats)
        return self.get(tenant, event_id, session) if moved is None else moved

    def visible(self, tenant: str, *, limit: int, after: str | None) -> list[Event]:
        """A page of what every member may find."""
        found = {"state": {"$ne": EventState.DRAFT.value}, "visibility": EventVisibility.MEMBERS.value}
        return list(self.page(tenant, found, limit=limit, after=after))

    def _move(self, session: ClientSession, where: Document, seats: int) -> Event | None:
        moved = self.collection.find_one_and_update(
            where, {"$inc": {"seats_taken": seats}}, session=session, return_document=ReturnDocument.AFTER
        )
        return None if moved is None else self.from_document(moved)
