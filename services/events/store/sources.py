"""Sources by id and by the name that their records carry."""

from collections.abc import Collection

from pymongo.client_session import ClientSession

from services.events.domain.source import Source
from shared.storage import Repository

COLLECTION = "sources"


class Sources(Repository[Source]):
    """What each tenant configured; one of a name, by a unique index."""

    def anywhere(self, source_id: str) -> Source | None:
        """The source of whichever tenant: a hook carries no token, its address says whose it is."""
        found = self.collection.find_one({"_id": source_id})
        return None if found is None else self.from_document(found)

    def delete(self, session: ClientSession, tenant: str, source_id: str) -> None:
        """It is configured no longer."""
        self.collection.delete_one({"_id": source_id, "tenant": tenant}, session=session)

    def configured(self, session: ClientSession, tenant: str, names: Collection[str]) -> set[str]:
        """Those of the names that are names of the tenant's sources."""
        where = {"tenant": tenant, "name": {"$in": list(names)}}
        return {each["name"] for each in self.collection.find(where, {"name": 1}, session=session)}
