"""How far a service's outbox is behind, for whoever watches it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from shared.messaging import outbox
from shared.storage.client import Document


@dataclass(frozen=True, slots=True)
class Backlog:
    """`pending` messages are on their way; `behind` counts those that wait behind `barred` ones."""

    pending: int
    barred: int
    behind: int
    oldest_seconds: Mapping[int, float]
    """The age of the oldest pending message of each slot; 0 where nothing is pending."""


def read(database: Database[Document], now: datetime) -> Backlog:
    """The backlog of the service whose database this is."""
    rows = database[outbox.COLLECTION]
    return Backlog(
        pending=sum(rows.count_documents({"slot": slot, "pending": True}) for slot in range(outbox.SLOTS)),
        barred=rows.count_documents({"barred": {"$exists": True}}),
        behind=rows.count_documents({"behind": True}),
        oldest_seconds={slot: oldest_seconds(database, slot, now) for slot in range(outbox.SLOTS)},
    )


def oldest_seconds(database: Database[Document], slot: int, now: datetime) -> float:
    """How long the slot's oldest pending message has waited; 0 where nothing is pending."""
    oldest = database[outbox.COLLECTION].find_one({"slot": slot, "pending": True}, {"created_at": 1}, sort=[("_id", 1)])
    return 0.0 if oldest is None else max(0.0, (now - oldest["created_at"]).total_seconds())
