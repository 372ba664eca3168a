"""A claim: what a relay takes in hand of its slot at once, each key from its first unsent row.

All reads of a claim see one snapshot: a key's rows seen at two moments could show its second and miss its first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from shared.messaging import barred, outbox
from shared.messaging.outbox import Place, place_of
from shared.storage.client import Document

_FEW_ROWS = 100
_WINDOW_ROWS = 500
_ROWS_A_CLAIM = 1000
_ROWS_OF_THE_OLDEST_KEY = 500
_BYTES_A_CLAIM = 8 * 1024 * 1024

_IN_ORDER = [("topic", 1), ("key", 1), ("version", 1), ("ordinal", 1)]


@dataclass(frozen=True, slots=True)
class Claim:
    """`rows` are to be sent as they stand; `behind` wait behind a barred row of their key and are to be set aside."""

    rows: Sequence[Document] = ()
    behind: Sequence[Document] = ()
    bars: Sequence[str] = ()
    """The ids of the rows that those behind wait for."""
    oldest: datetime | None = None
    """When the longest waiting row was written."""


def read(client: MongoClient[Document], database: Database[Document], slot: int) -> Claim:
    """The next claim of the slot; empty where nothing waits."""
    rows = database[outbox.COLLECTION]
    with client.start_session(snapshot=True) as session:
        few, whole, bars = _few(rows, session, slot)
        if not few:
            return Claim()
        if not whole:
            return _of_many(rows, session, slot)
        standing = barred.standing(rows, session, slot, {place_of(row) for row in few}) if bars else {}
        free = [row for row in few if place_of(row) not in standing]
        free.sort(key=lambda row: (row["topic"], row["key"], row["version"], row["ordinal"]))
        return _claim(free, few, standing)


def _few(rows: Collection[Document], session: ClientSession, slot: int) -> tuple[list[Document], bool, bool]:
    """The slot's oldest rows, whether these are all, and whether any key is barred: one round trip where little waits.

    Only all of them may be sent as they are: the oldest by id need not be the first of their keys.
    """
    found = rows.aggregate(
        [
            {"$match": _waiting(slot)},
            {"$sort": {"_id": 1}},
            {"$limit": _FEW_ROWS},
            {
                "$unionWith": {
                    "coll": rows.name,
                    "pipeline": [{"$match": barred.where(slot)}, {"$limit": 1}, {"$project": {"barred": 1}}],
                }
            },
        ],
        session=session,
    )
    few: list[Document] = []
    room, bars = _BYTES_A_CLAIM, False
    with found:
        for row in found:
            if "barred" in row:
                bars = True
                continue
            room -= _size(row)
            if room < 0:
                return [*few, row], False, bars
            few.append(row)
    return few, len(few) < _FEW_ROWS, bars


def _of_many(rows: Collection[Document], session: ClientSession, slot: int) -> Claim:
    """Rows of the keys that wait longest; a limit cuts only a key's tail.

    The key of the oldest row comes first and has a share of its own, so that keys with ever more rows cannot keep
    others waiting: whatever is oldest is sent after a bounded number of claims.
    """
    window = list(
        rows.find(_waiting(slot), {"topic": 1, "key": 1, "created_at": 1}, session=session)
        .sort("_id", 1)
        .limit(_WINDOW_ROWS)
    )
    places = list(dict.fromkeys(place_of(row) for row in window))
    standing = barred.standing(rows, session, slot, places)
    free = [place for place in places if place not in standing]
    found: list[Document] = []
    room = _BYTES_A_CLAIM
    for keys, most in ((free[:1], _ROWS_OF_THE_OLDEST_KEY), (free[1:], _ROWS_A_CLAIM)):
        if not keys or room < 0:
            continue
        query = {**_waiting(slot), **outbox.one_of(keys)}
        with rows.find(query, session=session).sort(_IN_ORDER).limit(most - len(found)) as cursor:
            for row in cursor:
                room -= _size(row)
                if room < 0 and found:
                    break
                found.append(row)
    return _claim(found, window, standing)


def _claim(rows: Sequence[Document], oldest: Sequence[Document], standing: Mapping[Place, str]) -> Claim:
    behind = [row for row in oldest if place_of(row) in standing]
    return Claim(rows, behind, list(standing.values()), oldest[0]["created_at"])


def _size(row: Document) -> int:
    return len(row["value"] or b"")


def _waiting(slot: int) -> dict[str, Any]:
    return {"slot": slot, "pending": True}
