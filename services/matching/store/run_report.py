"""Whom a match run served and how well: counted where it is, or batch by batch."""

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import Role
from services.matching.domain.parts import FULL
from services.matching.domain.people_by_value import Counted, Field
from services.matching.domain.program_report import Excluded
from services.matching.store import copies
from services.matching.store.batches import batches
from services.matching.store.peers import EACH_OF_TWO
from services.matching.store.runs import PROPOSALS, STANDING, Runs, points
from shared.storage import Document

_STANDS: Document = {"$in": ["$state", STANDING]}

_AT_ONCE = 5_000

_SENIORITY = ["student", "early", "mid", "senior", "executive"]

_VALUES: Mapping[Field, Any] = {
    Field.INDUSTRY: "$industry",
    Field.SENIORITY: {"$arrayElemAt": [_SENIORITY, "$seniority"]},
    Field.ORGANIZATION: "$organization",
    # The one that a person knows best; of several as good, the first by its code.
    Field.LANGUAGE: {
        "$let": {
            "vars": {"best": {"$first": {"$sortArray": {"input": "$languages", "sortBy": {"level": -1, "code": 1}}}}},
            "in": "$$best.code",
        }
    },
    Field.TIME_ZONE: "$time_zone",
    Field.MEMBERSHIP: "$membership",
}


class RunReports:
    """Reads what match runs came to."""

    def __init__(self, database: Database[Document], runs: Runs) -> None:
        self._proposals = database[PROPOSALS]
        self._copies = database[copies.COLLECTION]
        self._database = database
        self._runs = runs

    def unmatched(self, tenant: str, run_id: str) -> tuple[Excluded, ...]:
        """Who has no partner, counted by role and reason, the most first."""
        collection, stages = self._runs.whereabouts_of_unmatched(tenant, run_id)
        rows = self._database[collection].aggregate(
            [
                *stages,
                {"$group": {"_id": {"role": "$role", "reason": "$reason"}, "people": {"$sum": 1}}},
                {"$sort": {"people": -1, "_id.role": 1, "_id.reason": 1}},
            ]
        )
        return tuple(Excluded(Role(row["_id"]["role"]), row["_id"]["reason"], row["people"]) for row in rows)

    def histogram(self, tenant: str, run_id: str) -> Mapping[int, int]:
        """Pairs of the run that nobody dismissed, counted by their basis points."""
        rows = self._proposals.aggregate(
            [
                {"$match": {"tenant": tenant, "run_id": run_id, "state": {"$in": STANDING}}},
                {"$group": {"_id": points("$score"), "pairs": {"$sum": 1}}},
            ]
        )
        return {row["_id"]: row["pairs"] for row in rows}

    def by_value(
        self, tenant: str, run_id: str, role: Role, field: Field, *, peers: bool = False
    ) -> Mapping[str | None, Counted]:
        """Who took part in the run, by what a field of theirs says now; None has those who have told nothing.

        Of `peers` the role is the one in which all take part.

        A partner is one whom nobody dismissed. The people come in batches: memory holds one of them, and a few numbers
        for each value. To have the database join them takes six times as long.
        """
        found: dict[str | None, Counted] = {}
        stages = self._people(tenant, run_id, role, peers=peers)
        people = self._proposals.aggregate(stages, allowDiskUse=True, batchSize=_AT_ONCE)
        for batch in batches(people, _AT_ONCE):
            where = {"tenant": tenant, "_id": {"$in": [person["_id"] for person in batch]}}
            told = {each["_id"]: each.get("value") for each in self._copies.find(where, {"value": _VALUES[field]})}
            for person in batch:
                value = told.get(person["_id"])
                found[value] = found.get(value, Counted()) + _counted(person)
        return found

    def _people(self, tenant: str, run_id: str, role: Role, *, peers: bool) -> list[Document]:
        """A row for each person that the run was about: standing pairs, and the sum of their scores."""
        collection, stages = self._runs.whereabouts_of_unmatched(tenant, run_id)
        alone = [
            *stages,
            {"$match": {"role": role.value}},
            {"$project": {"_id": "$member_id", "pairs": {"$literal": 0}, "score": {"$literal": 0}}},
        ]
        return [
            {"$match": {"tenant": tenant, "run_id": run_id}},
            *(EACH_OF_TWO if peers else ()),
            {
                "$group": {
                    "_id": "$peer_id" if peers else f"${role.value}_id",
                    "pairs": {"$sum": {"$cond": [_STANDS, 1, 0]}},
                    "score": {"$sum": {"$cond": [_STANDS, "$score", 0]}},
                }
            },
            {"$unionWith": {"coll": collection, "pipeline": alone}},
            # Whoever was left alone and was then paired by hand is in both.
            {"$group": {"_id": "$_id", "pairs": {"$sum": "$pairs"}, "score": {"$sum": "$score"}}},
        ]


def _counted(person: Mapping[str, Any]) -> Counted:
    pairs = person["pairs"]
    return Counted(people=1, matched=1 if pairs else 0, pairs=pairs, points=round(person["score"] * FULL))
