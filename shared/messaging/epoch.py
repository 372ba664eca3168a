"""The restore epoch: what all versions that a service tells are raised by, once its database was put back.

Readers of a compacted topic, and whoever holds an `ETag`, know versions that a database restored from an older
snapshot has lost. Told again from there, changes would be passed over as old, and another state would go by a version
that is known already. So versions go out with the epoch added: the moment of the restore in milliseconds, which no
count of changes comes near, and which a later restore is above, from whichever snapshot. Documents keep their own.
"""

from datetime import datetime

from pymongo.database import Database

from shared.storage.client import Document
from shared.storage.migrations import existence

COLLECTION = "restores"
INDEXES = (existence(COLLECTION),)

_ID = "epoch"


def current(database: Database[Document]) -> int:
    """What versions are raised by; 0 for a database that was never put back."""
    found = database[COLLECTION].find_one({"_id": _ID})
    return 0 if found is None else int(found["epoch"])


def begin(database: Database[Document], now: datetime) -> int:
    """Begins the epoch of this moment, and returns it. Processes that run already go on with the one they know."""
    database[COLLECTION].update_one(
        {"_id": _ID}, {"$max": {"epoch": int(now.timestamp() * 1000)}, "$set": {"at": now}}, upsert=True
    )
    return current(database)
