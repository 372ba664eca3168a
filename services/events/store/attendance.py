"""Whether a member attends an event: one document for the two, where all changes of their registrations meet."""

from collections import defaultdict
from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from services.events.domain.agenda import Told
from shared.storage import Document

Place = tuple[str, str]
"""An event and a member of it."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When what 0.1.0 kept was told: it did not say."""


class Attendance:
    """`attending` by event and member."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def set(
        self, session: ClientSession, tenant: str, attending: Mapping[Place, Sequence[bool]], now: datetime
    ) -> dict[Place, int]:
        """Keeps the last of what is told of each; returns how much had been told of it before.

        Always a write, even of what it was: two registrations of one person cannot change unseen.
        """
        keys = {_key(tenant, *place): place for place in attending}
        found = self._collection.find({"_id": {"$in": list(keys)}}, {"changes": 1}, session=session)
        known: dict[str, int] = {document["_id"]: document["changes"] for document in found}
        alike: defaultdict[tuple[bool, int], list[str]] = defaultdict(list)
        for key in known:
            told = attending[keys[key]]
            alike[told[-1], len(told)].append(key)
        for (does, more), changed in alike.items():
            self._collection.update_many(
                {"_id": {"$in": changed}},
                {"$set": {"attending": does, "updated_at": now}, "$inc": {"changes": more}},
                session=session,
            )
        made = [
            {
                "_id": key,
                "tenant": tenant,
                "event_id": event_id,
                "member_id": member_id,
                "attending": attending[event_id, member_id][-1],
                "changes": len(attending[event_id, member_id]),
                "updated_at": now,
            }
            for key, (event_id, member_id) in keys.items()
            if key not in known
        ]
        if made:
            self._collection.insert_many(made, session=session)
        return {place: known.get(key, 0) for key, place in keys.items()}

    def attending(
        self, tenant: str, event_id: str, member_ids: Many[str], session: ClientSession | None = None
    ) -> frozenset[str]:
        """Those of the members who attend."""
        if not member_ids:
            return frozenset()
        keys = [_key(tenant, event_id, member_id) for member_id in member_ids]
        found = self._collection.find({"_id": {"$in": keys}, "tenant": tenant, "attending": True}, session=session)
        return frozenset(document["member_id"] for document in found)

    def hold(self, session: ClientSession, tenant: str, event_id: str, member_ids: Many[str]) -> bool:
        """Whether all of them attend; whoever changes that at this moment conflicts with the caller's transaction."""
        keys = [_key(tenant, event_id, member_id) for member_id in member_ids]
        where = {"_id": {"$in": keys}, "tenant": tenant, "attending": True}
        return self._collection.update_many(where, {"$inc": {"held": 1}}, session=session).matched_count == len(keys)

    def all_attending(self, tenant: str, event_id: str, session: ClientSession | None = None) -> frozenset[str]:
        """Everybody who attends the event."""
        start = _key(tenant, event_id, "")
        where = {"_id": {"$gte": start, "$lt": f"{start}\U0010ffff"}, "attending": True}
        return frozenset(self._collection.distinct("member_id", where, session=session))

    def departed(self, tenant: str, event_id: str) -> frozenset[str]:
        """Whoever attended the event and does not any more."""
        where = {"tenant": tenant, "event_id": event_id, "attending": False}
        return frozenset(document["member_id"] for document in self._collection.find(where, {"member_id": 1}))

    def told_of(self, tenant: str, member_id: str) -> dict[str, Told]:
        """What was told of the member, by event: also where a registration has moved on to somebody else."""
        found = self._collection.find({"tenant": tenant, "member_id": member_id})
        return {each["event_id"]: Told(each["changes"], each.get("updated_at", _LONG_AGO)) for each in found}

    def of_members(self, tenant: str, member_ids: Many[str]) -> list[Document]:
        """Which events these members attend, or did for a while."""
        found = self._collection.find({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}).sort("_id", 1)
        names = ("event_id", "attending", "updated_at")
        return [{name: document.get(name) for name in names} for document in found]


def _key(tenant: str, event_id: str, member_id: str) -> str:
    return f"{tenant}\n{event_id}\n{member_id}"
