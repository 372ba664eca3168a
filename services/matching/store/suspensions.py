"""Members who are, or were just now, suspended: what is to be done about it, and that there is something to undo."""

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.messaging.second_looks import WHEN_NONE_IS_UNDER_WAY
from shared.messaging.unit_of_work import Transaction
from shared.storage import Document, Index

COLLECTION = "suspensions"
INDEXES = (Index(COLLECTION, (("due_at", 1),), name="due"),)


class Suspensions:
    """A document for each such member, from the suspension until all that it stopped goes on again.

    `due_at` is when a worker must look at the member. It is no copy: it remembers what was done, and no rebuild makes
    it anew. Who tells of the member and who works on it write the same document, so that neither misses the other.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def look(self, transaction: Transaction, member_id: str) -> None:
        """Has the member looked at, now and once more when no transaction that saw them as they were is under way."""
        self._collection.update_one(*self._due(transaction, member_id), upsert=True, session=transaction.session)

    def look_if_known(self, transaction: Transaction, member_id: str) -> None:
        """The same for a member with something to undo, and nothing for all others."""
        self._collection.update_one(*self._due(transaction, member_id), session=transaction.session)

    def once_more(self, transaction: Transaction, member_id: str) -> bool:
        """Puts off to the second look; False where this was the second one."""
        where = {"_id": member_id, "tenant": transaction.tenant, "looked": False}
        change = {"$set": {"looked": True, "due_at": transaction.now + WHEN_NONE_IS_UNDER_WAY}}
        return self._collection.update_one(where, change, session=transaction.session).matched_count == 1

    def rest(self, transaction: Transaction, member_id: str) -> None:
        """Nothing more to do until the member is told of again."""
        where = {"_id": member_id, "tenant": transaction.tenant}
        self._collection.update_one(where, {"$unset": {"due_at": ""}}, session=transaction.session)

    def forget(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """The member is back, or gone for good."""
        self._collection.delete_one({"_id": member_id, "tenant": tenant}, session=session)

    @staticmethod
    def _due(transaction: Transaction, member_id: str) -> tuple[Document, Document]:
        where = {"_id": member_id, "tenant": transaction.tenant}
        return where, {"$set": {"due_at": transaction.now, "looked": False}}
