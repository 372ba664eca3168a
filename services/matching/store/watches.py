"""Watches: one for each mentorship, due whenever the mentorship changes or a rule can fire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.health import NEW, HealthState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program_sweep import ProgramSweep
from services.matching.domain.watch import Step, Watch, watch_id
from services.matching.store.making_due import make_due
from shared.storage import Document, Index, Repository
from shared.storage.repository import converter

COLLECTION = "watches"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("state", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), name="due"),
)


class Watches(Repository[Watch]):
    """They name nobody: whose a mentorship is, the mentorship says."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Watch, "watch")

    def look_again(self, session: ClientSession, mentorship: Mentorship) -> None:
        """Makes it due with the change in hand: whoever changes a mentorship need not know what health goes by."""
        now = mentorship.updated_at
        first = {
            "tenant": mentorship.tenant,
            "version": 1,
            "updated_at": now,
            "mentorship_id": mentorship.id,
            "program_id": mentorship.program_id,
            "told": converter.unstructure(NEW),
            "step": Step.NONE.value,
        }
        self.collection.update_one(
            {"_id": watch_id(mentorship.id)},
            {"$set": {"due_at": now}, "$setOnInsert": first},
            upsert=True,
            session=session,
        )

    def look_at_some(
        self, session: ClientSession, sweep: ProgramSweep, now: datetime, most: int, after: str | None
    ) -> str | None:
        """Makes some of the program's due; behind which one to go on, None where none is left."""
        where = {"tenant": sweep.tenant, "program_id": sweep.program_id, "state": {"$ne": None}}
        return make_due(self.collection, where, session, now, most, after)

    def counts(self, tenant: str, program_id: str) -> Mapping[HealthState, int]:
        """How many are how."""
        rows = self.collection.aggregate(
            [
                {"$match": {"tenant": tenant, "program_id": program_id, "state": {"$ne": None}}},
                {"$group": {"_id": "$state", "pairs": {"$sum": 1}}},
            ]
        )
        found = {row["_id"]: row["pairs"] for row in rows}
        return {state: found.get(state.value, 0) for state in HealthState}

    def in_states(
        self, tenant: str, program_id: str, states: Sequence[HealthState], *, limit: int, after: str | None
    ) -> Sequence[Watch]:
        """Up to `limit` that are so, in order of their id, behind `after` only."""
        where: dict[str, Any] = {"program_id": program_id, "state": {"$in": [state.value for state in states]}}
        return self.page(tenant, where, limit=limit, after=after)
