"""What members earned in mentoring: each milestone, thanks and feedback as its newest message says."""

from collections.abc import Collection, Sequence

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.earned import Earning, Kind
from shared.storage.client import Document
from shared.storage.migrations import Index
from shared.storage.repository import converter

COLLECTION = "earnings"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("_id", 1)), name="member"),)


class Earnings:
    """One document a milestone, thanks, or feedback for one of a pair; whose it is stands in `member_id`."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def put(self, session: ClientSession, tenant: str, said: Sequence[Earning]) -> None:
        """Keeps each where it is newer than what is known of it, in whatever order they come.

        A member who was merged away meanwhile stays whoever has the earning now.
        """
        newest: dict[str, Earning] = {}
        for each in said:
            identifier = _id(tenant, each)
            if identifier not in newest or each.version > newest[identifier].version:
                newest[identifier] = each
        known = {
            document["_id"]: document["version"]
            for document in self._collection.find({"_id": {"$in": list(newest)}}, {"version": 1}, session=session)
        }
        steps = []
        for identifier, each in newest.items():
            if each.version > known.get(identifier, -1):
                fields: Document = converter.unstructure(each)
                owner = {"member_id": fields.pop("member_id")}
                change = {"$set": {"tenant": tenant, **fields}, "$setOnInsert": owner}
                steps.append(UpdateOne({"_id": identifier}, change, upsert=True))
        if steps:
            self._collection.bulk_write(steps, session=session)

    def of_member(self, tenant: str, known_as: Collection[str]) -> Sequence[Earning]:
        """All that the member earned who is, or was, known by these ids."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(known_as)}}
        found = self._collection.find(where).sort("_id", 1)
        return [converter.structure(document, Earning) for document in found]

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing that these members earned; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count


def _id(tenant: str, earning: Earning) -> str:
    """Feedback is one thing with two who get it."""
    return "\n".join((tenant, earning.kind.value, earning.thing_id, *_whose(earning)))


def _whose(earning: Earning) -> Sequence[str]:
    return (earning.from_id or "",) if earning.kind is Kind.FEEDBACK else ()
