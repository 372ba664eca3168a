"""Announcing again what is so now, for readers who need more than the log still has.

A snapshot is a new message with the full state at the version that the aggregate has: who knows that version passes it
over, who knows nothing gets it all. Each is left in a transaction that holds the aggregate, so that it and a change
conflict: the snapshot lies in the outbox before any newer version, or tells of the newer version itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.client import Document

_AT_ONCE = 50
"""In one transaction: it runs again as a whole when one of them is changed meanwhile."""

NO_TENANT = ""

AnnounceAgain = Callable[[Transaction, str], bool]
"""Publishes the aggregate of that id `again`, holding it; False where the world does not know of it."""

Progress = Callable[[int, int], None]
"""Told how many documents are done, and about how many there are."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that a service owns on one compacted topic: one a document of the collection."""

    topic: str
    collection: str
    announce_again: AnnounceAgain


def announce(unit_of_work: UnitOfWork, facts: Facts, progress: Progress) -> int:
    """Leaves a snapshot of each for the relay, in order of their ids; how many.

    Broken off, it is begun again: what is told once more changes nothing. What is made meanwhile announces itself.
    """
    collection = unit_of_work.database[facts.collection]
    cause = Cause(correlation_id=new_id())
    total = collection.estimated_document_count()
    told, done, after = 0, 0, None
    while True:
        behind: Document = {} if after is None else {"_id": {"$gt": after}}
        page = list(collection.find(behind, {"tenant": 1}).sort("_id", 1).limit(_AT_ONCE))
        if not page:
            return told
        told += unit_of_work.run(_all_of(facts, page), tenant=NO_TENANT, cause=cause)
        done, after = done + len(page), page[-1]["_id"]
        progress(done, max(total, done))


def _all_of(facts: Facts, page: Sequence[Document]) -> Callable[[Transaction], int]:
    def work(transaction: Transaction) -> int:
        return sum(
            facts.announce_again(transaction.within(tenant=each["tenant"], cause=transaction.cause), each["_id"])
            for each in page
        )

    return work
