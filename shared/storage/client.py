"""The MongoDB client, configured once: majority writes, aware times, bounded waits."""

from typing import Any

from pymongo import MongoClient, WriteConcern
from pymongo.database import Database
from pymongo.errors import ConfigurationError
from pymongo.read_concern import ReadConcern

from shared.settings import Settings, SettingsError
from shared.storage import tracing

Document = dict[str, Any]
"""A BSON document at the storage wall; services turn it into types of their own in `store.py`."""


def connect(settings: Settings, *, wait_seconds: float = 10.0) -> MongoClient[Document]:
    """A client that gives up finding a primary after `wait_seconds`.

    Connecting is lazy: an absent server shows at the first operation (`pymongo.errors.PyMongoError`). Raises
    SettingsError where the driver does not take the address.
    """
    try:
        return _client(settings.mongodb_uri, int(wait_seconds * 1000))
    except (ConfigurationError, ValueError):  # their texts may quote what was meant to be a password
        raise SettingsError(
            "MONGODB_URI is no address that the driver takes: mongodb://[user:password@]host:port/?replicaSet=NAME. "
            "In user and password, / : @ and % are percent-encoded."
        ) from None


def _client(uri: str, wait_ms: int) -> MongoClient[Document]:
    return MongoClient(
        uri,
        tz_aware=True,
        appname="ithaca",
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=True,
        serverSelectionTimeoutMS=wait_ms,
        connectTimeoutMS=wait_ms,  # also: when a server that hangs is given up, with all that wait
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
