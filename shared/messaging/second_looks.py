"""What was done once is done again when no transaction that saw how things were before can be under way.

A change that reaches many documents, and new ones that are written meanwhile by who has not seen it, cannot meet at a
document of their own without making all of them wait. So there is one more look.
"""

from collections.abc import Callable
from datetime import timedelta

from pymongo.database import Database

from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "second_looks"
INDEXES = (Index(COLLECTION, (("due_at", 1),), name="due"),)

WHEN_NONE_IS_UNDER_WAY = timedelta(seconds=90)
"""MongoDB lets a transaction last 60 seconds (`transactionLifetimeLimitSeconds`)."""


class SecondLooks:
    """What is to be looked at again, by its id."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def after(self, transaction: Transaction, identifier: str) -> None:
        """Has it looked at again."""
        due = {"tenant": transaction.tenant, "due_at": transaction.now + WHEN_NONE_IS_UNDER_WAY}
        self._collection.replace_one({"_id": identifier}, due, upsert=True, session=transaction.session)

    def work(self, name: str, look: Callable[[Transaction, str], None]) -> DueWork:
        """The due work of it: `look` bears being repeated."""

        def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
            identifier = claimed.document["_id"]

            def work(transaction: Transaction) -> None:
                claimed.confirm(transaction.session)
                look(transaction, identifier)
                self._collection.delete_one({"_id": identifier}, session=transaction.session)

            unit_of_work.run(work, tenant=claimed.document["tenant"])

        return DueWork(name, COLLECTION, perform)
