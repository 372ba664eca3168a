"""Whom a match run served and how well: counted by the database, a bounded number of rows comes of it."""

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import Role
from services.matching.domain.people_by_value import FEWEST_NAMED, FULL, MOST_NAMED, Counted, Field
from services.matching.domain.program_report import Excluded
from services.matching.store import copies
from services.matching.store.runs import PROPOSALS, STANDING, Runs
from shared.storage import Document

_POINTS: Document = {"$toInt": {"$round": [{"$multiply": ["$score", FULL]}, 0]}}
_STANDS: Document = {"$in": ["$state", STANDING]}

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
                {"$group": {"_id": _POINTS, "pairs": {"$sum": 1}}},
            ]
        )
        return {row["_id"]: row["pairs"] for row in rows}

    def by_value(
        self, tenant: str, run_id: str, role: Role, field: Field
    ) -> tuple[Mapping[str, Counted], Counted, Counted]:
        """Who took part in the run, by a field: the values that may be named, who has told none, and everybody.

        A partner is one whom nobody dismissed. What is told of people is as profiles have it now.
        """
        pipeline = [*self._people(tenant, run_id, role), *_valued(tenant, field), {"$facet": _FACETS}]
        [found] = self._proposals.aggregate(pipeline, allowDiskUse=True)
        named = {row["_id"]: _counted(row) for row in found["named"]}
        unknown, everybody = (next(map(_counted, found[part]), Counted()) for part in ("unknown", "everybody"))
        return named, unknown, everybody

    def _people(self, tenant: str, run_id: str, role: Role) -> list[Document]:
        """A row for each person that the run was about: standing pairs, and the sum of their scores."""
        collection, stages = self._runs.whereabouts_of_unmatched(tenant, run_id)
        alone = [
            *stages,
            {"$match": {"role": role.value}},
            {"$project": {"_id": "$member_id", "pairs": {"$literal": 0}, "score": {"$literal": 0}}},
        ]
        return [
            {"$match": {"tenant": tenant, "run_id": run_id}},
            {
                "$group": {
                    "_id": f"${role.value}_id",
                    "pairs": {"$sum": {"$cond": [_STANDS, 1, 0]}},
                    "score": {"$sum": {"$cond": [_STANDS, "$score", 0]}},
                }
            },
            {"$unionWith": {"coll": collection, "pipeline": alone}},
            # Whoever was left alone and was then paired by hand is in both.
            {"$group": {"_id": "$_id", "pairs": {"$sum": "$pairs"}, "score": {"$sum": "$score"}}},
        ]


def _valued(tenant: str, field: Field) -> list[Document]:
    """The people of each value, null standing for none."""
    return [
        {
            "$lookup": {
                "from": copies.COLLECTION,
                "localField": "_id",
                "foreignField": "_id",
                "pipeline": [{"$match": {"tenant": tenant}}, {"$project": {"value": _VALUES[field]}}],
                "as": "member",
            }
        },
        {
            "$group": {
                "_id": {"$ifNull": [{"$first": "$member.value"}, None]},
                "people": {"$sum": 1},
                "matched": {"$sum": {"$cond": [{"$gt": ["$pairs", 0]}, 1, 0]}},
                "pairs": {"$sum": "$pairs"},
                "points": {"$sum": _POINTS},
            }
        },
    ]


_NUMBERS = ("people", "matched", "pairs", "points")

_FACETS: Mapping[str, list[Document]] = {
    "named": [
        {"$match": {"_id": {"$ne": None}, "people": {"$gte": FEWEST_NAMED}}},
        {"$sort": {"people": -1, "_id": 1}},
        {"$limit": MOST_NAMED},
    ],
    "unknown": [{"$match": {"_id": None}}],
    "everybody": [{"$group": {"_id": None, **{name: {"$sum": f"${name}"} for name in _NUMBERS}}}],
}


def _counted(row: Mapping[str, Any]) -> Counted:
    return Counted(*(row[name] for name in _NUMBERS))
