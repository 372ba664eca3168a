"""A database put aside and put back: as `mongodump --oplog` and `mongorestore --oplogReplay`, with pymongo alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import Timestamp
from pymongo import IndexModel, MongoClient
from pymongo.database import Database

_ENTRY = ("op", "ns", "o", "o2")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Documents and indexes by collection, and the last operation before they were read."""

    name: str
    documents: dict[str, list[Any]]
    indexes: dict[str, list[IndexModel]]
    at: Timestamp

    def put_back(self, client: MongoClient[Any], entries: list[Any] | None = None) -> None:
        """The database as it was, or with these operations of later applied."""
        client.drop_database(self.name)
        database = client[self.name]
        for name, documents in self.documents.items():
            database.create_collection(name)
            if self.indexes[name]:
                database[name].create_indexes(self.indexes[name])
            if documents:
                database[name].insert_many(documents)
        for entry in entries or ():
            client.admin.command("applyOps", [entry], alwaysUpsert=False)


def take(database: Database[Any]) -> Snapshot:
    """Of one moment where nobody writes meanwhile; else of none, until what was written since `at` is applied to it."""
    at = last_operation(database.client)
    names = sorted(database.list_collection_names())
    documents = {name: list(database[name].find()) for name in names}
    return Snapshot(database.name, documents, {name: _indexes(database, name) for name in names}, at)


def last_operation(client: MongoClient[Any]) -> Timestamp:
    """When the server wrote last."""
    [last] = client.local["oplog.rs"].find().sort("$natural", -1).limit(1)
    found: Timestamp = last["ts"]
    return found


def operations_since(client: MongoClient[Any], snapshot: Snapshot, until: Timestamp | None = None) -> list[Any]:
    """What was written to the snapshot's database since, transactions taken apart, ready to be applied again.

    `until`: the last operation that counts.
    """
    when = {"$gt": snapshot.at} | ({} if until is None else {"$lte": until})
    found = client.local["oplog.rs"].find({"ts": when}).sort("$natural", 1)
    return [
        {name: each[name] for name in _ENTRY if name in each}
        for entry in found
        for each in _single(entry)
        if each["ns"].startswith(f"{snapshot.name}.")
    ]


def _single(entry: Any) -> Iterator[Any]:
    inner = entry["o"].get("applyOps") if entry["op"] == "c" else None
    if inner is None:
        yield entry
    else:
        yield from inner


def _indexes(database: Database[Any], name: str) -> list[IndexModel]:
    found = database[name].index_information()
    return [
        IndexModel(
            list(each.pop("key")), name=title, **{key: value for key, value in each.items() if key not in ("v", "ns")}
        )
        for title, each in found.items()
        if title != "_id_"
    ]
