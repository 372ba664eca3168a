"""The collections of this service, their indexes and queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pymongo import DESCENDING, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as MongoCollection
from pymongo.database import Database

from services.notifications.channels.email import pace
from services.notifications.domain.bounces import REMEMBERED, Bounce, BouncedAddress
from services.notifications.domain.copies import Association, Event, Person, Program
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.facts import Facts
from services.notifications.domain.for_many import Addressee, ForMany
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.participants import Participant, ProgramNews
from services.notifications.domain.preferences import Habits, Preferences, habits
from services.notifications.domain.push_address import PushAddress, PushState
from services.notifications.domain.registered import EventNews, Registered, Ticket
from services.notifications.domain.wall_clock import zone_of
from services.notifications.webhook_store import INDEXES as WEBHOOK_INDEXES
from services.notifications.webhook_store import WebhookBells, WebhookDeliveries, Webhooks
from shared.ids import derived_id
from shared.messaging.due import Claimed
from shared.messaging.erasures import Erasures
from shared.storage import Aggregate, Document, Index, Repository, sign_ins
from shared.storage.bulk import BulkRepository, insert_new
from shared.storage.identifier_hashes import EMAIL, IdentifierHashes
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
PREFERENCES = "preferences"
MAIL_COUNTS = "mail_counts"
BOUNCED_ADDRESSES = "bounced_addresses"
PUSH_ADDRESSES = "push_addresses"

INDEXES = (
    Index("notifications", (("tenant", 1), ("member_id", 1), ("_id", -1)), name="inbox"),
    Index("notifications", (("tenant", 1), ("member_id", 1), ("read_at", 1)), name="unread"),
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
    Index("registrations", (("tenant", 1), ("event_id", 1), ("member_id", 1)), name="of_event"),
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
    Index(BOUNCED_ADDRESSES, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(
        BOUNCED_ADDRESSES,
        (("updated_at", 1),),
        expire_after_seconds=int(REMEMBERED.total_seconds()),
        name="expiry",
    ),
    Index(PUSH_ADDRESSES, (("tenant", 1), ("member_id", 1)), name="member"),
    pace.INDEX,
    sign_ins.index(PEOPLE),
    existence(ASSOCIATIONS),
    *WEBHOOK_INDEXES,
    existence(PREFERENCES),
    existence(MAIL_COUNTS),
)

_FACTS = tuple(each.name for each in fields(Facts))
_facts_of = attrgetter(*_FACTS)
# Every one of them is as the database keeps it; to ask each field anew takes most of the time of a notification.
converter.register_unstructure_hook(Facts, lambda facts: dict(zip(_FACTS, _facts_of(facts), strict=True)))

_OF_TICKETS = {"_id": 0, **{each.name: 1 for each in fields(Ticket)}}

MOST_UNREAD = 100
"""Unread ones are counted so far."""

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


class Notifications(BulkRepository[Notification]):
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

    def after(
        self, session: ClientSession, tenant: str, known_as: Collection[str], after: str, about: Collection[str]
    ) -> Sequence[Notification]:
        """What a person was told since the notification `after` of any of these things."""
        where = {
            "tenant": tenant,
            "member_id": {"$in": sorted(known_as)},
            "_id": {"$gt": after},
            "about_id": {"$in": sorted(about)},
        }
        return [self.from_document(document) for document in self.collection.find(where, session=session)]

    def told_to(self, tenant: str, known_as: Collection[str], ids: Collection[str]) -> Sequence[Notification]:
        """Those of the ids that are there, and were told to a person by any of the ids they are known as."""
        if not ids:
            return []
        where = {"_id": {"$in": sorted(ids)}, "tenant": tenant, "member_id": {"$in": sorted(known_as)}}
        return [self.from_document(document) for document in self.collection.find(where)]

    def unread(self, tenant: str, known_as: Collection[str]) -> int:
        """How many of what was told to them they have not read; MOST_UNREAD: as many or more."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(known_as)}, "read_at": None}
        return self.collection.count_documents(where, limit=MOST_UNREAD)

    def told_once(self, session: ClientSession | None, tenant: str, once: Collection[str]) -> Mapping[str, str]:
        """Those of the marks that a notification of the tenant already carries, with its id."""
        where = {"tenant": tenant, "once": {"$in": sorted(once)}}
        found = self.collection.find(where, {"once": 1}, session=session)
        return {document["once"]: document["_id"] for document in found}

    def add(self, news: Sequence[ForMany]) -> Sequence[Addressee]:
        """Writes what all of them are told, outside any transaction; who of them had been told it before."""
        addressees = [each for one in news for each in one.addressees]
        documents = [
            {**alike, "_id": each.id, "member_id": each.member_id, "once": each.once}
            for one, alike in ((one, self._alike(one.notification)) for one in news)
            for each in one.addressees
        ]
        return [addressees[place] for place in insert_new(self.collection, documents)]

    def take_back(self, tenant: str, member_ids: Collection[str]) -> None:
        """Of what these were told nothing stays."""
        self.collection.delete_many({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}})


