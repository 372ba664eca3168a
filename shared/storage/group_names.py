"""What chapters and interest groups are called, in a service's own copy: for telling people which they must be in."""

from collections.abc import Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "group_names"
INDEXES = (existence(COLLECTION),)

_MOST_NAMED = 5


class GroupNames:
    """A projection of `groups.v1`; nothing is there until profiles have told of it."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def keep(self, session: ClientSession, tenant: str, group_id: str, name: str) -> None:
        """The name as it is now."""
        where = {"_id": group_id, "tenant": tenant}
        self._collection.replace_one(where, {"tenant": tenant, "name": name}, upsert=True, session=session)

    def any_of(self, tenant: str, group_ids: Sequence[str], session: ClientSession | None = None) -> str:
        """Some groups in words, for a sentence: `Chapter Milan, Chapter Rome or 3 other groups`."""
        where = {"_id": {"$in": list(group_ids)}, "tenant": tenant}
        known = {each["_id"]: each["name"] for each in self._collection.find(where, session=session)}
        named = [known[each] for each in group_ids if each in known][:_MOST_NAMED]
        if more := len(set(group_ids)) - len(named):
            other = "other " if named else ""
            named.append(f"one {other}group" if more == 1 else f"one of {more} {other}groups")
        return " or ".join(filter(None, (", ".join(named[:-1]), named[-1])))
