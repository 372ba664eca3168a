"""Registrations, by id, by their place in a ticket system, by event and member."""

import re
from collections import defaultdict
from collections.abc import Collection as Many
from collections.abc import Iterator, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.identifier import Identifier
from services.events.domain.registration import LIVE, Origin, Registration, Status
from services.events.store.attendance import Place
from services.events.store.bulk import alternatives, beginnings
from shared.storage import Document
from shared.storage.bulk import BulkRepository

_SAYS_SOMETHING: list[Document] = [
    *({f"attendee.{field}": {"$ne": None}} for field in ("name", "email", "buyer_email", "organization")),
    {"attendee.answers.0": {"$exists": True}},
]
_LIVE = [status.value for status in sorted(LIVE)]


class Registrations(BulkRepository[Registration]):
    """Registrations of all events."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database["registrations"], Registration, "registration")

    def of_origins(self, tenant: str, origins: Many[Origin], session: ClientSession) -> dict[Origin, Registration]:
        """Those with these keys in their ticket systems."""
        found = self._at(tenant, origins, session)
        return {each.origin: each for each in found if each.origin is not None}

    def live_beginning(self, tenant: str, starts: Many[Origin], session: ClientSession) -> list[Origin]:
        """The places of those that still count and whose ids begin as one of these does."""
        where = {"tenant": tenant, "status": {"$in": _LIVE}, "$or": beginnings(starts, "origin")}
        return [Origin(**each["origin"]) for each in self.collection.find(where, {"origin": 1}, session=session)]

    def with_identifiers(
        self, tenant: str, identifiers: Many[Identifier], session: ClientSession
    ) -> list[Registration]:
        """Those that one of the identifiers, of the form `source_event_id/source_registration_id`, is the place of."""
        # Either part may hold a slash of its own.
        places = {
            Origin(each.issuer, each.value[: slash.start()], each.value[slash.end() :])
            for each in identifiers
            for slash in re.finditer("/", each.value)
        }
        return self._at(tenant, places, session)

    def _at(self, tenant: str, origins: Many[Origin], session: ClientSession) -> list[Registration]:
        if not origins:
            return []
        found = self.collection.find({"tenant": tenant, "$or": alternatives(origins, "origin")}, session=session)
        return [self.from_document(document) for document in found]

    def any_from(self, tenant: str, event_id: str, source: str, source_event_id: str, session: ClientSession) -> bool:
        """Whether the event has a registration that came from there."""
        where = {"event_id": event_id, "origin.source": source, "origin.source_event_id": source_event_id}
        return self.find_where(tenant, where, session) is not None

    def confirmed(self, tenant: str, places: Many[Place], session: ClientSession) -> dict[Place, set[str]]:
        """The ids of the members' confirmed registrations for each of these events."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for event_id, member_id in places:
            members[event_id].append(member_id)
        confirmed: dict[Place, set[str]] = {place: set() for place in places}
        for event_id, ids in members.items():
            found = self.collection.find(
                {"tenant": tenant, "event_id": event_id, "member_id": {"$in": ids}, "status": Status.CONFIRMED.value},
                {"member_id": 1},
                session=session,
            )
            for document in found:
                confirmed[event_id, document["member_id"]].add(document["_id"])
        return confirmed

    def made_here_by(self, tenant: str, makers: Many[str], session: ClientSession) -> list[Registration]:
        """Those that were made here by one of these ids, whoever that is now, live or not."""
        # One after the other: the indexes of part of the documents serve no alternative. Some are found by both.
        found = {
            document["_id"]: self.from_document(document)
            for field in ("member_id", "made_as")
            for document in self.collection.find(
                {"tenant": tenant, "origin": None, field: {"$in": sorted(makers)}}, session=session
            )
        }
        return [each for each in found.values() if each.maker in makers]

    def superseded(
        self, tenant: str, event_id: str, members: Many[str], session: ClientSession
    ) -> Sequence[Registration]:
        """Those of these members at the event that gave way to another one of the same person."""
        where = {"event_id": event_id, "member_id": {"$in": sorted(members)}, "superseded": {"$type": "string"}}
        return self.page(tenant, where, limit=0, session=session)

    def own_live(self, tenant: str, event_id: str, member_id: str, session: ClientSession) -> Registration | None:
        """The one that the member made here and that still counts."""
        return self.find_where(tenant, {"event_id": event_id, "member_id": member_id, "own_live": True}, session)

    def first_waiting(self, tenant: str, event_id: str, limit: int, session: ClientSession) -> list[Registration]:
        """Those who have waited longest for a seat, in their order."""
        line = self.collection.find(
            {"tenant": tenant, "event_id": event_id, "status": Status.WAITLISTED.value, "place": {"$gt": 0}},
            session=session,
        )
        return [self.from_document(document) for document in line.sort("place", 1).limit(limit)]

    def live_of_event(self, tenant: str, event_id: str, limit: int, session: ClientSession) -> Sequence[Registration]:
        """Some of those that still count."""
        where = {"event_id": event_id, "status": {"$in": _LIVE}}
        return self.page(tenant, where, limit=limit, session=session)

    def confirmed_of(
        self, tenant: str, event_id: str, member_ids: Many[str], session: ClientSession
    ) -> Sequence[Registration]:
        """The confirmed ones of somebody who is known by these ids, for this event."""
        where = {"event_id": event_id, "member_id": {"$in": sorted(member_ids)}, "status": Status.CONFIRMED.value}
        return self.page(tenant, where, limit=0, session=session)

    def opted_in(
        self, tenant: str, event_id: str, member_ids: Many[str], role: str, session: ClientSession | None = None
    ) -> frozenset[str]:
        """Those of the members who have a confirmed registration for the event with this role in mentoring."""
        where = {
            "tenant": tenant,
            "member_id": {"$in": sorted(member_ids)},
            "event_id": event_id,
            "status": Status.CONFIRMED.value,
            "mentoring": role,
        }
        found = self.collection.find(where, {"member_id": 1}, session=session)
        return frozenset(document["member_id"] for document in found)

    def checked_in(self, tenant: str, event_id: str, member_ids: Many[str], session: ClientSession) -> frozenset[str]:
        """Those of the members who came in at the event, whatever became of their ticket since."""
        found = self.collection.find(
            {
                "tenant": tenant,
                "member_id": {"$in": sorted(member_ids)},
                "event_id": event_id,
                "checked_in_at": {"$type": "date"},
            },
            {"member_id": 1},
            session=session,
        )
        return frozenset(document["member_id"] for document in found)

    def all_checked_in(self, tenant: str, event_id: str) -> frozenset[str]:
        """The members who were let in at the event."""
        where = {
            "tenant": tenant,
            "event_id": event_id,
            "status": Status.CONFIRMED.value,
            "checked_in_at": {"$ne": None},
            "member_id": {"$gt": ""},
        }
        return frozenset(self.collection.distinct("member_id", where))

    def registered(self, tenant: str, event_id: str, member_id: str) -> bool:
        """Whether the member has any registration for the event, live or not."""
        return self.find_where(tenant, {"event_id": event_id, "member_id": member_id}) is not None

    def of_member(self, tenant: str, member_id: str) -> list[Registration]:
        """All of the member's, live or not."""
        found = self.collection.find({"tenant": tenant, "member_id": member_id})
        return [self.from_document(document) for document in found]

    def of_members(self, tenant: str, member_ids: Many[str]) -> Sequence[Registration]:
        """All of these members', live or not, in order of id."""
        return self.page(tenant, {"member_id": {"$in": sorted(member_ids)}}, limit=0)

    def own_live_of_member(self, tenant: str, member_ids: Many[str], session: ClientSession) -> list[Registration]:
        """All that these members made here and that still count."""
        where = {"tenant": tenant, "member_id": {"$in": list(member_ids)}, "own_live": True}
        return [self.from_document(document) for document in self.collection.find(where, session=session)]

    def make_nameless(
        self,
        session: ClientSession,
        tenant: str,
        *,
        member_ids: Many[str] = (),
        origins: Many[Origin] = (),
        addresses: Many[str] = (),
        until: datetime | None,
    ) -> int:
        """Takes what tickets say of the person off all registrations that are theirs; how many said anything.

        Theirs are those of these members, those of these origins, and those of nobody yet with one of these addresses.
        What a record later than `until` says is of who came back.
        """
        theirs: list[Document] = [{"member_id": {"$in": list(member_ids)}}]
        if origins:
            theirs += alternatives(origins, "origin")
        if addresses:
            theirs.append({"attendee.email": {"$in": list(addresses)}, "member_id": None})
        where = {"$and": [{"tenant": tenant, "$or": theirs}, {"$or": _SAYS_SOMETHING}, _said_until(until)]}
        nothing: Document = {"name": None, "email": None, "buyer_email": None, "organization": None, "answers": []}
        return self.collection.update_many(where, {"$set": {"attendee": nothing}}, session=session).modified_count

    def forget_addresses(
        self, session: ClientSession, tenant: str, addresses: Many[str], *, until: datetime | None
    ) -> int:
        """Takes the addresses off other people's registrations: of who bought a ticket for them; how often."""
        forgotten = 0
        for field in ("attendee.buyer_email", "attendee.email"):
            where = {"$and": [{"tenant": tenant, field: {"$in": list(addresses)}}, _said_until(until)]}
            forgotten += self.collection.update_many(where, {"$set": {field: None}}, session=session).modified_count
        return forgotten

    def addresses(self, tenant: str) -> Iterator[str]:
        """Every address that a ticket names, each once or more; reads all registrations of the tenant."""
        for field in ("attendee.email", "attendee.buyer_email"):
            stages: list[Document] = [
                {"$match": {"tenant": tenant, field: {"$type": "string"}}},
                {"$group": {"_id": f"${field}"}},
            ]
            for found in self.collection.aggregate(stages, allowDiskUse=True):
                yield found["_id"]

    def at_desk(
        self, tenant: str, event_id: str, text: str, members: Sequence[str], *, limit: int, after: str | None
    ) -> Sequence[Registration]:
        """A page of the event's, of those that match the text by name, address or ticket, or are of these members."""
        if not text:
            return self.page(tenant, {"event_id": event_id}, limit=limit, after=after)
        within = {"$regex": re.escape(text), "$options": "i"}
        matches: list[Document] = [
            {"attendee.name": within},
            {"attendee.email": within},
            {"attendee.buyer_email": within},
            {"origin.source_registration_id": within},
            {"member_id": {"$in": list(members)}},
        ]
        return self.page(tenant, {"event_id": event_id, "$or": matches}, limit=limit, after=after)


def _said_until(moment: datetime | None) -> Document:
    if moment is None:
        return {}
    return {"$or": [{"record": None}, {"record.updated_at": {"$lte": moment}}]}
