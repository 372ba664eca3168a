"""Letters: messages that could not be handled, kept as they came, with why, until someone or something settles them.

A letter is `parked` while it is tried again by itself or waits behind one that is, `dead` when it was tried enough and
an operator has to decide, `replaying` while it is tried once more on request, then `replayed` or `dropped`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.errors import Fault, NotFound
from shared.ids import new_id
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "dead"
KEPT = timedelta(days=30)
"""No copy of a message outlives this, whatever has become of it: it may hold personal data."""

PARKED, DEAD, REPLAYING, REPLAYED, DROPPED = STATES = ("parked", "dead", "replaying", "replayed", "dropped")
OPEN = (PARKED, DEAD, REPLAYING)
"""The states in which a letter is still to be settled."""

INDEXES = (
    Index(
        COLLECTION,
        (("topic", 1), ("partition", 1), ("offset", 1), ("timestamp", 1), ("reaction", 1)),
        unique=True,
        name="same_record",
        replaces="record",  # of 0.1.0, which took what lay at an offset before for the same
    ),
    Index(COLLECTION, (("state", 1), ("due_at", 1)), name="due"),
    Index(COLLECTION, (("barrier", 1), ("offset", 1)), partial={"barrier": {"$type": "string"}}, name="barrier"),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)

_MOST_FAULTS = 50
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A message put aside. `reaction` is None where it could not even be read, and no reaction saw it."""

    id: str
    tenant: str
    state: str
    reaction: str | None
    reason: str
    faults: Sequence[Fault]
    """What is wrong and where, as far as it is known."""
    attempts: int
    at: datetime
    due_at: datetime | None
    """When it is tried again; None where it waits for an operator, or behind another letter of its key."""
    barrier: str | None
    """The barrier that it holds up, or waits behind; None where no other message has to wait for it."""
    record: Record

    @classmethod
    def from_document(cls, document: Document) -> "Letter":
        return cls(
            id=document["_id"],
            tenant=document["tenant"],
            state=document["state"],
            reaction=document["reaction"],
            reason=document["reason"],
            faults=tuple(Fault(**fault) for fault in document["faults"]),
            attempts=document["attempts"],
            at=document["at"],
            due_at=document["due_at"],
            barrier=document.get("barrier"),
            record=_record(document),
        )


def put(
    transaction: Transaction,
    record: Record,
    *,
    reaction: str | None,
    reason: str,
    faults: Sequence[Fault] = (),
    attempts: int,
    state: str,
    due_at: datetime | None = None,
    barrier: str | None = None,
) -> bool:
    """Keeps the record as a letter; False where this record and reaction have one already, which stays as it is.

    The time tells apart what lay at the same offset before the broker lost the end of its log, or the topic was made
    anew.
    """
    collection = transaction.database[COLLECTION]
    same = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "reaction": reaction,
    }
    if collection.find_one(same, {"_id": 1}, session=transaction.session):
        return False
    collection.insert_one(
        {
            "_id": new_id(),
            **same,
            "tenant": transaction.tenant,
            "key": record.key,
            "value": record.value,
            "headers": [[name, content] for name, content in record.headers],
            "attempts": attempts,
            "state": state,
            "barrier": barrier,
            "at": transaction.now,
            **why(reason, faults),
            **schedule(state, due_at, barrier, transaction.now),
        },
        session=transaction.session,
    )
    return True


def why(reason: str, faults: Sequence[Fault]) -> Document:
    """The fields that say what is wrong, cut to what a person reads."""
    return {
        "reason": reason[:_LONGEST_TEXT],
        "faults": [{"pointer": fault.pointer, "detail": fault.detail} for fault in shown(faults)],
    }


def schedule(state: str, due_at: datetime | None, barrier: str | None, since: datetime) -> Document:
    """The fields that say when it is looked at again, and when it goes; `since` is when it was put aside.

    One that holds up its key must not just expire: it is due then, to be dropped as an operator would drop it.
    """
    if state == DEAD and barrier is not None:
        due_at = since + KEPT
    expires = barrier is None or state not in OPEN
    return {"due_at": due_at, "expire_at": since + KEPT if expires else None}


def shown(faults: Sequence[Fault]) -> list[Fault]:
    """The first of them, cut to what a person reads: a hostile record could have a million, each as long as itself."""
    return [Fault(fault.pointer[:_LONGEST_TEXT], fault.detail[:_LONGEST_TEXT]) for fault in faults[:_MOST_FAULTS]]


def listed(
    database: Database[Document], where: Mapping[str, Any], *, limit: int, after: str | None = None
) -> list[Letter]:
    """Up to `limit` letters that match, oldest first, those behind the id `after`."""
    query: Document = {"$and": [dict(where), {"_id": {"$gt": after or ""}}]}
    return [Letter.from_document(found) for found in database[COLLECTION].find(query).sort("_id", 1).limit(limit)]


def behind(database: Database[Document], letter: Letter) -> int:
    """How many wait for this one to be settled."""
    if letter.barrier is None:
        return 0
    where = {"barrier": letter.barrier, "state": PARKED, "offset": {"$gt": letter.record.offset}}
    return database[COLLECTION].count_documents(where)


def get(database: Database[Document], identifier: str, session: ClientSession | None = None) -> Letter:
    """One letter. Raises NotFound."""
    found = database[COLLECTION].find_one({"_id": identifier}, session=session)
    if found is None:
        raise NotFound("parked or dead message", identifier)
    return Letter.from_document(found)


def _record(document: Document) -> Record:
    return Record(
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        timestamp=document["timestamp"],
        key=document["key"],
        value=document["value"],
        headers=[(name, content) for name, content in document["headers"]],
    )
