"""Writing many aggregates at once, where one at a time would be a round trip each."""

from collections.abc import Collection

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from shared.errors import PreconditionFailed
from shared.storage.repository import A, Repository

_DUPLICATE_KEY = 11000


def is_duplicate(error: BulkWriteError) -> bool:
    """Whether a unique index refused any of it."""
    return any(each["code"] == _DUPLICATE_KEY for each in error.details["writeErrors"])


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

    def _change(self, before: A, after: A) -> UpdateOne:
        """Sets what is another now: replacing the whole takes the server twice as long, for all of its indexes."""
        was, now = self._to_document(before), self._to_document(after)
        return UpdateOne(
            {"_id": after.id, "tenant": after.tenant, "version": before.version},
            {"$set": {name: value for name, value in now.items() if was[name] != value}},
            hint="_id_",  # else it weighs each index that begins with the tenant
        )
