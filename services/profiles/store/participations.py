"""Who takes part in what: each registration, enrollment and half of a pair, as its newest message says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.merges import Merges
from shared.storage.migrations import Index

COLLECTION = "participations"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("place", 1)), partial={"live": True}, name="live"),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), name="member"),
)

PAIR = "pair:"
"""What the place of a mentorship begins with."""


@dataclass(frozen=True, slots=True)
class Participation:
    """`id` is that of the registration, the enrollment or half of the pair.

    `place` is `event:ID`, `program:ID` or `pair:ID`. `member_id` is whom the message named; who was merged into another
    takes part as that one.
    """

    id: str
    member_id: str
    place: str
    live: bool


class Participations:
    """What others may see of a member depends on what both take part in."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]
        self._merges = Merges(database)

    def put(self, session: ClientSession, tenant: str, said: Sequence[Participation]) -> Collection[str]:
        """Keeps what was said last of each; returns the ids of the members for whom something changed by it."""
        last = {f"{tenant}\n{each.id}": each for each in said}
        found = {each["_id"]: each for each in self._collection.find({"_id": {"$in": list(last)}}, session=session)}
        first = {identifier: _said_of(document) for identifier, document in found.items()}
        named = {each.member_id for each in last.values()} | set(first.values())
        survivors = self._merges.survivors(tenant, named, session)
        affected: set[str] = set()
        steps = []
        for identifier, each in last.items():
            member_id = survivors[each.member_id]
            # Of one person's names the first stays: when their merge is undone, it is whose this was.
            said_of = first.get(identifier)
            if said_of is None or survivors[said_of] != member_id:
                said_of = each.member_id
            now = {
                "tenant": tenant,
                "member_id": member_id,
                "said_of": said_of,
                "place": each.place,
                "live": each.live,
            }
            was = {name: found[identifier].get(name) for name in now} if identifier in found else now | {"live": False}
            steps.append(UpdateOne({"_id": identifier}, {"$set": now}, upsert=True))
            if was != now:
                affected |= {str(state["member_id"]) for state in (was, now) if state["live"]}
        self._collection.bulk_write(steps, session=session)
        return affected

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of what these members took part in; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self._collection.delete_many(where, session=session).deleted_count

    def resettle(
        self, session: ClientSession, tenant: str, merges: Merges, members: Collection[str]
    ) -> Collection[str]:
        """Gives what was said of these members, or of who was merged into them, to who they are now.

        Returns the ids of these members that are somebody's still.
        """
        where = {"tenant": tenant, "member_id": {"$in": sorted(members)}}
        found = list(self._collection.find(where, session=session))
        survivors = merges.survivors(tenant, {_said_of(each) for each in found} | set(members), session)
        steps = [
            UpdateOne({"_id": each["_id"]}, {"$set": {"member_id": now, "said_of": _said_of(each)}})
            for each in found
            if (now := survivors[_said_of(each)]) != each["member_id"]
        ]
        if steps:
            self._collection.bulk_write(steps, session=session)
        return {each for each in members if survivors[each] == each}

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


def _said_of(document: Document) -> str:
    return str(document.get("said_of") or document["member_id"])
