"""The collections of this service, their indexes and queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifications.domain.copies import Association, Event, Person, Program
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.participants import Participant, ProgramNews
from services.notifications.domain.registered import EventNews, Registered
from shared.errors import PreconditionFailed
from shared.messaging.erasures import Erasures
from shared.storage import Aggregate, Document, Index, Repository, sign_ins
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.merges import Merges
from shared.storage.migrations import existence
from shared.storage.repository import converter

PEOPLE = "people"
EVENTS = "events"
PROGRAMS = "programs"
ASSOCIATIONS = "associations"
DELIVERIES = "deliveries"
EVENT_NEWS = "event_news"
PROGRAM_NEWS = "program_news"
PARTICIPANTS = "participants"

INDEXES = (
    Index("notifications", (("tenant", 1), ("member_id", 1), ("_id", -1)), name="inbox"),
    Index(
        "notifications",
        (("tenant", 1), ("once", 1)),
        unique=True,
        partial={"once": {"$type": "string"}},
        name="once",
    ),
    Index(DELIVERIES, (("channel", 1), ("due_at", 1)), partial={"state": "pending"}, name="due"),
    Index(DELIVERIES, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(
        DELIVERIES,
        (("tenant", 1), ("member_id", 1), ("channel", 1), ("bundle", 1)),
        unique=True,
        partial={"bundle": {"$type": "string"}},
        name="bundle",
    ),
    Index("registrations", (("tenant", 1), ("event_id", 1), ("heard", 1)), partial={"live": True}, name="to_hear"),
    Index("registrations", (("tenant", 1), ("member_id", 1)), name="member"),
    Index(EVENT_NEWS, (("due_at", 1),), name="due"),
    Index(
        PARTICIPANTS,
        (("tenant", 1), ("program_id", 1), ("member_id", 1)),
        partial={"live": True},
        name="to_tell",
    ),
    Index(PARTICIPANTS, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(PROGRAM_NEWS, (("due_at", 1),), name="due"),
    Index(PEOPLE, (("tenant", 1), ("merged_into", 1)), partial={"merged_into": {"$gt": ""}}, name="of_survivor"),
    sign_ins.index(PEOPLE),
    existence(ASSOCIATIONS),
)

A = TypeVar("A", bound=Aggregate)


class Copies(Repository[A], Generic[A]):
    """Copies of other services' aggregates, at the version that the message carried."""

    def keep(self, session: ClientSession, copy: A) -> None:
        """Writes the copy over the one there was, if any; the reaction's guard has seen to the order."""
        document: Document = converter.unstructure(copy)
        place = {"_id": document.pop("id"), "tenant": copy.tenant}
        self.collection.replace_one(place, document, upsert=True, session=session)

    def forget(self, session: ClientSession, tenant: str, identifier: str) -> None:
        """Leaves nothing of it."""
        self.collection.delete_one({"_id": identifier, "tenant": tenant}, session=session)

    def those(self, tenant: str, ids: Collection[str], session: ClientSession | None = None) -> dict[str, A]:
        """Those of the ids that are known, by id."""
        if not ids:
            return {}
        found = self.collection.find({"_id": {"$in": sorted(ids)}, "tenant": tenant}, session=session)
        return {document["_id"]: self.from_document(document) for document in found}


class Notifications(Repository[Notification]):
    """Everyone's notifications."""

    def inbox(
        self, tenant: str, known_as: Collection[str], *, limit: int, before: str | None
    ) -> Sequence[Notification]:
        """Up to `limit` of what was told to a person by any of these ids, newest first, older than `before` only."""
        where: Document = {"tenant": tenant, "member_id": {"$in": sorted(known_as)}}
        if before is not None:
            where["_id"] = {"$lt": before}
        found = self.collection.find(where).sort("_id", DESCENDING).limit(limit)
        return [self.from_document(document) for document in found]

    def those(self, tenant: str, ids: Sequence[str], session: ClientSession | None = None) -> Sequence[Notification]:
        """Those of the ids that there are, in this order."""
        found = self.collection.find({"_id": {"$in": list(ids)}, "tenant": tenant}, session=session)
        known = {document["_id"]: self.from_document(document) for document in found}
        return [known[each] for each in ids if each in known]

    def told_once(self, session: ClientSession, tenant: str, once: Collection[str]) -> set[str]:
        """Those of the marks that a notification of the tenant already carries."""
        where = {"tenant": tenant, "once": {"$in": sorted(once)}}
        return {document["once"] for document in self.collection.find(where, {"once": 1}, session=session)}


class Registrations(Copies[Registered]):
    """Who is registered for what."""

    def to_tell(
        self, session: ClientSession, tenant: str, event_id: str, version: int, limit: int
    ) -> Sequence[Registered]:
        """Up to `limit` live registrations of the event whose members have not heard of this version of it."""
        where = {"tenant": tenant, "event_id": event_id, "live": True, "heard": {"$lt": version}}
        return [self.from_document(document) for document in self.collection.find(where, session=session).limit(limit)]

    def of_members(
        self, session: ClientSession, tenant: str, event_id: str, members: Collection[str]
    ) -> Mapping[str, Sequence[Registered]]:
        """All registrations of these members for the event, live or not, by member."""
        where = {"tenant": tenant, "event_id": event_id, "member_id": {"$in": sorted(members)}}
        found: defaultdict[str, list[Registered]] = defaultdict(list)
        for document in self.collection.find(where, session=session):
            found[document["member_id"]].append(self.from_document(document))
        return found

    def agree(self, session: ClientSession, tenant: str, ids: Collection[str], attending: bool, sequence: int) -> None:
        """What was last told of their member at the event is so of each of these registrations."""
        where = {"_id": {"$in": sorted(ids)}, "tenant": tenant}
        self.collection.update_many(where, {"$set": {"attending": attending, "sequence": sequence}}, session=session)

    def mark_heard(self, session: ClientSession, tenant: str, ids: Collection[str], version: int) -> None:
        """Their members have heard of this version."""
        where = {"_id": {"$in": sorted(ids)}, "tenant": tenant}
        self.collection.update_many(where, {"$set": {"heard": version}}, session=session)


