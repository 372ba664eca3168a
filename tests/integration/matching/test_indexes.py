"""What a worker looks for all day long it finds without reading everything."""

from typing import Any

import pytest

from tests.integration.matching.association import TENANT, Association

SIDES = ("mentor", "mentee")


def stages(plan: dict[str, Any]) -> set[str]:
    below = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return {plan["stage"]}.union(*(stages(each) for each in below))


def stages_of(association: Association, collection: str, where: dict[str, Any]) -> set[str]:
    explained = association.foundation.database[collection].find(where).explain()
    return stages(explained["queryPlanner"]["winningPlan"])


def test_due_work_is_found_by_an_index(association: Association) -> None:
    now = association.clock.now()
    for work in association.service.due:
        found = stages_of(association, work.collection, {**work.where, "due_at": {"$lte": now}})
        assert "IXSCAN" in found, work.name


@pytest.mark.parametrize(
    ("collection", "where"),
    [
        ("requests", {"list_id": "l", "state": "queued"}),
        ("requests", {"program_id": "p", "mentee_id": "m", "state": {"$in": ["sent", "viewed"]}}),
        ("requests", {"program_id": "p", "mentor_id": "m", "state": {"$in": ["sent", "viewed"]}}),
        ("mentorships", {"program_id": "p", "mentee_id": "m", "state": {"$in": ["active"]}}),
        ("enrollments", {"program_id": "p", "member_id": {"$in": ["m", "n"]}, "role": {"$in": ["mentor", "mentee"]}}),
        ("requests", {"program_id": "p", "mentee_id": "m", "state": {"$in": ["sent", "viewed"]}, "_id": {"$ne": "r"}}),
        ("requests", {"program_id": "p", "mentor_id": "m", "state": {"$in": ["sent", "viewed"]}, "_id": {"$ne": "r"}}),
        ("requests", {"program_id": "p", "mentee_id": {"$in": ["m", "n"]}, "state": {"$in": ["sent", "viewed"]}}),
        ("requests", {"program_id": "p", "mentor_id": {"$in": ["m", "n"]}, "state": {"$in": ["sent", "viewed"]}}),
        ("mentor_loads", {"program_id": "p", "member_id": "m"}),
        ("sessions", {"mentorship_id": "s"}),
        ("surveys", {"mentorship_id": "m"}),
        ("surveys", {"program_id": "p", "state": "revealed"}),
        ("appreciations", {"to_id": "m", "public": True, "receiver_agrees": True}),
        ("goals", {"mentorship_id": "s"}),
        ("ratings", {"mentorship_id": "s"}),
        ("agreements", {"mentorship_id": "s"}),
        ("plan_items", {"mentorship_id": "s"}),
        ("plan_items", {"task_id": "t"}),
        ("mentorships", {"template_id": "t", "state": {"$in": ["active"]}, "plan_revision": {"$lt": 2}}),
        ("tasks", {"mentorship_id": "s", "staff": False, "state": "open"}),
        ("private_notes", {"session_id": "s", "author_id": "a"}),
        ("private_notes", {"author_id": {"$in": ["a"]}}),
        ("introductions", {"mentorship_id": "m", "introduced_to": "t", "state": "offered"}),
        ("introductions", {"introduced_to": "t", "muted": False}),
        ("shared_items", {"program_id": "p", "family": "resource", "mentorship_id": None}),
        ("shared_items", {"shared_by": "a"}),
        ("programs", {"event_id": "e"}),
        ("blocks", {"by_id": "m", "member_id": "m", "counts": True}),
        ("pairs", {"member_ids": "m", "apart": True}),
    ],
)
def test_what_commands_look_for_is_found_by_an_index(
    association: Association, collection: str, where: dict[str, Any]
) -> None:
    assert "IXSCAN" in stages_of(association, collection, {"tenant": TENANT, **where})


@pytest.mark.parametrize(
    ("collection", "field"),
    [
        ("enrollments", "enrolled_as"),
        ("blocks", "made_by"),
        ("blocks", "made_of"),
        *((each, f"{side}_as") for each in ("mentorships", "requests") for side in SIDES),
    ],
)
def test_whose_a_thing_was_first_is_found_by_an_index_of_it(
    association: Association, collection: str, field: str
) -> None:
    found = association.foundation.database[collection].find({"tenant": TENANT, field: {"$in": ["m"]}}).sort("_id", 1)
    # Which of them an empty collection is read by is no matter; an index of part of it may not serve the query at all.
    assert f"'{field}': 1" in str(found.explain()["queryPlanner"])
