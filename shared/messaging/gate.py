"""The gate of a projection: closed while its rebuilt copy takes the place of the old one.

A worker writes the gate of its partition in the transaction of the projection, so that it and the closing conflict:
once all gates are closed, nothing more can be committed to the old copy. One document a partition, because a partition
has one worker at a time and workers must not wait for each other.

A rebuild that dies leaves its gates closed until its lease ends. Whoever finds them so then takes the lease, which
shuts that rebuild out for good, drops what it left, and only then opens them: should it wake up, it finds nothing to
put in the place of the old copy.
"""

from collections.abc import Collection, Iterable

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.errors import Unavailable
from shared.ids import new_id
from shared.messaging import lease, shadow
from shared.messaging.lease import Lease
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import Index, existence
from shared.telemetry import logs

COLLECTION = "projection_gates"
INDEXES: tuple[Index, ...] = (existence(COLLECTION),)

LEASE_SECONDS = 20.0

_log = logs.logger(__name__)

Place = tuple[str, int]
"""A topic, without prefix, and a partition."""


class GateClosed(Unavailable):
    """The projection is being swapped at this moment; the message is handled as soon as that is over."""


def acquire(database: Database[Document], reaction: str) -> Lease | None:
    """The right to rebuild, with nothing left of who had it before; None while another rebuild is at it."""
    held = lease.acquire(database[lease.COLLECTION], f"rebuild/{reaction}", new_id(), LEASE_SECONDS)
    if held is not None:
        shadow.drop_leftovers(database, reaction)
        _open(database, reaction)
    return held


def pass_through(transaction: Transaction, reaction: str, places: Collection[Place]) -> None:
    """Called in the transaction of a projection. Raises GateClosed: it opens by itself."""
    for place in sorted(places):
        try:
            transaction.database[COLLECTION].update_one(
                {"_id": _id(reaction, place), "closed": False},
                {"$inc": {"passed": 1}, "$setOnInsert": {"reaction": reaction}},
                upsert=True,
                session=transaction.session,
            )
        except DuplicateKeyError as error:  # it is there, and closed, or was made at this moment
            _look_after(transaction.database, reaction)
            raise GateClosed(f"The projection {reaction} is being swapped for a rebuilt one.") from error


def close(
    session: ClientSession, held: Lease, database: Database[Document], reaction: str, places: Iterable[Place]
) -> None:
    """Closes the gates in the caller's transaction. Raises LeaseLost."""
    held.confirm(session)
    closing = [
        UpdateOne(
            {"_id": _id(reaction, place)},
            {"$set": {"reaction": reaction, "closed": True}, "$inc": {"passed": 1}},
            upsert=True,
        )
        for place in places
    ]
    database[COLLECTION].bulk_write(closing, session=session)


def reopen(session: ClientSession, held: Lease, database: Database[Document], reaction: str) -> None:
    """Opens them again in the caller's transaction. Raises LeaseLost: then somebody else has opened them."""
    held.confirm(session)
    database[COLLECTION].update_many({"reaction": reaction}, {"$set": {"closed": False}}, session=session)


def _look_after(database: Database[Document], reaction: str) -> None:
    """Opens gates that a dead rebuild left closed."""
    if database[COLLECTION].find_one({"reaction": reaction, "closed": True}) is None:
        return
    held = acquire(database, reaction)
    if held is not None:
        _log.warning("gates_of_dead_rebuild_opened", reaction=reaction)
        held.release()


def _open(database: Database[Document], reaction: str) -> None:
    database[COLLECTION].update_many({"reaction": reaction}, {"$set": {"closed": False}})


def _id(reaction: str, place: Place) -> str:
    topic, partition = place
    return f"{reaction}\n{topic}\n{partition}"
