"""The outbox: a message waits, beside the change it tells of, until a relay has carried it to Kafka.

Order is per key. A row's place is `(topic, key, version, ordinal)`: the version is the aggregate's own, or comes from a
counter of the key, and both are taken inside the transaction, so that two writers of one key conflict instead of
racing. Neither a clock nor an ObjectId could promise that.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.storage.client import Document
from shared.storage.migrations import Index, existence

COLLECTION = "outbox"
COUNTERS = "outbox_counters"

SLOTS = 4
"""Key ranges of a service's outbox, each carried by one relay at a time. Changing it needs drained outboxes."""

LARGEST_VALUE = 900 * 1024
"""Bytes; below the topics' `max.message.bytes`, so that what is accepted here the broker takes too."""

KEPT_AFTER_SETTLING = timedelta(days=7)

INDEXES = (
    Index(COLLECTION, (("topic", 1), ("key", 1), ("version", 1), ("ordinal", 1)), unique=True, name="order"),
    Index(COLLECTION, (("slot", 1), ("_id", 1)), partial={"pending": True}, name="pending"),
    Index(
        COLLECTION,
        (("slot", 1), ("topic", 1), ("key", 1), ("version", 1), ("ordinal", 1)),
        partial={"pending": True},
        name="pending_in_order",
    ),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    existence(COUNTERS),
)


Place = tuple[str, str]
"""Topic and key: within one, order is kept."""


class MessageTooLarge(Exception):
    """Refused here, where its author can still be told; the broker would refuse it for good."""


def slot_of(topic: str, key: str) -> int:
    """The slot that carries this key."""
    return zlib.crc32(f"{topic}/{key}".encode()) % SLOTS


def place_of(row: Document) -> Place:
    return row["topic"], row["key"]


def one_of(places: Iterable[Place]) -> dict[str, Any]:
    """The query for rows of these keys, and of no other pair of their topics and keys."""
    keys: dict[str, list[str]] = {}
    for topic, key in places:
        keys.setdefault(topic, []).append(key)
    return {"$or": [{"topic": topic, "key": {"$in": found}} for topic, found in keys.items()]}


def next_versions(database: Database[Document], session: ClientSession, wanted: Counter[Place]) -> dict[Place, int]:
    """Takes so many numbers, from 1, of each key that has no aggregate; returns the first of each."""
    counters = database[COUNTERS]
    named = {f"{topic}/{key}": (topic, key) for topic, key in wanted}
    steps = [
        UpdateOne({"_id": name}, {"$inc": {"version": wanted[place]}}, upsert=True) for name, place in named.items()
    ]
    counters.bulk_write(steps, session=session)
    reached = counters.find({"_id": {"$in": list(named)}}, session=session)
    places = ((named[counter["_id"]], int(counter["version"])) for counter in reached)
    return {place: version - wanted[place] + 1 for place, version in places}


def next_ordinal(database: Database[Document], session: ClientSession, topic: str, key: str, version: int) -> int:
    """The place behind everything that was left for this version of the key and is remembered still."""
    where = {"topic": topic, "key": key, "version": version}
    last = database[COLLECTION].find_one(where, {"ordinal": 1}, sort=[("ordinal", -1)], session=session)
    return 0 if last is None else int(last["ordinal"]) + 1


def row(message: Message, topic: str, version: int, ordinal: int, now: datetime) -> Document:
    """The outbox row of a message. Raises MessageTooLarge."""
    value = envelope.value(message)
    if value is not None and len(value) > LARGEST_VALUE:
        raise MessageTooLarge(f"{message.type} for {message.key} has {len(value)} bytes: at most {LARGEST_VALUE}.")
    placed = raw_row(topic, message.key, version, envelope.headers(message), value, now)
    return {**placed, "_id": message.id, "ordinal": ordinal}


def raw_row(
    topic: str, key: str, version: int, headers: Sequence[tuple[str, bytes]], value: bytes | None, now: datetime
) -> Document:
    """The outbox row of a record that travels as it is."""
    return {
        "_id": new_id(),
        "topic": topic,
        "key": key,
        "version": version,
        "ordinal": 0,
        "slot": slot_of(topic, key),
        "headers": [[name, content] for name, content in headers],
        "value": value,
        "created_at": now,
        "pending": True,
    }
