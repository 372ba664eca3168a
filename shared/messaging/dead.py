"""Dead letters: messages that cannot be handled, kept to be shown, mended and replayed, and announced on `dead.*`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database

from shared.errors import Conflict, Fault, NotFound
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "dead"
KEPT = timedelta(days=30)
_WITHOUT_VALUE = ("members.v1",)
_MOST_FAULTS = 50
_LONGEST_TEXT = 500
_LONGEST_KEY = 256
_LARGEST_HEADERS = 64 * 1024
"""Topics of personal data that must not outlive an erasure by being copied to `dead.*`."""

INDEXES = (
    Index(COLLECTION, (("topic", 1), ("partition", 1), ("offset", 1), ("reaction", 1)), unique=True, name="record"),
    Index(COLLECTION, (("state", 1), ("due_at", 1)), name="due"),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record as it came, before anything was read out of it. `topic` is without the prefix."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    """Kafka allows a header without a value."""


def put_aside(
    transaction: Transaction,
    record: Record,
    *,
    reaction: str | None,
    reason: str,
    faults: Sequence[Fault],
    attempts: int,
) -> None:
    """Keeps the record with the reason and announces it; the same record and reaction a second time changes nothing."""
    collection = transaction.database[COLLECTION]
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "reaction": reaction}
    if collection.find_one(place, {"_id": 1}, session=transaction.session):
        return
    collection.insert_one(
        {
            "_id": new_id(),
            **place,
            "tenant": transaction.tenant,
            "timestamp": record.timestamp,
            "key": record.key,
            "value": record.value,
            "headers": [[name, content] for name, content in record.headers],
            "reason": reason[:_LONGEST_TEXT],
            "faults": [{"pointer": fault.pointer, "detail": fault.detail} for fault in shown(faults)],
            "attempts": attempts,
            "state": "dead",
            "due_at": None,
            "at": transaction.now,
            "expire_at": transaction.now + KEPT,
        },
        session=transaction.session,
    )
    _announce(transaction, record, reason, faults, attempts)


def shown(faults: Sequence[Fault]) -> list[Fault]:
    """The first of them, cut to what a person reads: a hostile record could have a million, each as long as itself."""
    return [Fault(fault.pointer[:_LONGEST_TEXT], fault.detail[:_LONGEST_TEXT]) for fault in faults[:_MOST_FAULTS]]


def _announce(transaction: Transaction, record: Record, reason: str, faults: Sequence[Fault], attempts: int) -> None:
    """The original on `dead.{service}`, with why beside it.

    Unchanged where it can be: what with the headers added would be more than the broker takes goes without its value,
    and oversized headers or keys are cut. A row the broker never takes would hold up every key of its slot.
    """
    topic = f"dead.{transaction.service}"
    key = (record.key or b"").decode(errors="replace")[:_LONGEST_KEY]
    original = [(name, content or b"") for name, content in record.headers]
    if sum(len(name.encode()) + len(content) for name, content in original) > _LARGEST_HEADERS:
        original = []
    too_large = record.value is not None and len(record.value) > outbox.LARGEST_VALUE
    value = None if record.topic in _WITHOUT_VALUE or too_large else record.value
    why = [
        ("x-dead-reason", reason[:_LONGEST_TEXT]),
        ("x-dead-pointer", " ".join(fault.pointer for fault in shown(faults))),
        ("x-dead-attempts", str(attempts)),
        ("x-dead-topic", record.topic),
        ("x-dead-partition", str(record.partition)),
        ("x-dead-offset", str(record.offset)),
    ]
    headers = [*original, *((name, text.encode()) for name, text in why)]
    transaction.leave_raw(topic, key, headers, value)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead message as it is shown: `faults` name what is wrong and where."""

    id: str
    state: str
    reaction: str | None
    reason: str
    faults: Sequence[Fault]
    attempts: int
    at: datetime
    record: Record

    @classmethod
    def from_document(cls, document: Document) -> "DeadLetter":
        return cls(
            id=document["_id"],
            state=document["state"],
            reaction=document["reaction"],
            reason=document["reason"],
            faults=tuple(Fault(**fault) for fault in document["faults"]),
            attempts=document["attempts"],
            at=document["at"],
            record=record_of(document),
        )


def record_of(document: Document) -> Record:
    """The record a stored dead letter was made from."""
    return Record(
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        timestamp=document["timestamp"],
        key=document["key"],
        value=document["value"],
        headers=[(name, content) for name, content in document["headers"]],
    )


def listed(
    database: Database[Document], where: dict[str, Any], *, limit: int, after: str | None = None
) -> list[DeadLetter]:
    """Up to `limit` dead letters that match, oldest first, those behind the id `after`."""
    query: Document = {"$and": [where, {"_id": {"$gt": after or ""}}]}
    return [DeadLetter.from_document(found) for found in database[COLLECTION].find(query).sort("_id", 1).limit(limit)]


def get(database: Database[Document], identifier: str) -> DeadLetter:
    """One dead letter. Raises NotFound."""
    found = database[COLLECTION].find_one({"_id": identifier})
    if found is None:
        raise NotFound("dead letter", identifier)
    return DeadLetter.from_document(found)


def replay(database: Database[Document], identifier: str, now: datetime) -> None:
    """Asks a worker of the service to handle it again. Raises NotFound, or Conflict where it is not dead (any more)."""
    _move(database, identifier, {"state": "replaying", "due_at": now})


def drop(database: Database[Document], identifier: str) -> None:
    """Gives it up for good; it stays listed as dropped until it expires. Raises NotFound or Conflict."""
    _move(database, identifier, {"state": "dropped"})


def _move(database: Database[Document], identifier: str, change: Document) -> None:
    if database[COLLECTION].update_one({"_id": identifier, "state": "dead"}, {"$set": change}).matched_count:
        return
    letter = get(database, identifier)
    raise Conflict(f"The dead letter {identifier} is {letter.state}, not dead: nothing to do.")
