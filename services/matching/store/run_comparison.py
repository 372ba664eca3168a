"""Two match runs person by person, as the database works it out: nothing but one page and the counts leaves it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.matching.domain.enrollment import Role
from services.matching.domain.parts import FULL
from services.matching.domain.run_comparison import Change, Standing, Tally, tally
from services.matching.store.peers import EACH_OF_TWO
from services.matching.store.runs import Proposals, points
from shared.storage import Document

Key = tuple[int, str, str]


def key_of(standing: Standing) -> Key:
    """Where a person stands in the list: by the size of the change in basis points, then by member and role."""
    return (abs(round(standing.difference * FULL)), standing.member_id, standing.role.value)


def compared(
    proposals: Proposals,
    tenant: str,
    base: str,
    other: str,
    *,
    peers: bool = False,
    change: Change | None = None,
    limit: int,
    after: Key | None = None,
) -> tuple[Tally, Sequence[Standing]]:
    """How many people gain, lose and stay, and up to `limit` of them, those whom it changes most first.

    It goes by what the two runs computed, whatever was decided on it since. `change` keeps those of one kind in the
    list; the counts are of all. Of `peers` each counts once, whichever of a pair they are.
    """
    pipeline = [
        *_people(proposals, tenant, base, other, peers=peers),
        {"$facet": {"counts": _COUNTS, "page": _page(change, limit, after)}},
    ]
    [found] = proposals.collection.aggregate(pipeline, allowDiskUse=True)
    counted = {(Change(each["_id"]["change"]), each["_id"]["new"]): each["people"] for each in found["counts"]}
    return tally(counted), [_standing(each) for each in found["page"]]


def _people(proposals: Proposals, tenant: str, base: str, other: str, *, peers: bool) -> list[Document]:
    """A row for each person and role: pairs and points in both runs, the change and its size."""
    mentors = _side(Role.MENTOR, tenant, base, other, peers=peers)
    both = [
        *_side(Role.MENTEE, tenant, base, other),
        {"$unionWith": {"coll": proposals.collection.name, "pipeline": mentors}},
    ]
    change = {
        "$switch": {
            "branches": [
                {"case": {"$eq": ["$pairs_before", 0]}, "then": Change.GAINS.value},
                {"case": {"$eq": ["$pairs_after", 0]}, "then": Change.LOSES.value},
                {"case": {"$gt": ["$points_after", "$points_before"]}, "then": Change.GAINS.value},
                {"case": {"$lt": ["$points_after", "$points_before"]}, "then": Change.LOSES.value},
            ],
            "default": Change.SAME.value,
        }
    }
    return [
        *(mentors if peers else both),
        {
            "$addFields": {
                "change": change,
                "new": {"$or": [{"$eq": ["$pairs_before", 0]}, {"$eq": ["$pairs_after", 0]}]},
                "size": {"$abs": {"$subtract": ["$points_after", "$points_before"]}},
            }
        },
    ]


def _side(role: Role, tenant: str, base: str, other: str, *, peers: bool = False) -> list[Document]:
    """The people of one role, each with pairs and points in both runs; of `peers` everybody, in that role."""
    runs = {"before": base, "after": other}

    def summed(run_id: str, value: Any) -> Document:
        return {"$sum": {"$cond": [{"$eq": ["$run_id", run_id]}, value, 0]}}

    return [
        {"$match": {"tenant": tenant, "run_id": {"$in": [base, other]}, "by_hand": False}},
        *(EACH_OF_TWO if peers else ()),
        {
            "$group": {
                "_id": "$peer_id" if peers else f"${role.value}_id",
                **{f"pairs_{when}": summed(run_id, 1) for when, run_id in runs.items()},
                **{f"score_{when}": summed(run_id, "$score") for when, run_id in runs.items()},
            }
        },
        {
            "$project": {
                "role": role.value,
                **{f"pairs_{when}": 1 for when in runs},
                **{f"points_{when}": points(f"$score_{when}") for when in runs},
            }
        },
    ]


_COUNTS: list[Document] = [{"$group": {"_id": {"change": "$change", "new": "$new"}, "people": {"$sum": 1}}}]


def _page(change: Change | None, limit: int, after: Key | None) -> list[Document]:
    where: list[Document] = []
    if change is not None:
        where.append({"change": change.value})
    if after is not None:
        size, member_id, role = after
        where.append(
            {
                "$or": [
                    {"size": {"$lt": size}},
                    {"size": size, "_id": {"$gt": member_id}},
                    {"size": size, "_id": member_id, "role": {"$gt": role}},
                ]
            }
        )
    matching: list[Document] = [{"$match": {"$and": where}}] if where else []
    return [*matching, {"$sort": {"size": -1, "_id": 1, "role": 1}}, {"$limit": limit}]


def _standing(row: Mapping[str, Any]) -> Standing:
    before, after = row["points_before"], row["points_after"]
    return Standing(
        member_id=row["_id"],
        role=Role(row["role"]),
        before=before / FULL if row["pairs_before"] else None,
        after=after / FULL if row["pairs_after"] else None,
        pairs_before=row["pairs_before"],
        pairs_after=row["pairs_after"],
        change=Change(row["change"]),
        difference=(after - before) / FULL,
    )
