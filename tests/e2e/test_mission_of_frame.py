"""What the mission says of expectations, goals, development and a career, on the running platform, as a pair and staff
use it."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from shared.ids import new_id
from tests.e2e.running import Running, eventually
from tests.e2e.test_mission_of_meeting import call

ITEMS = [
    {"kind": "tip", "owner": "mentee", "offset_days": 0, "title": "Say what you are working toward"},
    {"kind": "milestone", "owner": "both", "offset_days": 30, "title": "A first meeting led"},
    {"kind": "task", "owner": "both", "offset_days": 60, "title": "Look back on half of it"},
]


@dataclass(frozen=True, slots=True)
class Frame:
    """Ada's mentor is Ben; a tenant of their own, whose program has a template."""

    platform: Running
    tenant: str
    staff: str
    template: str
    program: str
    ada: str
    ben: str
    mentorship: str

    def call(self, who: str, method: str, below: str, body: object = None) -> Any:
        return call(self.platform, self.tenant, who, method, f"/v1/mentorships/{self.mentorship}{below}", body)

    def by_staff(self, method: str, path: str, body: object = None) -> Any:
        return call(self.platform, self.tenant, self.staff, method, path, body, role="coordinator")

    def told(self, who: str, title: str) -> None:
        """Until the inbox says so."""

        def there() -> bool:
            path = "/v1/inbox?limit=200"
            items = call(self.platform, self.tenant, who, "GET", path, service="notifications")["items"]
            return title in [each["title"] for each in items]

        eventually(there)


@pytest.fixture(scope="module")
def frame(platform: Running) -> Frame:
    tenant, staff = f"e2e-{uuid.uuid4().hex[:10]}", new_id()

    def by_staff(method: str, path: str, body: object = None, service: str = "matching") -> Any:
        return call(platform, tenant, staff, method, path, body, service=service, role="coordinator")

    ada, ben = (
        by_staff("POST", "/v1/members", {"given_name": name, "family_name": "Sailor", **more}, "profiles")["id"]
        for name, more in (
            ("Ada", {"goals": [{"text": "Lead a team"}], "frequency": "weekly", "format": "either"}),
            ("Ben", {"frequency": "monthly", "format": "video"}),
        )
    )
    template = by_staff("POST", "/v1/templates", {"name": "Half a year", "items": ITEMS})["id"]
    settings = {"template_id": template, "usual_duration_weeks": 20}
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "settings": settings}
    program = by_staff("POST", "/v1/programs", body)["id"]
    by_staff("POST", f"/v1/programs/{program}/open")
    places, token = f"/v1/programs/{program}/enrollments", platform.token(tenant, staff, "coordinator")
    for who, role in ((ada, "mentee"), (ben, "mentor")):
        place = {"member_id": who, "role": role}
        eventually(
            lambda place=place: (
                platform.call(  # type: ignore[misc]
                    "POST", "matching", places, token=token, body=place
                ).status_code
                == 201
            )
        )
    asking = {"program_id": program, "mentor_ids": [ben], "message": "Would you?"}
    [request] = call(platform, tenant, ada, "POST", "/v1/requests", asking)["items"]
    mentorship = call(platform, tenant, ben, "POST", f"/v1/requests/{request['id']}/accept")["mentorship_id"]
    return Frame(platform, tenant, staff, template, program, ada, ben, mentorship)


@pytest.fixture
def at_work(frame: Frame) -> Frame:
    """The same, when the two have agreed, whichever test was first."""
    if frame.call(frame.ada, "GET", "")["state"] == "agreement_pending":
        terms = {"goals": ["Lead a team"], "format": "video", "frequency": "monthly", "duration_weeks": 20}
        version = frame.call(frame.ada, "PUT", "/agreement", terms)["agreement"]["version"]
        for who in (frame.ada, frame.ben):
            frame.call(who, "POST", "/agreement/sign", {"version": version})
    return frame


def test_clear_expectations_are_an_agreement_drafted_from_both_and_signed_by_both(frame: Frame) -> None:
    eventually(lambda: "Lead a team" in frame.call(frame.ada, "GET", "/agreement/draft")["goals"])
    drafted = frame.call(frame.ben, "GET", "/agreement/draft")
    assert (drafted["frequency"], drafted["format"], drafted["duration_weeks"]) == ("monthly", "video", 20)
    frame.call(frame.ada, "PUT", "/agreement", {**drafted, "goals": ["Lead a team"], "channels": ["chat"]})
    frame.told(frame.ben, "Ada Sailor proposes an agreement")
    changed = frame.call(frame.ben, "PUT", "/agreement", {**drafted, "goals": ["Lead a team"], "boundaries": "No jobs"})
    assert changed["agreement"]["version"] == 2
    for who in (frame.ada, frame.ben):
        signed = frame.call(who, "POST", "/agreement/sign", {"version": 2})
    assert (signed["state"], signed["in_force"]["boundaries"]) == ("active", "No jobs")
    [former] = frame.call(frame.ada, "GET", "/agreement/versions")["items"]
    assert (former["version"], former["channels"]) == (1, ["chat"])
    seen = frame.by_staff("GET", f"/v1/mentorships/{frame.mentorship}")
    assert "No jobs" not in str(seen)


