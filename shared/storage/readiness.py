"""Whether the database answers, for who asks whether a process is ready."""

import pymongo
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.storage.client import Document
from shared.telemetry.logs import logger

_PATIENCE = 1.0

_log = logger(__name__)


def answers(database: Database[Document]) -> bool:
    """Whether it does so within a second."""
    try:
        with pymongo.timeout(_PATIENCE):
            database.command("ping")
    except PyMongoError as error:
        _log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True
