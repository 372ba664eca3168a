"""What answers come to, counted by the database: never of fewer than so many who answered.

Only what was revealed counts: several answers come at once, so that no mean before and after tells a single one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.matching.domain.questions import SurveyKind
from services.matching.domain.survey import Survey, SurveyState
from services.matching.store.surveys import COLLECTION
from shared.storage import Document, Repository


@dataclass(frozen=True, slots=True)
class Result:
    """All answers to one question of one kind of survey: of `authors` different people; of one mentor, or of all."""

    kind: SurveyKind
    question: str
    count: int
    authors: int
    mean: float
    mentor_id: str | None = None


class SurveyResults:
    """Reads surveys of one program."""

    def __init__(self, database: Database[Document]) -> None:
        self._surveys = Repository(database[COLLECTION], Survey, "survey")

    def of_program(self, tenant: str, program_id: str, fewest: int) -> Sequence[Result]:
        """By kind and question, where at least `fewest` different members answered."""
        found = self._counted(tenant, program_id, of_mentees=False)
        return [each for each in found if each.authors >= fewest]

    def of_mentors(self, tenant: str, program_id: str, fewest: int) -> Sequence[Result]:
        """By kind, question and mentor, what at least `fewest` different mentees answered.

        Of peers each is what a mentor is to those they are paired with.

        Taken off the result of all, what is left must not tell of fewer either: else the smallest stays among the rest.
        """
        whole = {(each.kind, each.question): each for each in self._counted(tenant, program_id, of_mentees=False)}
        shown: dict[tuple[SurveyKind, str], list[Result]] = {}
        for each in self._counted(tenant, program_id, of_mentees=True):
            if each.authors >= fewest:
                shown.setdefault((each.kind, each.question), []).append(each)
        for asked, mentors in shown.items():
            mentors.sort(key=lambda each: (-each.authors, each.mentor_id or ""))
            while mentors and _tells_of_few(whole[asked], mentors, fewest):
                mentors.pop()
        return [each for asked in sorted(shown) for each in shown[asked]]

    def comments(self, tenant: str, program_id: str, *, limit: int, after: str | None) -> Sequence[Survey]:
        """Revealed surveys with a text that its author lets coordinators read."""
        where: Mapping[str, Any] = {
            **_revealed(program_id),
            "answers": {"$elemMatch": {"share_with_coordinators": True, "text": {"$ne": ""}}},
        }
        return self._surveys.page(tenant, where, limit=limit, after=after)

    def _counted(self, tenant: str, program_id: str, *, of_mentees: bool) -> list[Result]:
        is_mentee: Document = {"$eq": ["$answers.author_id", "$mentee_id"]}
        mentor: Document = {"mentor": {"$cond": [is_mentee, "$mentor_id", "$mentee_id"]}} if of_mentees else {}
        by_mentee: list[Document] = [{"$match": {"$expr": {"$or": [is_mentee, "$peers"]}}}] if of_mentees else []
        pipeline: list[Document] = [
            {"$match": {"tenant": tenant, **_revealed(program_id)}},
            {"$unwind": "$answers"},
            *by_mentee,
            {"$set": {"rating": {"$objectToArray": "$answers.ratings"}}},
            {"$unwind": "$rating"},
            {
                "$group": {
                    "_id": {"kind": "$kind", "question": "$rating.k", "author": "$answers.author_id", **mentor},
                    "count": {"$sum": 1},
                    "total": {"$sum": "$rating.v"},
                }
            },
            {
                "$group": {
                    "_id": {name: f"$_id.{name}" for name in ("kind", "question", *mentor)},
                    "count": {"$sum": "$count"},
                    "total": {"$sum": "$total"},
                    "authors": {"$sum": 1},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        return [
            Result(
                kind=SurveyKind(row["_id"]["kind"]),
                question=row["_id"]["question"],
                count=row["count"],
                authors=row["authors"],
                mean=round(row["total"] / row["count"], 2),
                mentor_id=row["_id"].get("mentor"),
            )
            for row in self._surveys.collection.aggregate(pipeline, allowDiskUse=True)
        ]


def _revealed(program_id: str) -> Mapping[str, Any]:
    return {"program_id": program_id, "state": SurveyState.REVEALED.value}


def _tells_of_few(whole: Result, mentors: Sequence[Result], fewest: int) -> bool:
    answers = whole.count - sum(each.count for each in mentors)
    return answers > 0 and whole.authors - sum(each.authors for each in mentors) < fewest
