"""Writing many aggregates at once, where one at a time would be a round trip each."""

from collections.abc import Collection, Sequence

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError

from shared.errors import PreconditionFailed
from shared.storage.client import Document
from shared.storage.repository import A, Repository

_DUPLICATE_KEY = 11000


def is_duplicate(error: BulkWriteError) -> bool:
    """Whether a unique index refused any of it."""
    return any(each["code"] == _DUPLICATE_KEY for each in error.details["writeErrors"])


def insert_new(collection: MongoCollection[Document], documents: Sequence[Document]) -> Sequence[int]:
    """Inserts them outside any transaction, each for itself; the places of those that a unique index refused.

    What it has returned of is there for good. Raises pymongo's BulkWriteError for whatever else goes wrong.
    """
    if not documents:
        return ()
    try:
        collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        refused = error.details["writeErrors"]
        if error.details["writeConcernErrors"] or any(each["code"] != _DUPLICATE_KEY for each in refused):
            raise
        return [each["index"] for each in refused]
    return ()


class BulkRepository(Repository[A]):
    """A repository that writes any number of aggregates in two statements."""

    def write(self, session: ClientSession, changes: Collection[tuple[A | None, A]]) -> None:
        """Writes each over what it was read as; None is a new one.

        Raises pymongo's DuplicateKeyError where a unique index refuses the only new one, its BulkWriteError where it
        refuses one of many, and PreconditionFailed where another writer came first.
        """
        new = [self._to_document(after) for before, after in changes if before is None]
        changed = [self._change(before, after) for before, after in changes if before is not None]
        if len(new) == 1:
            self.collection.insert_one(new[0], session=session)
        elif new:
            self.collection.insert_many(new, session=session)
        if changed and self.collection.bulk_write(changed, session=session).matched_count != len(changed):
            raise PreconditionFailed(f"A {self._name} was changed in the meantime: read it again.")

    def _alike(self, aggregate: A) -> Document:
        """The document of one of many that are alike but for a few fields: what it holds is encoded once for all."""
        document = self._to_document(aggregate)
        return {
            name: RawBSONDocument(encode(value)) if isinstance(value, dict) else value
            for name, value in document.items()
        }

    def _change(self, before: A, after: A) -> UpdateOne:
        """Sets what is another now: replacing the whole takes the server twice as long, for all of its indexes."""
        was, now = self._to_document(before), self._to_document(after)
        return UpdateOne(
            {"_id": after.id, "tenant": after.tenant, "version": before.version},
            {"$set": {name: value for name, value in now.items() if was[name] != value}},
            hint="_id_",  # else it weighs each index that begins with the tenant
        )