class Registrations(Copies[Registered]):
    """Who is registered for what."""

    def page_of_members(self, tenant: str, event_id: str, after: str | None, limit: int) -> Sequence[Ticket]:
        """Up to `limit` registrations for the event, live or not, in order of their members, behind `after` only."""
        where: Document = {"tenant": tenant, "event_id": event_id}
        if after is not None:
            where["member_id"] = {"$gt": after}
        found = self.collection.find(where, _OF_TICKETS, hint="of_event").sort("member_id", 1).limit(limit)
        return [Ticket(**document) for document in found.batch_size(limit)]

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where news gathers: of whom, for which channel, with what."""

    member_id: str
    channel: str
    bundle: str


class Deliveries(BulkRepository[Delivery]):
    """Everyone's deliveries."""

    def gathering(self, session: ClientSession, tenant: str, places: Collection[Place]) -> Mapping[Place, str]:
        """Of the places, those where a delivery gathers, with its id."""
        if not places:
            return {}
        where = {
            "tenant": tenant,
            "member_id": {"$in": sorted({each.member_id for each in places})},
            "channel": {"$in": sorted({each.channel for each in places})},
            "bundle": {"$in": sorted({each.bundle for each in places}), "$type": "string"},
        }
        place = {"member_id": 1, "channel": 1, "bundle": 1}
        found = self.collection.find(where, place, session=session, hint="bundle")
        return {Place(each["member_id"], each["channel"], each["bundle"]): each["_id"] for each in found}

    def add(self, alike: Delivery, of: Sequence[Addressee]) -> None:
        """Writes one of these for each of the notifications that has none from here, outside any transaction.

        Whoever writes them at the same moment writes the same: the id of each follows from its notification.
        """
        document = self._alike(alike)
        insert_new(
            self.collection,
            [
                {
                    **document,
                    "_id": derived_id(each.id, alike.channel),
                    "notification_ids": [each.id],
                    "member_id": each.member_id,
                }
                for each in of
            ],
        )

    def lacking(self, tenant: str, channel: str, those: Sequence[Addressee]) -> Sequence[Addressee]:
        """Those of the notifications that no delivery of this channel tells of, from wherever it was left."""
        left = self._not_left(those, {"_id": {"$in": sorted(derived_id(each.id, channel) for each in those)}})
        if not left:
            return left
        whose = {"tenant": tenant, "member_id": {"$in": sorted({each.member_id for each in left})}}
        return self._not_left(
            left, whose | {"channel": channel, "notification_ids": {"$in": [each.id for each in left]}}
        )

    def _not_left(self, those: Sequence[Addressee], where: Document) -> Sequence[Addressee]:
        found = self.collection.find(where, {"notification_ids": 1}) if those else ()
        told = {each for document in found for each in document["notification_ids"]}
        return [each for each in those if each.id not in told]

    def take_back(self, tenant: str, member_ids: Collection[str]) -> None:
        """Of what is on its way to these nothing stays."""
        self.collection.delete_many({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}})

    def held_for(self, session: ClientSession, tenant: str, known_as: Collection[str]) -> Sequence[Delivery]:
        """Those of a person that still gather."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(known_as)}, "bundle": {"$type": "string"}}
        found = self.collection.find(where, session=session, hint="bundle")
        return [self.from_document(document) for document in found]

    def join(
        self, session: ClientSession, joining: Mapping[str, tuple[Sequence[str], datetime]], now: datetime
    ) -> None:
        """These notifications come with the gathering deliveries of these ids, no later than they want.

        Whoever closes one of them at this moment conflicts with us: one of the two transactions runs again.
        """
        if joining:
            steps = [
                UpdateOne(
                    {"_id": identifier},
                    {
                        "$push": {"notification_ids": {"$each": list(told)}},
                        "$min": {"due_at": due_at},
                        "$set": {"updated_at": now},
                        "$inc": {"version": 1},
                    },
                )
                for identifier, (told, due_at) in joining.items()
            ]
            self.collection.bulk_write(steps, session=session)

    def dissolve(self, session: ClientSession, delivery: Delivery) -> None:
        """It was never tried, and what it held goes out by others."""
        self.collection.delete_one({"_id": delivery.id, "tenant": delivery.tenant}, session=session)

    def by_id(self, identifier: str) -> Delivery | None:
        """The delivery, whosever it is: for what proves by itself that it is about this one."""
        found = self.collection.find_one({"_id": identifier})
        return None if found is None else self.from_document(found)

    def put_off(self, claimed: Claimed, until: datetime, turn_at: datetime | None) -> None:
        """Gives back the claim on one that was not tried: it is due again at `until`."""
        self.collection.update_one(
            {"_id": claimed.document["_id"], "claim.token": claimed.token},
            [{"$set": {"due_at": until, "turn_at": turn_at, "claim.until": "$$NOW"}}],
        )

    def from_document(self, document: Document) -> Delivery:
        """Also of one that was left before deliveries could hold several."""
        alone = document.get("notification_id")
        return super().from_document(document if alone is None else {**document, "notification_ids": (alone,)})


class MailCounts:
    """How many mails each person got on the day that they last got one."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        self.collection = collection

    def count(self, session: ClientSession, tenant: str, member_id: str, day: date) -> int:
        """Counts one more on that day of theirs; how many it is then."""
        today = day.isoformat()
        same = {"$eq": ["$day", today]}
        counted = {"tenant": tenant, "day": today, "count": {"$cond": [same, {"$add": ["$count", 1]}, 1]}}
        found = self.collection.find_one_and_update(
            {"_id": member_id, "tenant": tenant},
            [{"$set": counted}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return 1 if found is None else int(found["count"])

    def of(self, tenant: str, member_ids: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """The days and counts of a person known by these ids."""
        where = {"_id": {"$in": sorted(member_ids)}, "tenant": tenant}
        return list(self.collection.find(where, {"_id": 0, "day": 1, "count": 1}))


class BouncedAddresses(Repository[BouncedAddress]):
    """Addresses that mail came back from, by their keyed hashes: whoever has another address has another hash."""

    def __init__(self, collection: MongoCollection[Document], hashes: IdentifierHashes) -> None:
        super().__init__(collection, BouncedAddress, "bounced address")
        self._hashes = hashes

    def name(self, tenant: str, email: str) -> str | None:
        """What the address is known by here; None where there is no key to make it with."""
        return self._hashes.made(tenant, EMAIL, email) if self._hashes.recognize else None

    def count(
        self, session: ClientSession, tenant: str, name: str, member_id: str, bounce: Bounce, now: datetime
    ) -> None:
        """One more mail came back from the address of that name, which is the member's."""
        said: Document = {"member_id": member_id, "updated_at": now}
        begun: Document = {}
        if bounce is Bounce.HARD:
            said["hard"] = True
        else:
            begun["hard"] = False
        self.collection.update_one(
            {"_id": name, "tenant": tenant},
            {"$set": said, "$setOnInsert": begun, "$inc": {"soft": int(bounce is Bounce.SOFT), "version": 1}},
            upsert=True,
            session=session,
        )

    def is_given_up(self, tenant: str, email: str) -> bool:
        """Whether no more mail goes to the address."""
        names = self._hashes.every(tenant, EMAIL, email)
        return any(self.from_document(each).is_given_up for each in self._found(tenant, names))

    def _found(self, tenant: str, names: Sequence[str]) -> Sequence[Document]:
        return list(self.collection.find({"_id": {"$in": list(names)}, "tenant": tenant})) if names else []


class PushAddresses(Repository[PushAddress]):
    """Where members want push to go."""

    def of(self, tenant: str, known_as: Collection[str], session: ClientSession | None = None) -> Sequence[PushAddress]:
        """Those of a member by any of these ids, as they were added."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(known_as)}}
        return [self.from_document(each) for each in self.collection.find(where, session=session).sort("_id", 1)]

    def owners(self, session: ClientSession | None, tenant: str, member_ids: Collection[str]) -> set[str]:
        """Those of these members who have any that is used."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}, "state": PushState.ACTIVE.value}
        return {each["member_id"] for each in self.collection.find(where, {"member_id": 1}, session=session)}

    def note(self, session: ClientSession, tried: Collection[PushAddress]) -> None:
        """What has become of them; of one that was dropped or changed meanwhile nothing."""
        for each in tried:
            fields = self._to_document(each)
            where = {"_id": fields.pop("_id"), "tenant": each.tenant, "version": fields.pop("version")}
            self.collection.update_one(where, {"$set": fields}, session=session)

    def drop(self, session: ClientSession, tenant: str, ids: Collection[str]) -> None:
        """They are gone."""
        self.collection.delete_many({"_id": {"$in": sorted(ids)}, "tenant": tenant}, session=session)


class Store:
    """What this service keeps. Nobody else reads or writes it."""

    def __init__(self, database: Database[Document], hashes: IdentifierHashes | None = None) -> None:
        """`hashes` recognize the erased in messages put aside."""
        hashes = hashes or IdentifierHashes(())
        self.erasures = Erasures(database, hashes)
        self.push_addresses = PushAddresses(database[PUSH_ADDRESSES], PushAddress, "push address")
        self.bounced_addresses = BouncedAddresses(database[BOUNCED_ADDRESSES], hashes)
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
        self.preferences = BulkRepository(database[PREFERENCES], Preferences, "preferences")
        self.mail_counts = MailCounts(database[MAIL_COUNTS])
        self.event_news = Copies(database[EVENT_NEWS], EventNews, "event news")
        self.webhooks = Webhooks(database)
        self.webhook_deliveries = WebhookDeliveries(database)
        self.webhook_bells = WebhookBells(database)

    def known(self, tenant: str, notifications: Sequence[Notification]) -> Known:
        """What is known now of everybody and everything that these notifications name, and of whom they are for."""
        readers = {one.member_id for one in notifications}
        people = self._survivors(tenant, readers | {one.other_id for one in notifications if one.other_id})
        return Known(
            people={**people, **self._as_they_prefer(tenant, {each: people[each] for each in readers & people.keys()})},
            events=self.events.those(tenant, {one.facts.event_id for one in notifications if one.facts.event_id}),
            programs=self.programs.those(
                tenant, {one.facts.program_id for one in notifications if one.facts.program_id}
            ),
            association=self.associations.find(tenant, tenant),
        )

    def reached_by_push(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Collection[str]:
        """Those of these who have an address for it, by whichever id they are told."""
        stands_for = self.merges.survivors(tenant, member_ids, session)
        merged = self.merges.merged_into(tenant, set(stands_for.values()), session)
        owners = self.push_addresses.owners(session, tenant, set(stands_for.values()) | merged.keys())
        having = owners | {merged[each] for each in owners if each in merged}
        return {each for each, now in stands_for.items() if now in having}

    def habits(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Habits]:
        """By what news comes to each of these members, in a handful of reads however many they are."""
        people = self._survivors(tenant, member_ids, session)
        now = {each: people[each].id if each in people else each for each in member_ids}
        said = self._said(tenant, set(now.values()), session)
        association = self.associations.find(tenant, tenant, session)
        numbers, common = ({}, None) if association is None else (association.numbers, association.time_zone)
        found = {}
        for member_id, stands_for in now.items():
            own, person = said.get(stands_for), people.get(member_id)
            zones = [each.time_zone for each in (own, person) if each is not None]
            zone = zone_of(*zones, common)
            found[member_id] = habits(own, zone, numbers)
        return found

    def preferences_of(self, tenant: str, member_id: str, session: ClientSession | None = None) -> Preferences | None:
        """What the member has said, else whoever was merged into them; None: nobody said anything."""
        return self._said(tenant, {member_id}, session).get(member_id)

    def _said(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None
    ) -> Mapping[str, Preferences]:
        stands_for = {**self.merges.merged_into(tenant, member_ids, session), **{each: each for each in member_ids}}
        where = {"_id": {"$in": sorted(stands_for)}, "tenant": tenant}
        found: dict[str, Preferences] = {}
        for document in self.preferences.collection.find(where, session=session).sort("updated_at", 1):
            said = self.preferences.from_document(document)
            whose = stands_for[said.id]
            # The survivor's own stay; of several who were merged into one, the latest count.
            if whose not in found or found[whose].id != whose:
                found[whose] = said
        return found

    def _survivors(
        self, tenant: str, ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Person]:
        """The people by id; in the place of one merged away stands whoever has their identifiers now."""
        stands_for = self.merges.survivors(tenant, ids, session)
        found = self.people.those(tenant, set(stands_for.values()), session)
        return {one: found[now] for one, now in stands_for.items() if now in found and found[now].merged_into is None}

    def _as_they_prefer(self, tenant: str, readers: Mapping[str, Person]) -> Mapping[str, Person]:
        """With the language and the zone that they want news in."""
        said = self._said(tenant, {each.id for each in readers.values()}, None)
        return {
            known_as: replace(
                person,
                locale=said[person.id].language or person.locale,
                time_zone=said[person.id].time_zone or person.time_zone,
            )
            for known_as, person in readers.items()
            if person.id in said
        }

    def recipient(self, tenant: str, member_id: str) -> Person | None:
        """Who the member is now; None: nobody we know of."""
        return self._survivors(tenant, {member_id}).get(member_id)

    def reader(self, tenant: str, member_id: str) -> Person | None:
        """Who the member is now, in the language and the zone that they want news in; None: nobody we know of."""
        found = self._survivors(tenant, {member_id})
        return {**found, **self._as_they_prefer(tenant, found)}.get(member_id)

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
            "bounced_addresses": self.bounced_addresses.collection,
            "push_addresses": self.push_addresses.collection,
        }
        gone = {name: collection.delete_many(where, session=session) for name, collection in own.items()}
        where = {"_id": member_id, "tenant": tenant}
        for kept in (self.preferences.collection, self.mail_counts.collection):
            gone[kept.name] = kept.delete_many(where, session=session)
        return +Counter({name: result.deleted_count for name, result in gone.items()})

    def take_back_from_erased(self, tenant: str, since: datetime) -> None:
        """What was left for members who were erased since then, by somebody who could not know yet, goes again."""
        if erased := self.erasures.since(tenant, since):
            self.notifications.take_back(tenant, erased)
            self.deliveries.take_back(tenant, erased)

    def make_nameless(self, session: ClientSession, tenant: str, member_id: str, now: datetime) -> None:
        """Keeps that there was such a person: who tells of them knows that no name will come."""
        known = self.people.find(tenant, member_id, session)
        version = 0 if known is None else known.version
        self.people.keep(session, Person(member_id, tenant, version, now))
