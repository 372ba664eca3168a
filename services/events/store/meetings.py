"""Meetings, by id, by event and by whose they are."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.meeting import OPEN, Meeting, MeetingState, Origin
from shared.storage import Document
from shared.storage.bulk import BulkRepository

COLLECTION = "meetings"

_OPEN: Document = {"state": {"$in": [each.value for each in OPEN]}, "over": False}


class Meetings(BulkRepository[Meeting]):
    """Meetings of all events."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Meeting, "meeting")

    def pending_of(self, tenant: str, event_id: str, member_id: str, session: ClientSession) -> int:
        """How many answers the member waits for at the event."""
        where = {
            "tenant": tenant,
            "party_ids": member_id,
            "event_id": event_id,
            "requester_id": member_id,
            "state": MeetingState.PENDING.value,
        }
        return self.collection.count_documents(where, session=session)

    def booked_in_corner(self, tenant: str, event_id: str, mentee: str, session: ClientSession) -> int:
        """How often the member has booked in the event's mentoring corner, and not called it off."""
        where = {
            "tenant": tenant,
            "party_ids": mentee,
            "event_id": event_id,
            "requester_id": mentee,
            "origin": Origin.CORNER.value,
            "state": MeetingState.ACCEPTED.value,
        }
        return self.collection.count_documents(where, session=session)

    def open_of_pair(self, tenant: str, one: str, other: str, session: ClientSession) -> Sequence[Meeting]:
        """Those of the two that may still take place, at whatever event."""
        return self._found({"party_ids": {"$all": [one, other]}, **_OPEN}, tenant, session)

    def open_of(
        self, tenant: str, event_id: str, member_ids: Collection[str], session: ClientSession
    ) -> Sequence[Meeting]:
        """Those of any of these members at the event that may still take place."""
        return self._found({"party_ids": {"$in": sorted(member_ids)}, "event_id": event_id, **_OPEN}, tenant, session)

    def open_of_members(self, tenant: str, member_ids: Collection[str], session: ClientSession) -> Sequence[Meeting]:
        """Those of any of these members, at whatever event, that may still take place."""
        return self._found({"party_ids": {"$in": sorted(member_ids)}, **_OPEN}, tenant, session)

    def open_in(
        self, tenant: str, event_id: str, slot_ids: Collection[str], session: ClientSession
    ) -> Sequence[Meeting]:
        """Those in these slots that may still take place, in order of time, then of id."""
        found = self._found({"event_id": event_id, "slot_id": {"$in": sorted(slot_ids)}, **_OPEN}, tenant, session)
        return sorted(found, key=lambda each: (each.starts_at, each.id))

    def of_people(self, tenant: str, named: Collection[str], session: ClientSession) -> Sequence[Meeting]:
        """All with one of these members now, or with whoever was one of them when it came about."""
        ids = {"$in": sorted(named)}
        found: dict[str, Meeting] = {}
        for field in ("party_ids", "requester_as", "invitee_as"):
            found |= {each.id: each for each in self._found({field: ids}, tenant, session)}
        return list(found.values())

    def seen_by(
        self, tenant: str, event_id: str, member_id: str | None, state: str | None, *, limit: int, after: str | None
    ) -> Sequence[Meeting]:
        """A page of the event's meetings: all, or those that the member knows of."""
        where: Document = {"event_id": event_id}
        if state is not None:
            where["state"] = state
        if member_id is not None:
            where |= known_to(member_id)
        return self.page(tenant, where, limit=limit, after=after)

    def look_again(
        self, session: ClientSession, tenant: str, event_id: str, member_ids: Collection[str], now: datetime
    ) -> None:
        """Has those that were agreed on looked at when they are over, or at once where they are."""
        self.collection.update_many(
            {
                "tenant": tenant,
                "party_ids": {"$in": sorted(member_ids)},
                "event_id": event_id,
                "state": MeetingState.ACCEPTED.value,
            },
            # Counted, as a write of what it was already would be none.
            [{"$set": {"due_at": {"$max": [now, "$ends_at"]}, "looks": {"$add": [{"$ifNull": ["$looks", 0]}, 1]}}}],
            session=session,
        )

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[Meeting]:
        """All that these members asked for or were told of, in order of id."""
        where: list[Document] = [known_to(each) for each in sorted(member_ids)]
        return self.page(tenant, {"$or": where}, limit=0)

    def forget_words(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing that these members wrote; how many meetings said anything of theirs."""
        ids = {"$in": sorted(member_ids)}
        wrote = self.collection.update_many(
            {"tenant": tenant, "party_ids": ids, "requester_id": ids, "message": {"$ne": None}},
            {"$set": {"message": None}},
            session=session,
        )
        named = self.collection.update_many(
            {"tenant": tenant, "party_ids": ids, "invitee_id": ids, "place": {"$ne": None}},
            {"$set": {"place": None}},
            session=session,
        )
        return wrote.modified_count + named.modified_count

    def ending_after(self, tenant: str, member_ids: Collection[str], moment: datetime) -> Sequence[Meeting]:
        """Those that any of these members agreed on once and that end later than that."""
        where = {"party_ids": {"$in": sorted(member_ids)}, "agreed": True, "ends_at": {"$gt": moment}}
        return self._found(where, tenant, None)

    def _found(self, where: Document, tenant: str, session: ClientSession | None) -> list[Meeting]:
        return [self.from_document(each) for each in self.collection.find({**where, "tenant": tenant}, session=session)]


def known_to(member_id: str) -> Document:
    """What the member asked for, or was told of."""
    return {
        "party_ids": member_id,
        "$or": [{"requester_id": member_id}, {"invitee_id": member_id, "muted": False}],
    }
