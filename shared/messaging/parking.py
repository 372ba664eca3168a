"""Parking: a message whose handler keeps failing steps aside, what follows it for its key waits, other keys flow.

The first parked message of a key is its head. It is tried again by itself; the others wait behind it, in the order of
their offsets. That a key is barred is one document for each (reaction, topic, key). Parking a head, parking behind it
and releasing it all *write* that document: of a message that arrives and a release at the same moment, one aborts and
looks again. Only reading it would let the message wait behind a barrier that is gone, for ever.

A message counts as taken the moment it is parked: its inbox row is written with its letter, so that another worker that
still has the message in hand either applied it before, or finds it taken.
"""

from collections.abc import Iterable
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.messaging import letters
from shared.messaging.envelope import Message
from shared.messaging.inbox import HandledElsewhere
from shared.messaging.letters import Letter
from shared.messaging.reactions import Reaction
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "barriers"
INDEXES = (existence(COLLECTION),)

BEHIND = "Waits behind an earlier message of its key."


def barrier_of(reaction: Reaction, message: Message) -> str | None:
    """The barrier that holds up this message where its key is barred; None where nothing of its kind ever waits."""
    if not message.key or not reaction.keeps_order(message):
        return None
    return "\n".join((reaction.name, message.topic, message.key))


def standing(database: Database[Document], session: ClientSession, barriers: Iterable[str]) -> set[str]:
    """Those of the barriers that stand now."""
    found = database[COLLECTION].find({"_id": {"$in": list(barriers)}}, {"_id": 1}, session=session)
    return {barrier["_id"] for barrier in found}


def park_head(
    transaction: Transaction,
    record: Record,
    reaction: str,
    barrier: str | None,
    *,
    reason: str,
    attempts: int,
    due_at: datetime,
) -> bool:
    """Parks a message that failed, to be tried again at `due_at`, and bars its key; False where it is parked already.

    Raises HandledElsewhere where another worker barred the key at the same moment.
    """
    first = barrier is None or _bar(transaction, barrier)
    return letters.put(
        transaction,
        record,
        reaction=reaction,
        reason=reason if first else BEHIND,
        attempts=attempts,
        state=letters.PARKED,
        due_at=due_at if first else None,
        barrier=barrier,
    )


def park_behind(transaction: Transaction, record: Record, reaction: str, barrier: str) -> None:
    """Parks a message whose key is barred. The barrier is one that was found standing in this transaction."""
    _bar(transaction, barrier)
    letters.put(
        transaction,
        record,
        reaction=reaction,
        reason=BEHIND,
        attempts=0,
        state=letters.PARKED,
        barrier=barrier,
    )


def release(transaction: Transaction, settled: Letter) -> None:
    """Lets the next of the key have its turn, or lifts the barrier: the head, which this was, holds nothing up now."""
    if settled.barrier is None:
        return
    waiting = transaction.database[letters.COLLECTION].find_one_and_update(
        {"barrier": settled.barrier, "state": {"$in": letters.OPEN}, "_id": {"$ne": settled.id}},
        {"$set": {"due_at": transaction.now}},
        sort=[("offset", 1)],
        session=transaction.session,
    )
    if waiting is not None:
        _bar(transaction, settled.barrier)
    else:
        transaction.database[COLLECTION].delete_one({"_id": settled.barrier}, session=transaction.session)


def touch(transaction: Transaction, letter: Letter) -> None:
    """Writes the barrier of a letter that changes without being settled, so that a release at the moment conflicts."""
    if letter.barrier is not None:
        _bar(transaction, letter.barrier)


def _bar(transaction: Transaction, barrier: str) -> bool:
    """Writes the barrier; whether it was not there before."""
    try:
        before = transaction.database[COLLECTION].find_one_and_update(
            {"_id": barrier},
            {"$inc": {"writes": 1}, "$setOnInsert": {"at": transaction.now}},
            upsert=True,
            return_document=ReturnDocument.BEFORE,
            session=transaction.session,
        )
    except DuplicateKeyError as error:
        raise HandledElsewhere from error
    return before is None
