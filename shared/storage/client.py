"""The MongoDB client, configured once: majority writes, aware times, bounded waits."""

from typing import Any

from pymongo import MongoClient, WriteConcern
from pymongo.database import Database
from pymongo.read_concern import ReadConcern

from shared.settings import Settings
from shared.storage import tracing

Document = dict[str, Any]
"""A BSON document at the storage wall; services turn it into types of their own in `store.py`."""


def connect(settings: Settings, *, wait_seconds: float = 10.0) -> MongoClient[Document]:
    """A client that gives up finding a primary after `wait_seconds`.

    Connecting is lazy: an absent server shows at the first operation (`pymongo.errors.PyMongoError`).
    """
    return MongoClient(
        settings.mongodb_uri,
        tz_aware=True,
        appname="ithaca",
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=True,
        serverSelectionTimeoutMS=int(wait_seconds * 1000),
        connectTimeoutMS=int(wait_seconds * 1000),  # also: when a server that hangs is given up, with all that wait
        maxPoolSize=64,
        connect=False,
        event_listeners=tracing.listeners(),
    )


def database(client: MongoClient[Document], settings: Settings, service: str) -> Database[Document]:
    """The service's own database."""
    return client.get_database(
        settings.database_name(service),
        write_concern=WriteConcern(w="majority", j=True),
        read_concern=ReadConcern("majority"),
    )
