"""The members themselves, and finding them."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.directory import ALL, PARTICIPANTS, STAFF, Search, audienced, group_term, terms_of
from services.profiles.domain.likeness import likeness_of
from services.profiles.domain.member import Member
from shared.errors import NotFound, PreconditionFailed
from shared.storage import merges
from shared.storage.bulk import BulkRepository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "members"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),
    Index(COLLECTION, (("tenant", 1), ("terms", 1), ("_id", 1)), name="search"),
    Index(COLLECTION, (("tenant", 1), ("places", 1), ("_id", 1)), name="together"),
    Index(COLLECTION, (("likeness", 1), ("_id", 1)), name="alike"),
    Index(
        COLLECTION,
        (("tenant", 1), ("provision.live", 1), ("_id", 1)),
        partial={"provision.live": True},
        name="provisioned",
    ),
)


class MergedAway(NotFound):
    """There was such a member, who is another one now: the sentence says whom to ask for."""

    def __init__(self, identifier: str, into: str) -> None:
        super().__init__("member", identifier)
        self.detail = f"The member {identifier} was merged into {into}."
        self.into = into


class Members(BulkRepository[Member]):
    """One document a member. That no two have the same identifier is the promise of `Identifiers`.

    Beside the member a document has `terms`, what the member is found by, `likeness`, what it has in common
    with whoever may be the same person, and `places`, where the member takes part.
    """

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Member, "member")
        self._merges = database[merges.COLLECTION]

    def save(self, session: ClientSession, aggregate: Member) -> Member:
        """As of any repository; leaves `places` as they are."""
        saved = dataclasses.replace(aggregate, version=aggregate.version + 1)
        where = {"_id": aggregate.id, "tenant": aggregate.tenant, "version": aggregate.version}
        if self.collection.update_one(where, {"$set": self._to_document(saved)}, session=session).matched_count != 1:
            raise PreconditionFailed(f"The member {aggregate.id} was changed in the meantime: read it again.")
        return saved

    def get(self, tenant: str, identifier: str, session: ClientSession | None = None) -> Member:
        """As of any repository. Raises MergedAway, a NotFound, where the member was merged into another."""
        found = self.find(tenant, identifier, session)
        if found is None:
            merge = self._merges.find_one({"_id": identifier, "tenant": tenant}, {"into": 1}, session=session)
            raise NotFound("member", identifier) if merge is None else MergedAway(identifier, merge["into"])
        return found

    def remove(self, session: ClientSession, member: Member) -> None:
        """Takes the member out as it was read. Raises PreconditionFailed where another writer came first."""
        where = {"_id": member.id, "tenant": member.tenant, "version": member.version}
        if self.collection.delete_one(where, session=session).deleted_count != 1:
            raise PreconditionFailed(f"The member {member.id} was changed in the meantime: read it again.")

    def among(self, session: ClientSession, tenant: str, identifiers: Collection[str]) -> Sequence[Member]:
        """Those with these ids."""
        if not identifiers:
            return ()
        found = self.collection.find({"tenant": tenant, "_id": {"$in": sorted(identifiers)}}, session=session)
        return [self.from_document(document) for document in found]

    def by_id(self, tenant: str, identifiers: Collection[str]) -> dict[str, Member]:
        """Those with these ids."""
        return {each.id: each for each in self.page(tenant, {"_id": {"$in": sorted(identifiers)}}, limit=0)}

    def alike(
        self, session: ClientSession, tenant: str, members: Collection[str], limit: int
    ) -> Mapping[str, Collection[str]]:
        """For each of the members of whom there are any, those who have something of their likeness: up to `limit` for
        each such thing."""
        steps: list[Document] = [
            {"$match": {"tenant": tenant, "_id": {"$in": sorted(members)}}},
            {"$project": {"likeness": 1}},
            {"$unwind": "$likeness"},
            {
                "$lookup": {
                    "from": COLLECTION,
                    "localField": "likeness",
                    "foreignField": "likeness",
                    "pipeline": [{"$limit": limit + 1}, {"$project": {"_id": 1}}],
                    "as": "alike",
                }
            },
            {"$match": {"alike.1": {"$exists": True}}},  # one is the member itself
        ]
        found: dict[str, set[str]] = {}
        for each in self.collection.aggregate(steps, session=session):
            found.setdefault(each["_id"], set()).update(other["_id"] for other in each["alike"])
        return {one: others - {one} for one, others in found.items()}

    def place(self, session: ClientSession, tenant: str, places: Mapping[str, Collection[str]]) -> None:
        """Writes where each of the members takes part; two who do so for one member conflict."""
        steps = [
            UpdateOne({"_id": member_id, "tenant": tenant}, _placed(where))
            for member_id, where in sorted(places.items())
        ]
        if steps:
            self.collection.bulk_write(steps, session=session)

    def renew_terms(self, session: ClientSession, member: Member) -> None:
        """Writes what the member is found by and compared by, as this version of the code has it."""
        where = {"_id": member.id, "tenant": member.tenant}
        self.collection.update_one(where, {"$set": _derived(member)}, session=session)

    def of_group(self, tenant: str, group_id: str) -> int:
        """How many members the group has. Counted in an index: a stored number would make all who join it wait."""
        return self.collection.count_documents({"tenant": tenant, "terms": audienced(STAFF, group_term(group_id))})

    def searched_by_staff(self, tenant: str, search: Search, *, limit: int, after: str | None) -> Sequence[Member]:
        """Those who are all that is searched, in order of id; everybody where nothing is."""
        if not search.terms:
            return self.page(tenant, {}, limit=limit, after=after)
        wanted = [audienced(STAFF, term) for term in search.terms]
        return self.page(tenant, {"terms": {"$all": wanted}}, limit=limit, after=after)

    def searched_by_member(
        self,
        tenant: str,
        search: Search,
        places: Collection[str],
        apart: Collection[str],
        *,
        limit: int,
        after: str | None,
    ) -> Sequence[Member]:
        """Those whom one who takes part in these places may find so, in order of id, without those of `apart`."""
        others: Mapping[str, Any] = {"_id": {"$nin": sorted(apart)}} if apart else {}
        if not search.terms:
            return self.page(tenant, others, limit=limit, after=after)
        either: list[Mapping[str, Any]] = [{"terms": {"$all": [audienced(ALL, term) for term in search.terms]}}]
        if places:
            seen = [
                {"terms": {"$in": [audienced(each, term) for each in (PARTICIPANTS, ALL)]}} for term in search.terms
            ]
            either.append({"$and": [{"places": {"$in": sorted(places)}}, *seen]})
        return self.page(tenant, {"$or": either, **others}, limit=limit, after=after)

    def _to_document(self, aggregate: Member) -> Document:
        return {**super()._to_document(aggregate), **_derived(aggregate)}


def _derived(member: Member) -> Document:
    return {"terms": list(terms_of(member)), "likeness": list(likeness_of(member))}


def _placed(places: Collection[str]) -> Document:
    """A write even of what was so: whoever is merged away at the same moment is placed before or not at all."""
    return {"$set": {"places": sorted(places)}, "$inc": {"placed": 1}}
