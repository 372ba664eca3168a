"""Reports of members about members, with their evidence."""

from collections.abc import Collection, Mapping
from typing import Any

from pymongo.database import Database

from services.matching.domain.report import Report
from shared.storage import Document, Index, Repository

COLLECTION = "reports"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("reporter_id", 1), ("_id", 1)), name="reporter"),
    Index(COLLECTION, (("tenant", 1), ("reported_id", 1), ("_id", 1)), name="reported"),
    Index(COLLECTION, (("due_at", 1),), name="evidence_ends"),
)


class Reports(Repository[Report]):
    """Who is reported never reads one, whatever else they may read."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Report, "report")


def filed_by(member_ids: Collection[str]) -> Mapping[str, Any]:
    """The filter of what these ids have reported."""
    return {"reporter_id": {"$in": sorted(member_ids)}}


def not_about(member_ids: Collection[str]) -> Mapping[str, Any]:
    """The filter of what is about somebody else."""
    return {"reported_id": {"$nin": sorted(member_ids)}}