class Participants(Copies[Participant]):
    """Who takes part in which program."""

    def to_tell(
        self, session: ClientSession, tenant: str, program_id: str, after: str | None, limit: int
    ) -> Sequence[str]:
        """Up to `limit` enrollments' members, in order of their id, behind `after` only; one in two roles is twice."""
        where: Document = {"tenant": tenant, "program_id": program_id, "live": True}
        if after is not None:
            where["member_id"] = {"$gt": after}
        found = self.collection.find(where, {"member_id": 1}, session=session).sort("member_id", 1).limit(limit)
        return [document["member_id"] for document in found]


class Deliveries(Repository[Delivery]):
    """Everyone's deliveries."""

    def close(self, session: ClientSession, delivery: Delivery) -> Delivery:
        """Writes what a sender who has claimed it makes of it, and leaves the claim on it; as `save` otherwise."""
        saved = replace(delivery, version=delivery.version + 1)
        document = self._to_document(saved)
        where = {"_id": document.pop("_id"), "tenant": delivery.tenant, "version": delivery.version}
        if self.collection.update_one(where, {"$set": document}, session=session).matched_count != 1:
            raise PreconditionFailed(f"The delivery {delivery.id} was changed in the meantime: read it again.")
        return saved

    def from_document(self, document: Document) -> Delivery:
        """Also of one that was left before deliveries could hold several."""
        alone = document.get("notification_id")
        return super().from_document(document if alone is None else {**document, "notification_ids": (alone,)})


class Store:
    """What this service keeps. Nobody else reads or writes it."""

    def __init__(self, database: Database[Document], hashes: IdentifierHashes | None = None) -> None:
        """`hashes` recognize the erased in messages put aside."""
        self.erasures = Erasures(database, hashes or IdentifierHashes(()))
        self.people = Copies(database[PEOPLE], Person, "person")
        self.merges = Merges(database, PEOPLE, "merged_into")
        self.events = Copies(database[EVENTS], Event, "event")
        self.associations = Copies(database[ASSOCIATIONS], Association, "association")
        self.programs = Copies(database[PROGRAMS], Program, "program")
        self.registrations = Registrations(database["registrations"], Registered, "registration")
        self.notifications = Notifications(database["notifications"], Notification, "notification")
        self.deliveries = Deliveries(database[DELIVERIES], Delivery, "delivery")
        self.participants = Participants(database[PARTICIPANTS], Participant, "participant")
        self.program_news = Copies(database[PROGRAM_NEWS], ProgramNews, "program news")
        self.event_news = Copies(database[EVENT_NEWS], EventNews, "event news")

    def known(self, tenant: str, notifications: Sequence[Notification]) -> Known:
        """What is known now of everybody and everything that these notifications name, and of whom they are for."""
        people = {one.member_id for one in notifications} | {one.other_id for one in notifications if one.other_id}
        return Known(
            people=self._survivors(tenant, people),
            events=self.events.those(tenant, {one.facts.event_id for one in notifications if one.facts.event_id}),
            programs=self.programs.those(
                tenant, {one.facts.program_id for one in notifications if one.facts.program_id}
            ),
            association=self.associations.find(tenant, tenant),
        )

    def _survivors(self, tenant: str, ids: Collection[str]) -> Mapping[str, Person]:
        """The people by id; in the place of one merged away stands whoever has their identifiers now."""
        stands_for = self.merges.survivors(tenant, ids)
        found = self.people.those(tenant, set(stands_for.values()))
        return {one: found[now] for one, now in stands_for.items() if now in found and found[now].merged_into is None}

    def signed_in(self, tenant: str, issuer: str, subject: str) -> str | None:
        """The member who signs in so."""
        return sign_ins.find(self.people.collection, tenant, issuer, subject)

    def forget_member(self, session: ClientSession, tenant: str, member_id: str) -> Counter[str]:
        """Leaves nothing of a member but that there was one: what they were told, what was on its way, where they
        registered. How much there was."""
        where = {"tenant": tenant, "member_id": member_id}
        own = {
            "notifications": self.notifications.collection,
            "deliveries": self.deliveries.collection,
            "registrations": self.registrations.collection,
            "participants": self.participants.collection,
        }
        gone = {name: collection.delete_many(where, session=session) for name, collection in own.items()}
        return +Counter({name: result.deleted_count for name, result in gone.items()})

    def make_nameless(self, session: ClientSession, tenant: str, member_id: str, now: datetime) -> None:
        """Keeps that there was such a person: who tells of them knows that no name will come."""
        known = self.people.find(tenant, member_id, session)
        version = 0 if known is None else known.version
        self.people.keep(session, Person(member_id, tenant, version, now))
