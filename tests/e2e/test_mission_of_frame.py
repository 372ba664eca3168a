"""The mission's rows of expectations, a career and personal development on the running platform, as a pair and staff
see it."""

import pytest

from shared.ids import new_id
from tests.e2e.association import association
from tests.e2e.circle import PLAN, Circle
from tests.e2e.circle import circle as a_circle
from tests.e2e.running import Running, eventually

SKILL = "Public speaking"


@pytest.fixture(scope="module")
def circle(platform: Running) -> Circle:
    """A pair in a tenant of its own."""
    return a_circle(association(platform))


@pytest.fixture
def at_work(circle: Circle) -> Circle:
    """The same, when the two have agreed and have said how far Ada is, whichever test was first."""
    circle.agreed()
    if circle.pair(circle.ada, "GET", "/ratings")["items"] == []:
        [goal] = circle.pair(circle.ada, "GET", "/goals")["items"]
        for who, about, moment, level in (
            (circle.ada, {"goal_id": goal["id"]}, "before", 2),
            (circle.ada, {"skill": SKILL}, "before", 1),
            (circle.ada, {"skill": SKILL}, "during", 3),
            (circle.ben, {"skill": SKILL}, "during", 4),
        ):
            circle.pair(who, "POST", "/ratings", {**about, "moment": moment, "level": level})
    return circle


def complete(circle: Circle) -> None:
    """Ada says that they have come to the end, whichever test was first."""
    if circle.pair(circle.ada, "GET", "")["state"] == "active":
        circle.pair(circle.ada, "POST", "/complete")


def test_set_clear_expectations_of_boundaries_frequency_format_and_goals_by_a_versioned_agreement_that_both_sign(
    circle: Circle,
) -> None:
    eventually(lambda: "Lead a team" in circle.pair(circle.ada, "GET", "/agreement/draft")["goals"])
    drafted = circle.pair(circle.ben, "GET", "/agreement/draft")
    assert (drafted["frequency"], drafted["format"], drafted["duration_weeks"]) == ("monthly", "video", 20)
    terms = {**drafted, "goals": ["Lead a team"]}
    circle.pair(circle.ada, "PUT", "/agreement", {**terms, "channels": ["chat"]})
    circle.told(circle.ben, "Ada Sailor proposes an agreement")
    changed = circle.pair(circle.ben, "PUT", "/agreement", {**terms, "boundaries": "No jobs"})
    assert changed["agreement"]["version"] == 2
    first = circle.pair(circle.ada, "POST", "/agreement/sign", {"version": 2})
    assert first["state"] == "agreement_pending", "one of two has signed"
    signed = circle.pair(circle.ben, "POST", "/agreement/sign", {"version": 2})
    assert signed["state"] == "active"
    assert {name: signed["in_force"][name] for name in ("boundaries", "frequency", "format", "goals")} == {
        "boundaries": "No jobs",
        "frequency": "monthly",
        "format": "video",
        "goals": ["Lead a team"],
    }
    [former] = circle.pair(circle.ada, "GET", "/agreement/versions")["items"]
    assert (former["version"], former["channels"]) == (1, ["chat"])
    seen = circle.association.coordinator("GET", f"/v1/mentorships/{circle.mentorship}")
    assert "No jobs" not in str(seen)


