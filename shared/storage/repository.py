"""Aggregates: frozen dataclasses with a tenant and a version, kept one to a document."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import cattrs
from pymongo import ASCENDING, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.errors import NotFound, PreconditionFailed
from shared.storage.client import Document


class Aggregate(Protocol):
    """What a repository keeps: a frozen dataclass with these fields and any others."""

    @property
    def id(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...


A = TypeVar("A", bound=Aggregate)

converter = cattrs.Converter(omit_if_default=False, forbid_extra_keys=False)
converter.register_structure_hook(datetime, lambda value, _: value)
converter.register_unstructure_hook(datetime, lambda value: value)


class Repository(Generic[A]):
    """Reads and writes one kind of aggregate; the tenant is part of every key.

    Nothing here is read and then written: `save` replaces the document only where the version is still the one the
    aggregate was read at.
    """

    def __init__(self, collection: Collection[Document], kind: type[A], name: str) -> None:
        self.collection = collection
        self._kind = kind
        self._name = name

    def insert(self, session: ClientSession, aggregate: A) -> None:
        """Writes a new one. Raises pymongo's DuplicateKeyError where a unique index refuses it."""
        self.collection.insert_one(self._to_document(aggregate), session=session)

    def get(self, tenant: str, identifier: str, session: ClientSession | None = None) -> A:
        """The one with this id. Raises NotFound where this tenant has none."""
        found = self.find(tenant, identifier, session)
        if found is None:
            raise NotFound(self._name, identifier)
        return found

    def find(self, tenant: str, identifier: str, session: ClientSession | None = None) -> A | None:
        """The one with this id, or None."""
        return self.find_where(tenant, {"_id": identifier}, session)

    def find_where(self, tenant: str, where: Mapping[str, Any], session: ClientSession | None = None) -> A | None:
        """Any one that matches the filter, or None."""
        document = self.collection.find_one({**where, "tenant": tenant}, session=session)
        return None if document is None else self.from_document(document)

    def hold(self, session: ClientSession, tenant: str, identifier: str) -> A | None:
        """The one with this id, unchanged, or None; it and every other change of it conflict, as two changes would."""
        document = self.collection.find_one_and_update(
            {"_id": identifier, "tenant": tenant},
            {"$inc": {"held": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else self.from_document(document)

    def save(self, session: ClientSession, aggregate: A) -> A:
        """Writes a changed one over the version it was read at; returns it with the next version.

        Raises PreconditionFailed where another writer came first (inside a transaction the database usually tells
        that earlier, as a transient conflict, and the work runs again).
        """
        saved = dataclasses.replace(aggregate, version=aggregate.version + 1)  # type: ignore[type-var]
        result = self.collection.replace_one(
            {"_id": aggregate.id, "tenant": aggregate.tenant, "version": aggregate.version},
            self._to_document(saved),
            session=session,
        )
        if result.matched_count != 1:
            raise self._changed(aggregate)
        return saved

    def save_claimed(self, session: ClientSession, aggregate: A) -> A:
        """As `save`, for whoever has claimed it as due work: the claim stays on it."""
        saved = dataclasses.replace(aggregate, version=aggregate.version + 1)  # type: ignore[type-var]
        document = self._to_document(saved)
        where = {"_id": document.pop("_id"), "tenant": aggregate.tenant, "version": aggregate.version}
        if self.collection.update_one(where, {"$set": document}, session=session).matched_count != 1:
            raise self._changed(aggregate)
        return saved

    def _changed(self, aggregate: A) -> PreconditionFailed:
        return PreconditionFailed(f"The {self._name} {aggregate.id} was changed in the meantime: read it again.")

    def page(
        self,
        tenant: str,
        where: Mapping[str, Any],
        *,
        limit: int,
        after: str | None = None,
        session: ClientSession | None = None,
    ) -> Sequence[A]:
        """Up to `limit` in order of id, those behind `after` only: the order of creation, stable under inserts."""
        query: Document = {"$and": [{"tenant": tenant}, dict(where)]}
        if after is not None:
            query["$and"].append({"_id": {"$gt": after}})
        cursor = self.collection.find(query, session=session).sort("_id", ASCENDING).limit(limit)
        return [self.from_document(document) for document in cursor]

    def from_document(self, document: Document) -> A:
        """The aggregate a stored document stands for."""
        fields = dict(document)
        fields["id"] = fields.pop("_id")
        return converter.structure(fields, self._kind)

    def _to_document(self, aggregate: A) -> Document:
        document: Document = converter.unstructure(aggregate)
        return {"_id": document.pop("id"), **document}
