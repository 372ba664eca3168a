"""Skills in words that have no id yet, wherever they are kept: read by a pass over everything, now and then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from services.profiles.domain.member import Skill
from services.profiles.store import members, registrations
from shared.storage.client import Document


@dataclass(frozen=True, slots=True)
class Place:
    """A member or a registration, and the skills it has."""

    tenant: str
    id: str
    skills: tuple[Skill, ...]


class FreeLabels:
    """Pages of up to `limit` places, in the order of their ids."""

    def __init__(self, database: Database[Document]) -> None:
        self._members = database[members.COLLECTION]
        self._registrations = database[registrations.COLLECTION]

    def members(self, tenant: str | None) -> int:
        """How many members have such skills."""
        return self._members.count_documents(_where("skills", tenant))

    def of_members(self, tenant: str | None, limit: int) -> Iterator[Sequence[Place]]:
        return _pages(self._members, "skills", tenant, limit)

    def of_records(self, tenant: str | None, limit: int) -> Iterator[Sequence[Place]]:
        return _pages(self._registrations, "told.skills", tenant, limit)


def _pages(collection: Collection[Document], field: str, tenant: str | None, limit: int) -> Iterator[Sequence[Place]]:
    where = _where(field, tenant)
    while page := [
        Place(document["tenant"], document["_id"], tuple(Skill(**skill) for skill in _at(document, field)))
        for document in collection.find(where, {"tenant": 1, field: 1}).sort("_id", ASCENDING).limit(limit)
    ]:
        yield page
        where["_id"] = {"$gt": page[-1].id}


def _where(field: str, tenant: str | None) -> Document:
    free: Document = {field: {"$elemMatch": {"id": None}}}
    return free if tenant is None else {**free, "tenant": tenant}


def _at(document: Document, field: str) -> Any:
    found: Any = document
    for name in field.split("."):
        found = found[name]
    return found
