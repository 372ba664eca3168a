"""The numbers that each association goes by, in a service's own copy."""

from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.contracts.defaults import DEFAULTS, known_numbers
from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "association_defaults"
INDEXES = (existence(COLLECTION),)


class AssociationDefaults:
    """A projection of `associations.v1`: of what an association says, the numbers."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def keep(self, session: ClientSession, tenant: str, association_id: str, said: Mapping[str, Any]) -> None:
        """What it says now; names and numbers that this version does not know are left out."""
        where = {"_id": association_id, "tenant": tenant}
        kept = {"tenant": tenant, "numbers": known_numbers(said)}
        self._collection.replace_one(where, kept, upsert=True, session=session)

    def of(self, tenant: str, session: ClientSession | None = None) -> Mapping[str, int]:
        """Every number by name: the association's own, else what holds for all."""
        found = self._collection.find_one({"_id": tenant, "tenant": tenant}, session=session)
        return {name: each.value for name, each in DEFAULTS.items()} | (found["numbers"] if found else {})