def test_career_advancement_by_goals_with_measure_and_date_a_plan_from_a_template_milestones_and_performance_feedback(
    at_work: Circle,
) -> None:
    circle = at_work
    [goal] = circle.pair(circle.ben, "GET", "/goals")["items"]
    path = f"/goals/{goal['id']}"
    circle.pair(circle.ada, "PATCH", path, {"measure": "Three people, a quarter", "target_date": "2099-06-01"})
    circle.pair(circle.ben, "POST", f"{path}/progress", {"text": "Led the stand-up"})
    shown = circle.pair(circle.ada, "GET", path)
    assert (shown["statement"], shown["measure"], shown["target_date"], shown["baseline"]) == (
        "Lead a team",
        "Three people, a quarter",
        "2099-06-01",
        2,
    )
    assert (shown["progress"][0]["by"], shown["progress"][0]["text"]) == ("mentor", "Led the stand-up")

    circle.told(circle.ada, "Something that may help you and Ben Sailor")
    items = circle.pair(circle.ada, "GET", "/plan")["items"]
    assert [(each["kind"], each["owner"], each["title"]) for each in items] == [
        ("tip", "mentee", PLAN[0]["title"]),
        ("milestone", "both", PLAN[1]["title"]),
        ("task", "mentor", PLAN[2]["title"]),
        ("task", "mentee", PLAN[2]["title"]),
    ]
    circle.pair(circle.ada, "PATCH", f"/plan/{items[0]['id']}", {"state": "done"})
    [milestone] = circle.pair(circle.ada, "GET", "/milestones")["items"]
    reached = {"state": "completed", "evidence": "Minutes"}
    circle.pair(circle.ada, "PATCH", f"/milestones/{milestone['id']}", reached)
    circle.told(circle.ben, "A milestone is reached")
    [milestone] = circle.pair(circle.ben, "GET", "/milestones")["items"]
    assert (milestone["title"], milestone["evidence"]) == (PLAN[1]["title"], "Minutes")
    done = [each["state"] for each in circle.pair(circle.ben, "GET", "/plan")["items"]]
    assert done == ["done", "done", "open", "open"]

    complete(circle)
    circle.told(circle.ada, "How far have you come with your goals?")
    circle.pair(circle.ada, "POST", "/ratings", {"goal_id": goal["id"], "moment": "end", "level": 4})
    assert circle.pair(circle.ben, "GET", path)["closing"] == 4
    circle.told(circle.ben, "How was it with Ada Sailor?")
    [survey] = circle.pair(circle.ben, "GET", "/feedback")["items"]
    assert "progress" in [each["code"] for each in survey["questions"]]
    for who, text in ((circle.ben, "You led it, and asked too late"), (circle.ada, "You let me")):
        words = {"survey_id": survey["id"], "ratings": {"progress": 4}, "text": text}
        circle.pair(who, "POST", "/feedback", words)
    [read] = circle.pair(circle.ada, "GET", "/feedback")["items"]
    assert (read["theirs"]["ratings"], read["theirs"]["text"]) == ({"progress": 4}, "You led it, and asked too late")


def test_personal_development_in_a_safe_space_by_ratings_of_skills_what_is_the_pair_s_alone_and_block_and_report(
    at_work: Circle,
) -> None:
    circle = at_work
    complete(circle)
    circle.pair(circle.ada, "POST", "/ratings", {"skill": SKILL, "moment": "end", "level": 5})
    told = [each for each in circle.pair(circle.ben, "GET", "/ratings")["items"] if each.get("skill") == SKILL]
    assert [(each["by"], each["moment"], each["level"]) for each in told] == [
        ("mentee", "before", 1),
        ("mentee", "during", 3),
        ("mentor", "during", 4),
        ("mentee", "end", 5),
    ]

    for theirs in ("ratings", "goals", "plan", "milestones", "sessions", "feedback", "appreciations", "resources"):
        path = f"/v1/mentorships/{circle.mentorship}/{theirs}"
        for who, role, status in (
            (circle.association.staff, "coordinator", 403),
            (circle.cleo, "member", 404),
            (new_id(), "member", 404),
        ):
            assert circle.association.answer(who, "GET", path, role=role).status_code == status, theirs

    report = {
        "reported_id": circle.ben,
        "category": "other",
        "text": "Please have a look.",
        "evidence": [{"kind": "mentorship", "id": circle.mentorship}],
    }
    filed = circle.call(circle.ada, "POST", "/v1/reports", report)["id"]
    assert circle.association.coordinator("GET", f"/v1/reports/{filed}")["evidence"] != []
    assert circle.call(circle.ben, "GET", "/v1/reports")["items"] == []

    def finds(who: str, whom: str) -> bool:
        return circle.association.answer(who, "GET", f"/v1/members/{whom}", service="profiles").status_code == 200

    assert finds(circle.ben, circle.ada)
    circle.call(circle.ada, "PUT", f"/v1/blocks/{circle.ben}")
    eventually(lambda: not finds(circle.ben, circle.ada) and not finds(circle.ada, circle.ben))
    assert circle.call(circle.ben, "GET", "/v1/blocks")["items"] == [], "whoever is blocked is not told"
