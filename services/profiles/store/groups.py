"""The chapters and interest groups."""

from collections.abc import Sequence
from typing import Any

from pymongo.database import Database

from services.profiles.domain.group import Group, searched
from shared.storage import Repository
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "groups"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="list"),
    Index(COLLECTION, (("tenant", 1), ("terms", 1), ("_id", 1)), name="search"),
)


class Groups(Repository[Group]):
    """One document a group; beside the group it has `terms`, what the group is found by."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Group, "group")

    def search(
        self, tenant: str, *, text: str, kind: str | None, archived: bool | None, limit: int, after: str | None
    ) -> Sequence[Group]:
        """Those that are all of it, in order of id."""
        where: dict[str, Any] = {}
        if text.strip():
            where["terms"] = {"$all": list(searched(text))}
        if kind is not None:
            where["kind"] = kind
        if archived is not None:
            where["archived"] = archived
        return self.page(tenant, where, limit=limit, after=after)

    def _to_document(self, aggregate: Group) -> Document:
        return {**super()._to_document(aggregate), "terms": list(aggregate.terms)}