def test_goals_are_agreed_rated_and_followed(at_work: Frame) -> None:
    frame = at_work
    [goal] = frame.call(frame.ben, "GET", "/goals")["items"]
    assert (goal["statement"], goal["state"]) == ("Lead a team", "open")
    path = f"/goals/{goal['id']}"
    frame.call(frame.ada, "PATCH", path, {"measure": "Three people, a quarter", "target_date": "2099-06-01"})
    frame.call(frame.ada, "POST", "/ratings", {"goal_id": goal["id"], "moment": "before", "level": 2})
    frame.call(frame.ben, "POST", f"{path}/progress", {"text": "Led the stand-up"})
    shown = frame.call(frame.ada, "GET", path)
    assert (shown["baseline"], shown["progress"][0]["by"]) == (2, "mentor")


def test_personal_development_is_rated_by_oneself_and_seen_by_the_mentor_in_a_safe_space(at_work: Frame) -> None:
    frame = at_work
    skill = "Public speaking"
    for who, moment, level in (
        (frame.ada, "before", 1),
        (frame.ada, "during", 2),
        (frame.ben, "during", 3),
    ):
        frame.call(who, "POST", "/ratings", {"skill": skill, "moment": moment, "level": level})
    told = [each for each in frame.call(frame.ben, "GET", "/ratings")["items"] if each.get("skill") == skill]
    assert [(each["by"], each["moment"], each["level"]) for each in told] == [
        ("mentee", "before", 1),
        ("mentee", "during", 2),
        ("mentor", "during", 3),
    ]
    ratings = f"/v1/mentorships/{frame.mentorship}/ratings"
    for who, role, status in ((frame.staff, "coordinator", 403), (new_id(), "member", 404)):
        token = frame.platform.token(frame.tenant, who, role)
        assert frame.platform.call("GET", "matching", ratings, token=token).status_code == status
    report = {
        "reported_id": frame.ben,
        "category": "other",
        "text": "Please have a look.",
        "evidence": [{"kind": "mentorship", "id": frame.mentorship}],
    }
    filed = call(frame.platform, frame.tenant, frame.ada, "POST", "/v1/reports", report)["id"]
    assert frame.by_staff("GET", f"/v1/reports/{filed}")["evidence"] != []
    assert call(frame.platform, frame.tenant, frame.ben, "GET", "/v1/reports")["items"] == []


def test_a_career_advances_by_a_plan_milestones_and_numbers_before_and_after(at_work: Frame) -> None:
    frame = at_work
    frame.told(frame.ada, "Something that may help you and Ben Sailor")
    items = frame.call(frame.ada, "GET", "/plan")["items"]
    assert [(each["kind"], each["owner"]) for each in items] == [
        ("tip", "mentee"),
        ("milestone", "both"),
        ("task", "mentor"),
        ("task", "mentee"),
    ]
    frame.call(frame.ada, "PATCH", f"/plan/{items[0]['id']}", {"state": "done"})
    [milestone] = frame.call(frame.ada, "GET", "/milestones")["items"]
    frame.call(frame.ada, "PATCH", f"/milestones/{milestone['id']}", {"state": "completed", "evidence": "Minutes"})
    done = [each["state"] for each in frame.call(frame.ben, "GET", "/plan")["items"]]
    assert done == ["done", "done", "open", "open"]
    [goal] = frame.call(frame.ada, "GET", "/goals")["items"]
    if goal.get("baseline") is None:
        frame.call(frame.ada, "POST", "/ratings", {"goal_id": goal["id"], "moment": "before", "level": 2})
    frame.call(frame.ada, "POST", "/complete")
    frame.told(frame.ada, "How far have you come with your goals?")
    [goal] = frame.call(frame.ada, "GET", "/goals")["items"]
    frame.call(frame.ada, "POST", "/ratings", {"goal_id": goal["id"], "moment": "end", "level": 4})
    frame.call(frame.ada, "POST", "/ratings", {"skill": "Public speaking", "moment": "end", "level": 4})
    [goal] = frame.call(frame.ben, "GET", "/goals")["items"]
    assert (goal["baseline"], goal["closing"]) == (2, 4)


def test_whoever_is_blocked_finds_the_other_one_no_more_and_is_not_told(frame: Frame) -> None:
    def finds(who: str, whom: str) -> bool:
        token = frame.platform.token(frame.tenant, who, "member")
        return frame.platform.call("GET", "profiles", f"/v1/members/{whom}", token=token).status_code == 200

    assert finds(frame.ben, frame.ada)
    call(frame.platform, frame.tenant, frame.ada, "PUT", f"/v1/blocks/{frame.ben}")
    eventually(lambda: not finds(frame.ben, frame.ada) and not finds(frame.ada, frame.ben))
    assert call(frame.platform, frame.tenant, frame.ben, "GET", "/v1/blocks")["items"] == []
