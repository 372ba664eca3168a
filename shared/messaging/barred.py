"""Barred keys: a row that the broker refuses for good stops the later ones of its key, and nothing else.

The refused row is marked, and the rows behind it are set aside, out of the way of every claim. A writer of messages
knows nothing of this: its new rows are set aside when a relay meets them. Setting aside and lifting the bar both write
the barred row, so that they cannot miss each other and leave a row that waits for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from shared.errors import NotFound
from shared.messaging import outbox
from shared.messaging.outbox import Place, place_of
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import Index

_LONGEST_REASON = 500

INDEXES = (
    Index(
        outbox.COLLECTION,
        (("slot", 1), ("topic", 1), ("key", 1)),
        partial={"barred": {"$exists": True}},
        name="barred",
    ),
    Index(outbox.COLLECTION, (("topic", 1), ("key", 1)), partial={"behind": True}, name="behind"),
)


class NotBarred(Exception):
    """The bar was lifted meanwhile: what was to be set aside may be sent."""


@dataclass(frozen=True, slots=True)
class BarredRow:
    """A message that the broker refused, as it is shown; `behind` counts the later ones of its key set aside so far."""

    id: str
    topic: str
    key: str
    type: str | None
    reason: str
    since: datetime
    behind: int


def where(slot: int) -> dict[str, Any]:
    """The query for the slot's barred rows."""
    return {"slot": slot, "barred": {"$exists": True}}


def standing(
    rows: Collection[Document], session: ClientSession, slot: int, places: Iterable[Place]
) -> dict[Place, str]:
    """Those of the keys that are barred, each with the id of the row that bars it."""
    found = rows.find({**where(slot), **outbox.one_of(places)}, {"topic": 1, "key": 1}, session=session)
    return {place_of(row): row["_id"] for row in found}


def bar(database: Database[Document], session: ClientSession, row: Document, reason: str, now: datetime) -> None:
    """Bars the row's key; the caller confirms its lease in the same transaction."""
    database[outbox.COLLECTION].update_one(
        {"_id": row["_id"], "pending": True},
        {
            "$set": {"barred": {"reason": reason[:_LONGEST_REASON], "since": now, "set_aside": 0}},
            "$unset": {"pending": ""},
        },
        session=session,
    )


def set_aside(
    database: Database[Document], session: ClientSession, bars: Sequence[str], behind: Sequence[Document]
) -> None:
    """Takes rows behind these bars out of the claims' way. Raises NotBarred where one of the bars is gone."""
    rows = database[outbox.COLLECTION]
    touched = rows.update_many(
        {"_id": {"$in": list(bars)}, "barred": {"$exists": True}}, {"$inc": {"barred.set_aside": 1}}, session=session
    )
    if touched.matched_count != len(bars):
        raise NotBarred
    rows.update_many(
        {"_id": {"$in": [row["_id"] for row in behind]}, "pending": True},
        {"$set": {"behind": True}, "$unset": {"pending": ""}},
        session=session,
    )


def listed(database: Database[Document], *, limit: int, after: str | None = None) -> list[BarredRow]:
    """Up to `limit` barred rows, oldest first, those behind the id `after`."""
    rows = database[outbox.COLLECTION]
    found = rows.find({"barred": {"$exists": True}, "_id": {"$gt": after or ""}}, {"value": 0}).sort("_id", 1)
    return [_shown(rows, row) for row in found.limit(limit)]


def try_again(transaction: Transaction, identifier: str) -> None:
    """Lifts the bar: the row is sent again, and those behind it after it. Raises NotFound where it is not barred."""
    _lift(transaction, identifier, {"$set": {"pending": True}, "$unset": {"barred": ""}})


def drop(transaction: Transaction, identifier: str) -> None:
    """Gives the message up for good and lets those behind it go. Raises NotFound where it is not barred.

    What it carried is gone at once; that it was dropped, and when, is kept as long as the place of a message sent.
    """
    change = {
        "$set": {"dropped_at": transaction.now, "expire_at": transaction.now + outbox.KEPT_AFTER_SETTLING},
        "$unset": {"barred": "", "value": "", "headers": ""},
    }
    _lift(transaction, identifier, change)


def _lift(transaction: Transaction, identifier: str, change: Document) -> None:
    rows = transaction.database[outbox.COLLECTION]
    lifted = rows.find_one_and_update(
        {"_id": identifier, "barred": {"$exists": True}},
        change,
        {"topic": 1, "key": 1},
        session=transaction.session,
    )
    if lifted is None:
        raise NotFound("barred message", identifier)
    rows.update_many(
        {"topic": lifted["topic"], "key": lifted["key"], "behind": True},
        {"$set": {"pending": True}, "$unset": {"behind": ""}},
        session=transaction.session,
    )


def _shown(rows: Collection[Document], row: Document) -> BarredRow:
    headers = dict(row["headers"])
    return BarredRow(
        id=row["_id"],
        topic=row["topic"],
        key=row["key"],
        type=headers["ce_type"].decode(errors="replace") if headers.get("ce_type") else None,
        reason=row["barred"]["reason"],
        since=row["barred"]["since"],
        behind=rows.count_documents({"topic": row["topic"], "key": row["key"], "behind": True}),
    )
