"""Members who were merged into others, as far as anything still names them by the id they had.

A fact keeps the id that it was made with. Who that is now is looked up here, so that undoing a merge is to forget it:
no order of messages about several members can leave anything with the wrong one.
"""

from collections.abc import Collection, Mapping, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "merges"

INDEXES = (Index(COLLECTION, (("tenant", 1), ("into", 1)), name="of_survivor"),)


class Merges:
    """One document for each member merged away. A chain may be of any length; a circle has one end, whoever asks.

    A circle is there for a moment only: messages about two members who were merged one way, then the other, may come in
    either order.
    """

    def __init__(self, database: Database[Document], collection: str = COLLECTION, into: str = "into") -> None:
        self._collection = database[collection]
        self._into = into

    def learn(self, session: ClientSession, tenant: str, member_id: str, into: str) -> None:
        """The member is the other one from now on."""
        merged = {"tenant": tenant, self._into: into}
        self._collection.replace_one({"_id": member_id}, merged, upsert=True, session=session)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> bool:
        """They are themselves, or nobody; whether one of them was merged into another until now."""
        where = {"_id": {"$in": list(member_ids)}, "tenant": tenant}
        return self._collection.delete_many(where, session=session).deleted_count > 0

    def known_as(self, tenant: str, member_id: str, session: ClientSession | None = None) -> frozenset[str]:
        """The member's id and those of all who were merged into them, at whatever hand."""
        return frozenset({member_id, *self.merged_into(tenant, [member_id], session)})

    def merged_into(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, str]:
        """Everybody who was merged into one of these members, at whatever hand, with who that is."""
        found: dict[str, str] = {}
        newest = {each: each for each in member_ids}
        while newest:
            where = {"tenant": tenant, self._into: {"$in": sorted(newest)}}
            merged = list(self._collection.find(where, {self._into: 1}, session=session))
            newest = {each["_id"]: newest[each[self._into]] for each in merged if each["_id"] not in found}
            found |= newest
        return found

    def survivors(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, str]:
        """Who each of them is now; of most, they themselves."""
        into: dict[str, str] = {}
        asked: set[str] = set()
        while asking := {*member_ids, *into.values()} - asked:
            asked |= asking
            where = {"_id": {"$in": sorted(asking)}, "tenant": tenant, self._into: {"$type": "string"}}
            found = self._collection.find(where, {self._into: 1}, session=session)
            into |= {document["_id"]: document[self._into] for document in found}
        return {each: _end_of(each, into) for each in member_ids}

    def survivor(self, tenant: str, member_id: str, session: ClientSession | None = None) -> str:
        """Who the member is now; most are themselves."""
        return self.survivors(tenant, [member_id], session)[member_id]

    def survivor_beside(
        self, tenant: str, member_id: str, collection: str, stages: Sequence[Document]
    ) -> tuple[str, Sequence[Document]]:
        """As `survivor`, and what these stages find in another collection, by one statement where nobody was merged.

        What they find has no field that this collection says `into` by.
        """
        where = {"_id": member_id, "tenant": tenant, self._into: {"$type": "string"}}
        rows = self._collection.aggregate(
            [
                {"$match": where},
                {"$project": {self._into: 1}},
                {"$unionWith": {"coll": collection, "pipeline": list(stages)}},
            ]
        )
        into: str | None = None
        beside: list[Document] = []
        for row in rows:
            if self._into in row:
                into = row[self._into]
            else:
                beside.append(row)
        return member_id if into is None else self.survivor(tenant, into), beside


def _end_of(member_id: str, into: Mapping[str, str]) -> str:
    """The last of the chain; of a circle the lowest, which is the same for whoever asks."""
    passed: list[str] = []
    while member_id in into:
        if member_id in passed:
            return min(passed[passed.index(member_id) :])
        passed.append(member_id)
        member_id = into[member_id]
    return member_id
