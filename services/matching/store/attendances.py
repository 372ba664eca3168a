"""Attendances: who comes to which event, one document for each member of an event."""

from collections.abc import Collection, Mapping, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.attendance import Attendance
from shared.storage import Document, Index, Repository
from shared.storage.merges import Merges
from shared.storage.repository import converter

COLLECTION = "attendances"
_ASKED_TOGETHER = 10_000
"""Members: the ids of all would be more than one question may hold."""

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("event_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1))),
)


class Attendances(Repository[Attendance]):
    """All registrations of a member for an event share a document, so that two changes at once conflict."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Attendance, "attendance")
        self._merges = Merges(database)

    def find_of(self, tenant: str, event_id: str, member_id: str, session: ClientSession) -> Attendance | None:
        """What is known of the member at the event."""
        return self.find(tenant, identity(tenant, event_id, member_id), session)

    def of_person(
        self, tenant: str, event_id: str, member_id: str, session: ClientSession
    ) -> tuple[str, Sequence[Attendance]]:
        """Who the member is now, and what is known of that person at the event, where they are known by several ids."""
        now = self._merges.survivor(tenant, member_id, session)
        names = self._merges.known_as(tenant, now, session)
        if len(names) == 1:
            return now, ()
        where = {"_id": {"$in": [identity(tenant, event_id, each) for each in sorted(names)]}}
        return now, self.page(tenant, where, limit=0, session=session)

    def put(self, session: ClientSession, attendance: Attendance) -> None:
        """Writes it, over the version it was read at or anew."""
        if attendance.version > 0:
            self.save(session, attendance)
            return
        document: Document = converter.unstructure(attendance)
        self.collection.insert_one({"_id": document.pop("id"), **document, "version": 1}, session=session)

    def gatherings(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> tuple[frozenset[str], ...]:
        """For each event where two or more of these members were, by whatever id: who of them was there."""
        there: dict[str, set[str]] = {}
        for member_id, events in self.events_of(tenant, member_ids, session).items():
            for event_id in events:
                there.setdefault(event_id, set()).add(member_id)
        return tuple(frozenset(members) for _, members in sorted(there.items()) if len(members) > 1)

    def events_of(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, frozenset[str]]:
        """The events where each of these members was, by whatever id; who was at none is not among them."""
        events: dict[str, set[str]] = {}
        everyone = sorted(member_ids)
        for first in range(0, len(everyone), _ASKED_TOGETHER):
            some = everyone[first : first + _ASKED_TOGETHER]
            merged = self._merges.merged_into(tenant, some, session)
            where = {"tenant": tenant, "member_id": {"$in": sorted({*some, *merged})}}
            for document in self.collection.find(where, session=session):
                each = self.from_document(document)
                if each.was_there:
                    events.setdefault(merged.get(each.member_id, each.member_id), set()).add(each.event_id)
        return {member_id: frozenset(found) for member_id, found in events.items()}

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of where these members were; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count

    def of_event(
        self, tenant: str, event_id: str, *, limit: int, after: str | None, session: ClientSession | None = None
    ) -> Sequence[Attendance]:
        """A page of those who were ever registered for the event."""
        return self.page(tenant, {"event_id": event_id}, limit=limit, after=after, session=session)


def identity(tenant: str, event_id: str, member_id: str) -> str:
    """The id of the one document there can be."""
    return f"{tenant}/{event_id}/{member_id}"
