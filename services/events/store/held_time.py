"""Whose time is taken: a document for each member, with all that holds it, at whatever events.

Time is taken by a conditional update of that document, so that two things at once cannot both come to be; whoever else
must not pass such a change unseen writes the document, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as Stored

from services.events.domain.held_time import Hold, TimeTaken
from shared.storage import Document, Index
from shared.storage.repository import converter

COLLECTION = "held_time"
BY_THING = "of_thing_with_member"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("held.id", 1), ("member_id", 1)), name=BY_THING),
    Index(COLLECTION, (("tenant", 1), ("given_back", 1)), partial={"given_back": {"$exists": True}}, name="given_back"),
)


class HeldTime:
    """What holds the time of each member. Whatever kinds of things hold time take and release it here."""

    def __init__(self, collection: Stored[Document]) -> None:
        self._collection = collection

    def take(self, session: ClientSession, tenant: str, holds: Iterable[Hold]) -> None:
        """Takes all of it or, together with the caller's transaction, nothing.

        Raises TimeTaken with those whose time overlaps what holds it already, or what is asked for here.
        """
        wanted = _by_member(holds)
        if itself := [each for each, theirs in wanted.items() if _overlap(theirs)]:
            raise TimeTaken(itself)
        if not wanted:
            return
        updates = [
            UpdateOne(
                {"_id": _key(tenant, member_id), "$nor": [_overlapping(each) for each in theirs]},
                {"$push": {"held": {"$each": [_document(each) for each in theirs]}}, "$inc": {"changes": 1}},
            )
            for member_id, theirs in sorted(wanted.items())
        ]
        if self._collection.bulk_write(updates, session=session).matched_count == len(updates):
            return
        self._take_first(session, tenant, wanted)

    def release(self, session: ClientSession, tenant: str, holds: Iterable[Hold], *, noted: bool = False) -> None:
        """Gives it back; what does not hold anything any more is nothing to give.

        `noted`: whoever plans for these members finds them in `given_back`.
        """
        updates = []
        for member_id, theirs in sorted(_by_member(holds).items()):
            change: Document = {
                "$pull": {"held": {"$or": [_exactly(each) for each in theirs]}},
                "$inc": {"changes": 1},
            }
            if noted:
                change["$addToSet"] = {"given_back": {"$each": sorted({each.id for each in theirs})}}
            updates.append(UpdateOne({"_id": _key(tenant, member_id)}, change))
        if updates:
            self._collection.bulk_write(updates, session=session)

    def release_thing(
        self, session: ClientSession, tenant: str, kind: str, thing_id: str, member_ids: Collection[str]
    ) -> None:
        """Gives back all that this thing holds of these members."""
        if member_ids:
            keys = [_key(tenant, each) for each in sorted(member_ids)]
            self._collection.update_many(
                {"_id": {"$in": keys}, "tenant": tenant},
                {"$pull": {"held": {"kind": kind, "id": thing_id}}, "$inc": {"changes": 1}},
                session=session,
            )

    def touch(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> None:
        """Writes them as they are: whoever takes time of these members at this moment does it after, or before."""
        self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": _key(tenant, each)},
                    {
                        "$inc": {"changes": 1},
                        "$setOnInsert": {"tenant": tenant, "member_id": each, "held": []},
                    },
                    upsert=True,
                )
                for each in sorted(member_ids)
            ],
            session=session,
        )

    def of(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Sequence[Hold]]:
        """All that holds the time of each of these members, in order of time."""
        keys = [_key(tenant, each) for each in member_ids]
        found = self._collection.find({"_id": {"$in": keys}, "tenant": tenant}, session=session)
        held = {each["member_id"]: _holds(each) for each in found}
        return {each: held.get(each, ()) for each in member_ids}

    def of_thing(self, tenant: str, kind: str, thing_id: str, limit: int, session: ClientSession) -> Sequence[Hold]:
        """What this thing holds of the time of up to so many members."""
        found = self._collection.find({"tenant": tenant, "held.id": thing_id}, session=session).limit(limit)
        return [hold for each in found for hold in _holds(each) if hold.kind == kind and hold.id == thing_id]

    def holders(self, tenant: str, thing_id: str, session: ClientSession | None = None) -> frozenset[str]:
        """The members whose time this thing holds."""
        # By the index alone, and in one answer: whoever plans rounds asks of everybody at once.
        stages: list[Document] = [
            {"$match": {"tenant": tenant, "held.id": thing_id}},
            {"$group": {"_id": None, "member_ids": {"$push": "$member_id"}}},
        ]
        found = self._collection.aggregate(stages, hint=BY_THING, session=session)
        return frozenset(each for answer in found for each in answer["member_ids"])

    def given_back(self, tenant: str, thing_id: str) -> frozenset[str]:
        """The members whose time for this thing was given back, as was noted, and who hold none for it now."""
        where = {"tenant": tenant, "given_back": thing_id, "held.id": {"$ne": thing_id}}
        return frozenset(each["member_id"] for each in self._collection.find(where, {"member_id": 1}))

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> None:
        """Leaves nothing of these members."""
        keys = [_key(tenant, each) for each in member_ids]
        self._collection.delete_many({"_id": {"$in": keys}, "tenant": tenant}, session=session)

    def _take_first(self, session: ClientSession, tenant: str, wanted: Mapping[str, Sequence[Hold]]) -> None:
        """Writes the documents of those who have none yet. Raises TimeTaken where some have, and could take nothing."""
        keys = {_key(tenant, each): each for each in wanted}
        known = {
            each["_id"]: _holds(each) for each in self._collection.find({"_id": {"$in": [*keys]}}, session=session)
        }
        busy = [keys[key] for key, holds in known.items() if not set(wanted[keys[key]]) <= set(holds)]
        if busy:
            raise TimeTaken(busy)
        self._collection.insert_many(
            [
                {
                    "_id": key,
                    "tenant": tenant,
                    "member_id": member_id,
                    "held": [_document(each) for each in wanted[member_id]],
                    "changes": 1,
                }
                for key, member_id in sorted(keys.items())
                if key not in known
            ],
            session=session,
        )


def _by_member(holds: Iterable[Hold]) -> dict[str, list[Hold]]:
    found: defaultdict[str, list[Hold]] = defaultdict(list)
    for each in holds:
        found[each.member_id].append(each)
    return {member_id: sorted(theirs, key=lambda each: each.starts_at) for member_id, theirs in found.items()}


def _overlap(in_order: Sequence[Hold]) -> bool:
    return any(earlier.meets(later) for earlier, later in pairwise(in_order))


def _overlapping(hold: Hold) -> Document:
    return {"held": {"$elemMatch": {"starts_at": {"$lt": hold.ends_at}, "ends_at": {"$gt": hold.starts_at}}}}


def _exactly(hold: Hold) -> Document:
    names = ("kind", "id", "starts_at", "ends_at")
    return {name: getattr(hold, name) for name in names}


def _document(hold: Hold) -> Document:
    document: Document = converter.unstructure(hold)
    document.pop("member_id")
    return document


def _holds(document: Document) -> tuple[Hold, ...]:
    found = [Hold(member_id=document["member_id"], **each) for each in document["held"]]
    return tuple(sorted(found, key=lambda each: (each.starts_at, each.id)))


def _key(tenant: str, member_id: str) -> str:
    return f"{tenant}\n{member_id}"


def busy_between(holds: Collection[Hold], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether any of it lies in that time."""
    return any(each.starts_at < ends_at and starts_at < each.ends_at for each in holds)
