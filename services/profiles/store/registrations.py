"""The registrations that attendee records told of."""

import dataclasses
import re
from collections.abc import Collection, Sequence

from pymongo import ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.member import Key
from services.profiles.domain.registration import Registration, buyer_lookup
from shared.errors import PreconditionFailed
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "registrations"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("found_by", 1)), name="found_by"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(COLLECTION, (("tenant", 1), ("stand_in", 1)), partial={"stand_in": {"$gt": ""}}, name="stand_in"),
    Index(COLLECTION, (("tenant", 1), ("awaits", 1), ("_id", 1)), partial={"awaits": {"$gt": ""}}, name="waiting"),
    Index(
        COLLECTION, (("expire_at", 1),), partial={"awaits": {"$gt": ""}}, expire_after_seconds=0, name="waited_too_long"
    ),
)


def registration_id(tenant: str, source: str, value: str) -> str:
    """The id under which a registration is kept."""
    return "\n".join((tenant, source, value))


class Registrations(Repository[Registration]):
    """One document a registration, for good: what was removed keeps its date."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Registration, "registration")

    def tied(
        self, session: ClientSession, tenant: str, *, found_by: Collection[str], member_ids: Collection[str]
    ) -> Sequence[Registration]:
        """Those found by any of the texts, and those of any of the members."""
        either: list[Document] = []
        if found_by:
            either.append({"found_by": {"$in": sorted(found_by)}})
        if member_ids:
            either.append({"member_id": {"$in": sorted(member_ids)}})
        if not either:
            return ()
        found = self.collection.find({"tenant": tenant, "$or": either}, session=session)
        return [self.from_document(document) for document in found]

    def waiting(self, tenant: str, place: str, limit: int) -> Sequence[str]:
        """The ids of some that wait for their source event to be admitted."""
        found = self.collection.find({"tenant": tenant, "awaits": place}, {"_id": 1}).sort("_id", 1).limit(limit)
        return [document["_id"] for document in found]

    def forget(self, session: ClientSession, registration: Registration) -> None:
        """Leaves nothing of one that nobody was found for."""
        self.collection.delete_one({"_id": registration.id, "tenant": registration.tenant}, session=session)

    def of_members(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> Sequence[Registration]:
        """All of these members."""
        found = self.collection.find({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}, session=session)
        return [self.from_document(document) for document in found]

    def forget_all(self, session: ClientSession, registrations: Sequence[Registration]) -> None:
        """Leaves nothing of them."""
        gone = [each.id for each in registrations]
        self.collection.delete_many({"_id": {"$in": gone}}, session=session)

    def forget_members(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> None:
        """None of these members stands in for the person of a ticket any more."""
        where = {"tenant": tenant, "stand_in": {"$in": sorted(member_ids)}}
        self.collection.update_many(where, {"$set": {"stand_in": None}, "$inc": {"version": 1}}, session=session)

    def forget_buyers(self, session: ClientSession, tenant: str, addresses: Collection[Key]) -> None:
        """Tickets that were bought with these addresses, for others, do not say so any more."""
        for address in sorted(addresses):
            bought = {"$regex": "^" + re.escape(buyer_lookup(address, ""))}
            nobody = {"$set": {"told.buyer_email": None, "found_by": []}, "$inc": {"version": 1}}
            self.collection.update_many({"tenant": tenant, "found_by": bought}, nobody, session=session)

    def waiting_for_any(self, tenant: str, after: str, limit: int) -> Sequence[Registration]:
        """Some that wait for their source event, whichever, behind the id `after`."""
        return self.page(tenant, {"awaits": {"$gt": ""}}, limit=limit, after=after)

    def those(self, session: ClientSession, tenant: str, identifiers: Collection[str]) -> dict[str, Registration]:
        """Those with these ids, by id."""
        found = self.collection.find({"_id": {"$in": sorted(identifiers)}, "tenant": tenant}, session=session)
        return {document["_id"]: self.from_document(document) for document in found}

    def put(self, session: ClientSession, registrations: Sequence[Registration]) -> Sequence[Registration]:
        """Writes new ones (version 0) and changed ones, and returns them as they are then.

        Raises PreconditionFailed where another writer came first.
        """
        saved = [dataclasses.replace(each, version=each.version + 1) for each in registrations]
        new = [self._to_document(each) for each in saved if each.version == 1]
        changed = [
            ReplaceOne({"_id": each.id, "tenant": each.tenant, "version": each.version - 1}, self._to_document(each))
            for each in saved
            if each.version > 1
        ]
        if new:
            self.collection.insert_many(new, session=session)
        if changed and self.collection.bulk_write(changed, session=session).matched_count != len(changed):
            raise PreconditionFailed("A registration was changed in the meantime: read it again.")
        return saved
