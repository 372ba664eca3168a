"""The members themselves, and finding them."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.directory import ALL, PARTICIPANTS, STAFF, Search, audienced, group_term, terms_of
from services.profiles.domain.member import Member
from shared.errors import PreconditionFailed
from shared.storage.bulk import BulkRepository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "members"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),
    Index(COLLECTION, (("tenant", 1), ("terms", 1), ("_id", 1)), name="search"),
    Index(COLLECTION, (("tenant", 1), ("places", 1), ("_id", 1)), name="together"),
    Index(
        COLLECTION,
        (("tenant", 1), ("provision.live", 1), ("_id", 1)),
        partial={"provision.live": True},
        name="provisioned",
    ),
)


class Members(BulkRepository[Member]):
    """One document a member. That no two have the same identifier is the promise of `Identifiers`.

    Beside the member a document has `terms`, what the member is found by, and `places`, where the member takes part.
    """

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Member, "member")

    def save(self, session: ClientSession, aggregate: Member) -> Member:
        """As of any repository; leaves `places` as they are."""
        saved = dataclasses.replace(aggregate, version=aggregate.version + 1)
        where = {"_id": aggregate.id, "tenant": aggregate.tenant, "version": aggregate.version}
        if self.collection.update_one(where, {"$set": self._to_document(saved)}, session=session).matched_count != 1:
            raise PreconditionFailed(f"The member {aggregate.id} was changed in the meantime: read it again.")
        return saved

    def forget(self, session: ClientSession, member: Member) -> None:
        """Leaves nothing of the member as it was read. Raises PreconditionFailed where another writer came first."""
        where = {"_id": member.id, "tenant": member.tenant, "version": member.version}
        if self.collection.delete_one(where, session=session).deleted_count != 1:
            raise PreconditionFailed(f"The member {member.id} was changed in the meantime: read it again.")

    def among(self, session: ClientSession, tenant: str, identifiers: Collection[str]) -> Sequence[Member]:
        """Those with these ids."""
        if not identifiers:
            return ()
        found = self.collection.find({"tenant": tenant, "_id": {"$in": sorted(identifiers)}}, session=session)
        return [self.from_document(document) for document in found]

    def place(self, session: ClientSession, tenant: str, places: Mapping[str, Collection[str]]) -> None:
        """Writes where each of the members takes part; two who do so for one member conflict."""
        steps = [
            UpdateOne({"_id": member_id, "tenant": tenant}, {"$set": {"places": sorted(where)}})
            for member_id, where in sorted(places.items())
        ]
        if steps:
            self.collection.bulk_write(steps, session=session)

    def renew_terms(self, session: ClientSession, member: Member) -> None:
        """Writes what the member is found by, as this version of the code has it."""
        where = {"_id": member.id, "tenant": member.tenant}
        self.collection.update_one(where, {"$set": {"terms": list(terms_of(member))}}, session=session)

    def of_group(self, tenant: str, group_id: str) -> int:
        """How many members the group has. Counted in an index: a stored number would make all who join it wait."""
        return self.collection.count_documents({"tenant": tenant, "terms": audienced(STAFF, group_term(group_id))})

    def searched_by_staff(self, tenant: str, search: Search, *, limit: int, after: str | None) -> Sequence[Member]:
        """Those who are all that is searched, in order of id."""
        wanted = [audienced(STAFF, term) for term in search.terms]
        return self.page(tenant, {"terms": {"$all": wanted}}, limit=limit, after=after)

    def searched_by_member(
        self, tenant: str, search: Search, places: Collection[str], *, limit: int, after: str | None
    ) -> Sequence[Member]:
        """Those whom one who takes part in these places may find so, in order of id."""
        either: list[Mapping[str, Any]] = [{"terms": {"$all": [audienced(ALL, term) for term in search.terms]}}]
        if places:
            seen = [
                {"terms": {"$in": [audienced(each, term) for each in (PARTICIPANTS, ALL)]}} for term in search.terms
            ]
            either.append({"$and": [{"places": {"$in": sorted(places)}}, *seen]})
        return self.page(tenant, {"$or": either}, limit=limit, after=after)

    def _to_document(self, aggregate: Member) -> Document:
        return {**super()._to_document(aggregate), "terms": list(terms_of(aggregate))}
