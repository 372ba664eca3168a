"""The parts of a match run, whose candidates any worker may look for, and what was found: numbers, no people."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from pymongo.database import Database

from services.matching.engine.candidates import Candidates
from shared.messaging.due import Claimed
from shared.messaging.lease import LeaseLost
from shared.storage import Document, Index

COLLECTION = "run_parts"

INDEXES = (
    Index(COLLECTION, (("due_at", 1),), name="to_search"),
    Index(COLLECTION, (("run_id", 1), ("first", 1)), unique=True),
)

_ARRAYS = {"mentor_index": np.int32, "mentee_index": np.int32, "score": np.int16, "parts": np.int16, "locked": np.bool_}
"""How each is kept: two bytes hold basis points, and a part has to fit into a document."""
_FOUND = {**_ARRAYS, "score": np.int32}
_REASONS = ("mentor_reasons", "mentee_reasons")


class RunParts:
    """A part that has a `due_at` waits for a worker; one that has none was searched."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[COLLECTION]

    def make(self, tenant: str, run_id: str, rows: Sequence[range], due_at: datetime) -> None:
        """Makes those that there are not yet."""
        for each in rows:
            part = {"tenant": tenant, "last": each.stop, "due_at": due_at, "found": None}
            self.collection.update_one(
                {"_id": f"{run_id}:{each.start:09d}", "run_id": run_id, "first": each.start},
                {"$setOnInsert": part},
                upsert=True,
            )

    def answer(self, claimed: Claimed, found: Candidates) -> None:
        """What was found in the claimed part. Raises LeaseLost where another worker has it."""
        into = io.BytesIO()
        arrays: dict[str, Any] = {name: getattr(found, name).astype(kind) for name, kind in _ARRAYS.items()}
        reasons: dict[str, Any] = {name: np.array(getattr(found, name), dtype=np.str_) for name in _REASONS}
        np.savez(into, **arrays, **reasons)
        answered = self.collection.update_one(
            {"_id": claimed.document["_id"], "claim.token": claimed.token},
            {"$set": {"found": into.getvalue(), "due_at": None}},
        )
        if answered.matched_count != 1:
            raise LeaseLost(COLLECTION)

    def searched(self, run_id: str) -> int:
        """How many mentees of the run are in parts that were searched."""
        where = {"run_id": run_id, "due_at": None}
        done = self.collection.find(where, {"first": 1, "last": 1})
        return sum(each["last"] - each["first"] for each in done)

    def waiting(self, run_id: str) -> bool:
        """Whether a part of the run was not searched yet."""
        return self.collection.find_one({"run_id": run_id, "due_at": {"$ne": None}}, {"_id": 1}) is not None

    def found(self, run_id: str) -> Sequence[Candidates]:
        """What was found, in the order of the parts."""
        return [_candidates(each["found"]) for each in self.collection.find({"run_id": run_id}).sort("first", 1)]

    def drop(self, run_id: str) -> None:
        """Removes them: the run is computed, or nobody wants it."""
        self.collection.delete_many({"run_id": run_id})


def _candidates(stored: bytes) -> Candidates:
    with np.load(io.BytesIO(stored), allow_pickle=False) as named:
        fields: dict[str, Any] = {name: named[name].astype(kind, copy=False) for name, kind in _FOUND.items()}
        fields |= {name: tuple(named[name].tolist()) for name in _REASONS}
        return Candidates(**fields)
