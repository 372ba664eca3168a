"""Indexes, declared beside the collections they serve, and reference data: made and checked by `ithaca migrate`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.storage.client import Document

_NO_SUCH_INDEX = 27


@dataclass(frozen=True, slots=True)
class Index:
    """One index: its collection, its keys as (field, 1 | -1 | "text"), and pymongo's options."""

    collection: str
    keys: Sequence[tuple[str, int | str]]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after_seconds: int | None = None
    name: str = field(default="")
    replaces: str = ""
    """The name of an index of an earlier version that would refuse what this version writes: it goes."""

    def title(self) -> str:
        """The index's name on the server; it is how an index is recognized."""
        return self.name or "_".join(f"{key}_{direction}" for key, direction in self.keys)

    def model(self) -> IndexModel:
        options: dict[str, Any] = {"name": self.title()}
        if self.unique:
            options["unique"] = True
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.expire_after_seconds is not None:
            options["expireAfterSeconds"] = self.expire_after_seconds
        return IndexModel(list(self.keys), **options)


def existence(collection: str) -> Index:
    """For a collection that needs no index of its own: it is there before its first transaction.

    Of two first transactions that would each create it, one is told of a duplicate key instead of a conflict, and
    fails where it should have run again.
    """
    return Index(collection, (("_id", 1),), name="_id_")


@dataclass(frozen=True, slots=True)
class Seed:
    """Reference data that a service ships with and keeps in its database; `ithaca migrate` brings what is shipped.

    `is_there` tells whether the database has it as shipped; `bring` makes it so, also where others do at once.
    """

    name: str
    is_there: Callable[[], bool]
    bring: Callable[[], None]


class MigrationError(Exception):
    """An index cannot be made as declared; the message names it and the server's reason."""


def missing(database: Database[Document], indexes: Sequence[Index]) -> list[Index]:
    """The declared indexes that the database does not have, by name, or beside those that they replace."""
    present: dict[str, set[str]] = {}
    for index in indexes:
        if index.collection not in present:
            present[index.collection] = set(database[index.collection].index_information())
    return [
        index
        for index in indexes
        if index.title() not in present[index.collection] or index.replaces in present[index.collection]
    ]


def migrate(database: Database[Document], indexes: Sequence[Index]) -> list[Index]:
    """Makes what is missing and returns it; running it again, or twice at once, changes nothing.

    What an index replaces goes once that is there: an earlier version that still writes finds one of the two always.
    Raises MigrationError where an index of that name exists with other options or the data refuses it.
    """
    made = missing(database, indexes)
    for index in indexes:
        try:
            database[index.collection].create_indexes([index.model()])
        except OperationFailure as error:
            raise MigrationError(f"{database.name}.{index.collection}, index {index.title()}: {error}") from error
        if index.replaces:
            _drop(database[index.collection], index.replaces)
    return made


def _drop(collection: Collection[Document], name: str) -> None:
    try:
        collection.drop_index(name)
    except OperationFailure as error:
        if error.code != _NO_SUCH_INDEX:
            raise
