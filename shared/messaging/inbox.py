"""What has been handled already: message ids for effects, versions of keys for projections.

Both are written in the transaction of the effect. Two workers that handle the same message at once (a rebalance in the
middle of a batch) conflict on these rows, one aborts, reads anew and finds it done.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.contracts import registry
from shared.contracts.topic import DAY
from shared.messaging.envelope import Message
from shared.messaging.reactions import Reaction
from shared.storage.bulk import is_duplicate
from shared.storage.client import Document
from shared.storage.migrations import Index, existence

COLLECTION = "inbox"
VERSIONS = "inbox_versions"

INDEXES = (Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"), existence(VERSIONS))


_LONGEST = timedelta(days=400)
_SEGMENT_BY_DEFAULT = 7 * DAY


class HandledElsewhere(Exception):
    """Another worker committed one of these messages since this transaction looked: read anew."""


def row_id(reaction: Reaction, message: Message) -> str:
    """What makes a message the same one for this reaction: CloudEvents' (source, id), within its tenant."""
    return "\n".join((reaction.name, message.tenant, message.source, message.id))


def version_id(reaction: Reaction, message: Message) -> str:
    """The key whose version a projection follows."""
    return "\n".join((reaction.name, message.topic, message.key))


def known_ids(database: Database[Document], session: ClientSession, ids: Iterable[str]) -> set[str]:
    """Those of the ids that have an inbox row."""
    found = database[COLLECTION].find({"_id": {"$in": list(ids)}}, {"_id": 1}, session=session)
    return {row["_id"] for row in found}


def known_versions(database: Database[Document], session: ClientSession | None, ids: Iterable[str]) -> dict[str, int]:
    """The version each key was last applied at; keys never seen are left out."""
    found = database[VERSIONS].find({"_id": {"$in": list(ids)}}, session=session)
    return {row["_id"]: row["version"] for row in found}


def remember_ids(
    database: Database[Document], session: ClientSession, handled: Iterable[tuple[str, Message]], now: datetime
) -> None:
    """Writes the inbox rows, kept as long as the topic could deliver the message again. Raises HandledElsewhere."""
    rows = [{"_id": identifier, "expire_at": now + _kept(message.type)} for identifier, message in handled]
    if rows:
        with _duplicate_means_handled():
            database[COLLECTION].insert_many(rows, session=session)


def remember_versions(
    database: Database[Document],
    session: ClientSession,
    applied: Iterable[tuple[str, Message]],
    known: Collection[str],
) -> None:
    """Raises the versions, those `known` from what they are. Raises HandledElsewhere where another worker did so."""
    new: list[Document] = []
    raised: list[UpdateOne] = []
    for identifier, message in applied:
        state = {"version": message.version, "erased": message.data is None}
        if identifier in known:
            raised.append(UpdateOne({"_id": identifier, "version": {"$lt": message.version}}, {"$set": state}))
        else:
            new.append({"_id": identifier, **state})
    with _duplicate_means_handled():
        if new:
            database[VERSIONS].insert_many(new, session=session)
        if raised and database[VERSIONS].bulk_write(raised, session=session).matched_count != len(raised):
            raise HandledElsewhere


def raise_versions(
    database: Database[Document], session: ClientSession, applied: Iterable[tuple[str, Message, Message]]
) -> None:
    """Raises each version to the second message's, in one round trip, where it is below the first's or not known.

    For few of them: each is an upsert. Raises HandledElsewhere where one is known and not below.
    """
    raised = [
        UpdateOne(
            {"_id": identifier, "version": {"$lt": first.version}},
            {"$set": {"version": last.version, "erased": last.data is None}},
            upsert=True,
        )
        for identifier, first, last in applied
    ]
    with _duplicate_means_handled():  # what the filter does not find and is there all the same
        database[VERSIONS].bulk_write(raised, session=session)


@contextmanager
def _duplicate_means_handled() -> Iterator[None]:
    """Only here does a duplicate key mean a duplicate message; from any other statement it is the handler's fault."""
    try:
        yield
    except BulkWriteError as error:
        if is_duplicate(error):
            raise HandledElsewhere from error
        raise


@cache
def _kept(type_name: str) -> timedelta:
    topic = registry.get(type_name).topic
    if topic.retention_ms is None:
        return _LONGEST
    # The broker drops whole segments, so a message outlives its days by as long as its segment stays open.
    segment = timedelta(milliseconds=int(topic.config.get("segment.ms", _SEGMENT_BY_DEFAULT)))
    return timedelta(milliseconds=topic.retention_ms) + segment + timedelta(days=1)
