"""Events and their seats.

A seat is taken by a conditional update of the event itself, so that it meets every other change of the event: of its
capacity, of its state.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from pymongo import ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession

from services.events.domain.event import Event, EventState, EventVisibility
from shared.errors import NotFound, PreconditionFailed
from shared.storage import Document, Repository

COLLECTION = "events"

_NOBODY_WAITS: Document = {"$eq": [{"$ifNull": ["$waiting", 0]}, 0]}
_NOT_FULL: Document = {"$or": [{"$eq": ["$capacity", None]}, {"$lt": ["$seats_taken", "$capacity"]}]}


class Events(Repository[Event]):
    """Events by id."""

    def take_free_seat(self, session: ClientSession, tenant: str, event_id: str) -> bool:
        """Takes one seat if there is one and nobody waits for it; whether there was."""
        where = {"_id": event_id, "tenant": tenant, "$expr": {"$and": [_NOT_FULL, _NOBODY_WAITS]}}
        return self.collection.update_one(where, {"$inc": {"seats_taken": 1}}, session=session).matched_count == 1

    def join_waitlist(self, session: ClientSession, tenant: str, event_id: str) -> int:
        """The next place in the event's line, from 1. Raises NotFound."""
        event = self.collection.find_one_and_update(
            {"_id": event_id, "tenant": tenant},
            {"$inc": {"waiting": 1, "joined": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if event is None:
            raise NotFound("event", event_id)
        return int(event["joined"])

    def settle(self, session: ClientSession, moved: Iterable[tuple[int, Event, int, int]]) -> None:
        """Writes what came of the seats of events.

        Each with the version it was read at, how many seats it took, and how many more wait for one.

        Always a write, even where as many were freed as taken: registrations and the end of their event cannot pass
        each other. Raises PreconditionFailed where another writer came first.
        """
        updates = [
            UpdateOne(
                {"_id": event.id, "tenant": event.tenant, "version": version},
                {
                    "$set": {
                        "version": event.version,
                        "updated_at": event.updated_at,
                        "over_capacity": event.over_capacity,
                    },
                    "$inc": {"seats_taken": seats, "waiting": waiting, "changes": 1},
                },
            )
            for version, event, seats, waiting in moved
        ]
        if updates and self.collection.bulk_write(updates, session=session).matched_count != len(updates):
            raise PreconditionFailed("An event was changed in the meantime: read it again.")

    def ending_after(self, tenant: str, ids: Collection[str], moment: datetime) -> list[Event]:
        """Those of the ids, in their order, that end later."""
        found = self.collection.find({"_id": {"$in": list(ids)}, "tenant": tenant, "ends_at": {"$gt": moment}})
        return [self.from_document(document) for document in found.sort("_id")]

    def naming(
        self, session: ClientSession, tenant: str, source: str, *, limit: int, after: str | None
    ) -> Sequence[Event]:
        """Some of those that name something of this source, behind that id, in order of id."""
        return self.page(tenant, {"sources.source": source}, limit=limit, after=after, session=session)

    def visible(self, tenant: str, groups: Collection[str], *, limit: int, after: str | None) -> list[Event]:
        """A page of what may be found by whoever is in these groups."""
        either: list[Document] = [{"visibility": EventVisibility.MEMBERS.value}]
        if groups:
            either.append({"visibility": EventVisibility.GROUPS.value, "groups": {"$in": sorted(groups)}})
        found = {"state": {"$ne": EventState.DRAFT.value}, "$or": either}
        return list(self.page(tenant, found, limit=limit, after=after))
