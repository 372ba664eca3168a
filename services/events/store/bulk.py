"""Reading and writing many at once, where one at a time would be a round trip each."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.events.domain.registration import Origin
from shared.errors import PreconditionFailed
from shared.storage import Document, Repository
from shared.storage.repository import A

_LAST_CHARACTER = "\U0010ffff"


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


def beginnings(origins: Iterable[Origin], field: str) -> list[Document]:
    """The alternatives that find what has, in that field, an id that begins as one of these does, at the same event."""
    return [
        {
            f"{field}.source": origin.source,
            f"{field}.source_event_id": origin.source_event_id,
            f"{field}.source_registration_id": {
                "$gte": origin.source_registration_id,
                "$lt": f"{origin.source_registration_id}{_LAST_CHARACTER}",
            },
        }
        for origin in origins
    ]


def alternatives(origins: Iterable[Origin], field: str) -> list[Document]:
    """The alternatives (`$or`) that find what has one of the origins in that field; the unique index serves them."""
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for origin in origins:
        places[origin.source, origin.source_event_id].append(origin.source_registration_id)
    return [
        {
            f"{field}.source": source,
            f"{field}.source_event_id": source_event_id,
            f"{field}.source_registration_id": {"$in": ids},
        }
        for (source, source_event_id), ids in places.items()
    ]
