"""Who takes part in what: each registration, enrollment and half of a pair, as its newest message says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "participations"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("place", 1)), partial={"live": True}, name="live"),)

PAIR = "pair:"
"""What the place of a mentorship begins with."""


@dataclass(frozen=True, slots=True)
class Participation:
    """`id` is that of the registration, the enrollment or half of the pair.

    `place` is `event:ID`, `program:ID` or `pair:ID`."""

    id: str
    member_id: str
    place: str
    live: bool


class Participations:
    """What others may see of a member depends on what both take part in."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def put(self, session: ClientSession, tenant: str, said: Sequence[Participation]) -> Collection[str]:
        """Keeps what was said last of each; returns the ids of the members for whom something changed by it."""
        last = {f"{tenant}\n{each.id}": each for each in said}
        found = {each["_id"]: each for each in self._collection.find({"_id": {"$in": list(last)}}, session=session)}
        affected: set[str] = set()
        steps = []
        for identifier, each in last.items():
            now = {"tenant": tenant, "member_id": each.member_id, "place": each.place, "live": each.live}
            was = {name: found[identifier][name] for name in now} if identifier in found else now | {"live": False}
            steps.append(UpdateOne({"_id": identifier}, {"$set": now}, upsert=True))
            if was != now:
                affected |= {str(state["member_id"]) for state in (was, now) if state["live"]}
        self._collection.bulk_write(steps, session=session)
        return affected

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of what these members took part in; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count

    def places(self, tenant: str, member_id: str, session: ClientSession | None = None) -> list[str]:
        """Where the member takes part now."""
        where = {"tenant": tenant, "member_id": member_id, "live": True}
        return sorted(self._collection.distinct("place", where, session=session))

    def places_of(self, session: ClientSession, tenant: str, members: Collection[str]) -> Mapping[str, Collection[str]]:
        """Where each of the members takes part now; empty for nowhere."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(members)}, "live": True}
        places: dict[str, set[str]] = {member_id: set() for member_id in members}
        for each in self._collection.find(where, {"member_id": 1, "place": 1}, session=session):
            places[each["member_id"]].add(each["place"])
        return places

    def partners(self, tenant: str, places: Collection[str], members: Collection[str]) -> frozenset[str]:
        """Those of the members who are in one of the places that is a pair."""
        return self.together(tenant, [place for place in places if place.startswith(PAIR)], members)

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
