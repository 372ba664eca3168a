"""Members who were merged into others, as far as anything here still names them by the id they had."""

from collections.abc import Collection, Mapping

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document

MERGES = "merges"

_LONGEST_CHAIN = 5


class Merges:
    """A projection of `members.v1`, as `People` is."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[MERGES]

    def learn(self, session: ClientSession, tenant: str, member_id: str, into: str) -> None:
        """The member is the other one from now on."""
        self._collection.replace_one({"_id": member_id}, {"tenant": tenant, "into": into}, upsert=True, session=session)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> None:
        """They are themselves, or nobody."""
        self._collection.delete_many({"_id": {"$in": list(member_ids)}, "tenant": tenant}, session=session)

    def known_as(self, tenant: str, member_id: str) -> frozenset[str]:
        """The member's id and those of all who were merged into them, at first or second hand."""
        known = newest = {member_id}
        for _ in range(_LONGEST_CHAIN):
            found = self._collection.find({"tenant": tenant, "into": {"$in": sorted(newest)}}, {"_id": 1})
            newest = {document["_id"] for document in found} - known
            if not newest:
                break
            known = known | newest
        return frozenset(known)

    def survivors(self, tenant: str, member_ids: Collection[str]) -> Mapping[str, str]:
        """Who each of them is now; of most, they themselves."""
        stands_for = {each: each for each in member_ids}
        for _ in range(_LONGEST_CHAIN):
            where = {"_id": {"$in": sorted(set(stands_for.values()))}, "tenant": tenant}
            into = {document["_id"]: document["into"] for document in self._collection.find(where)}
            if not into:
                break
            stands_for = {each: into.get(at, at) for each, at in stands_for.items()}
        return stands_for
