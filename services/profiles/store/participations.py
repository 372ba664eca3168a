"""Who takes part in what: each registration and each enrollment, as its newest message says."""

from collections.abc import Collection
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "participations"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("place", 1)), partial={"live": True}, name="live"),)


@dataclass(frozen=True, slots=True)
class Participation:
    """`id` is that of the registration or enrollment; `place` is `event:ID` or `program:ID`."""

    id: str
    member_id: str
    place: str
    live: bool


class Participations:
    """What others may see of a member depends on what both take part in."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def put(self, session: ClientSession, tenant: str, said: Participation) -> Collection[str]:
        """Keeps what was said last; returns the ids of the members for whom something changed by it."""
        now = {"tenant": tenant, "member_id": said.member_id, "place": said.place, "live": said.live}
        before = self._collection.find_one_and_update(
            {"_id": f"{tenant}\n{said.id}"},
            {"$set": now},
            upsert=True,
            return_document=ReturnDocument.BEFORE,
            session=session,
        )
        was = {name: before[name] for name in now} if before else now | {"live": False}
        if was == now:
            return ()
        return {str(each["member_id"]) for each in (was, now) if each["live"]}

    def places(self, tenant: str, member_id: str, session: ClientSession | None = None) -> list[str]:
        """Where the member takes part now."""
        where = {"tenant": tenant, "member_id": member_id, "live": True}
        return sorted(self._collection.distinct("place", where, session=session))

    def together(self, tenant: str, places: Collection[str], members: Collection[str]) -> frozenset[str]:
        """Those of the members who take part in one of the places now."""
        if not places or not members:
            return frozenset()
        where = {
            "tenant": tenant,
            "member_id": {"$in": sorted(members)},
            "place": {"$in": sorted(places)},
            "live": True,
        }
        return frozenset(self._collection.distinct("member_id", where))
