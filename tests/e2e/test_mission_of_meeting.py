"""What the mission says of meeting and sharing, on the running platform, as three members and a coordinator use it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from tests.e2e.running import Running, eventually

MONDAYS = [{"day": "mon", "from": "17:00", "to": "20:00"}]
TERMS = {"goals": ["Lead a team"], "format": "video", "frequency": "biweekly", "duration_weeks": 24}


@dataclass(frozen=True, slots=True)
class Circle:
    """Ada's mentor is Ben, Cleo is a mentor of the same program; a tenant of their own."""

    platform: Running
    tenant: str
    program: str
    ada: str
    ben: str
    cleo: str
    mentorship: str

    def call(self, who: str, method: str, path: str, body: object = None, service: str = "matching") -> Any:
        return call(self.platform, self.tenant, who, method, path, body, service=service)

    def told(self, who: str, title: str) -> dict[str, Any]:
        """What the inbox says under this title, once it is there."""

        def find() -> dict[str, Any] | None:
            items = self.call(who, "GET", "/v1/inbox?limit=200", service="notifications")["items"]
            return next((each for each in items if each["title"] == title), None)

        return eventually(find)

    def titles(self, who: str) -> list[str]:
        items = self.call(who, "GET", "/v1/inbox?limit=200", service="notifications")["items"]
        return [each["title"] for each in items]

    @property
    def path(self) -> str:
        return f"/v1/mentorships/{self.mentorship}"


def call(
    platform: Running,
    tenant: str,
    who: str,
    method: str,
    path: str,
    body: object = None,
    *,
    service: str = "matching",
    role: str = "member",
) -> Any:
    answer = platform.call(method, service, path, token=platform.token(tenant, who, role), body=body)
    assert answer.status_code in (200, 201, 204), f"{method} {path}: {answer.text}"
    return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def circle(platform: Running) -> Circle:
    tenant, staff = f"e2e-{uuid.uuid4().hex[:10]}", new_id()

    def by_staff(method: str, path: str, body: object = None, service: str = "matching") -> Any:
        return call(platform, tenant, staff, method, path, body, service=service, role="coordinator")

    people = {
        "Ada": {"goals": [{"text": "Change industry"}], "time_zone": "America/Havana"},
        "Ben": {"goals": [{"text": "Write a book"}], "time_zone": "Atlantic/Azores", "availability": MONDAYS},
        "Cleo": {},
    }
    ada, ben, cleo = (
        by_staff("POST", "/v1/members", {"given_name": name, "family_name": "Sailor", **more}, "profiles")["id"]
        for name, more in people.items()
    )
    program = by_staff("POST", "/v1/programs", {"name": "Spring", "kind": "cohort", "format": "one_to_one"})["id"]
    by_staff("POST", f"/v1/programs/{program}/open")
    for who, role in ((ada, "mentee"), (ben, "mentor"), (cleo, "mentor")):
        place = {"member_id": who, "role": role}
        token = platform.token(tenant, staff, "coordinator")
        path = f"/v1/programs/{program}/enrollments"
        eventually(
            lambda path=path, place=place, token=token: (
                platform.call(  # type: ignore[misc]
                    "POST", "matching", path, token=token, body=place
                ).status_code
                == 201
            )
        )
    asking = {"program_id": program, "mentor_ids": [ben], "message": "Would you?"}
    [request] = call(platform, tenant, ada, "POST", "/v1/requests", asking)["items"]
    mentorship = call(platform, tenant, ben, "POST", f"/v1/requests/{request['id']}/accept")["mentorship_id"]
    path = f"/v1/mentorships/{mentorship}"
    version = call(platform, tenant, ben, "PUT", f"{path}/agreement", TERMS)["agreement"]["version"]
    for who in (ada, ben):
        call(platform, tenant, who, "POST", f"{path}/agreement/sign", {"version": version})
    return Circle(platform, tenant, program, ada, ben, cleo, mentorship)


def test_conversations_begin_with_an_agenda_made_of_both_people_s_goals_at_a_time_both_have(circle: Circle) -> None:
    eventually(lambda: "Write a book" in str(circle.call(circle.ada, "GET", f"{circle.path}/agenda")))
    agenda = circle.call(circle.ada, "GET", f"{circle.path}/agenda")
    assert agenda["occasion"] == "first"
    for goal in ("Lead a team", "Change industry", "Write a book"):
        assert any(goal in prompt for prompt in agenda["prompts"]), agenda["prompts"]
    slots = circle.call(circle.ada, "GET", f"{circle.path}/sessions/slots?duration_minutes=45")
    assert slots["basis"] == "mentor", "Ada has said nothing of her week"
    first = slots["slots"][0]
    assert first["mentor_local"][10:16] >= "T17:00"
    assert first["mentee_local"].endswith(("-05:00", "-04:00"))


def test_knowledge_transfer_is_a_session_with_notes_actions_and_resources(circle: Circle) -> None:
    starts_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    body = {"starts_at": rfc3339(starts_at), "duration_minutes": 45, "notes": "Bring the draft"}
    session = circle.call(circle.ada, "POST", f"{circle.path}/sessions", body)["id"]
    path = f"{circle.path}/sessions/{session}"
    circle.call(circle.ben, "PATCH", path, {"state": "confirmed"})
    for who, other in ((circle.ada, "Ben Sailor"), (circle.ben, "Ada Sailor")):
        circle.told(who, f"Did you meet {other}?")
    circle.call(circle.ada, "PUT", f"{path}/attendance", {"said": "held"})
    settled = circle.call(circle.ben, "PUT", f"{path}/attendance", {"said": "held"})
    assert (settled["state"], settled["attendance"]) == ("held", "settled")

    noted = circle.call(circle.ben, "PATCH", path, {"actions": ["Shadow two interviews"]})
    [action] = noted["action_items"]
    circle.call(circle.ada, "PATCH", f"{path}/actions/{action['id']}", {"owner_id": circle.ada})
    circle.call(circle.ada, "PUT", f"{path}/private-notes", {"text": "He was tired"})
    assert circle.call(circle.ben, "GET", f"{path}/private-notes")["text"] == ""
    agenda = circle.call(circle.ben, "GET", f"{circle.path}/agenda")
    assert (agenda["occasion"], agenda["items"][0]["about_id"]) == ("next", action["id"])
    circle.call(circle.ada, "PATCH", f"{path}/actions/{action['id']}", {"state": "done"})
    assert "Shadow" not in str(circle.call(circle.ben, "GET", f"{circle.path}/agenda"))

    book = {"kind": "book", "title": "The Odyssey", "url": "https://example.org/odyssey"}
    circle.call(circle.ben, "POST", f"{circle.path}/resources", book)
    circle.told(circle.ada, "Ben Sailor shares something with you")
    circle.call(circle.ben, "POST", f"/v1/programs/{circle.program}/resources", {"title": "How to listen"})
    told = circle.told(circle.cleo, "Something new to read in Spring")
    assert "How to listen" not in str(told), "the words stay where they are"
    [offered] = circle.call(circle.cleo, "GET", f"/v1/programs/{circle.program}/resources")["items"]
    assert offered["title"] == "How to listen"
    staff = {"title": "We meet on Friday"}
    call(
        circle.platform,
        circle.tenant,
        new_id(),
        "POST",
        f"/v1/programs/{circle.program}/announcements",
        staff,
        role="coordinator",
    )
    for who in (circle.ada, circle.ben, circle.cleo):
        circle.told(who, "News of Spring")


def test_networking_opportunities_are_introductions_to_whoever_agrees_and_what_one_hears_of(circle: Circle) -> None:
    offer = {"introduced_to_id": circle.cleo, "message": "You both know the sea"}
    introduction = circle.call(circle.ben, "POST", f"{circle.path}/introductions", offer)["id"]
    circle.told(circle.cleo, "Ben Sailor would like to introduce you to somebody")
    [seen] = circle.call(circle.ada, "GET", "/v1/introductions")["items"]
    assert (seen["id"], seen["state"]) == (introduction, "offered")
    assert circle.cleo not in str(seen)
    assert not any("Cleo" in title for title in circle.titles(circle.ada))

    circle.call(circle.cleo, "POST", f"/v1/introductions/{introduction}/accept")
    for who in (circle.ada, circle.ben):
        circle.told(who, "Cleo Sailor agreed to be introduced")
    seen = circle.call(circle.ada, "GET", f"/v1/introductions/{introduction}")
    assert (seen["introduced_to_id"], seen["introduced_to_name"]) == (circle.cleo, "Cleo Sailor")
    assert seen["message"] == "You both know the sea"

    job = {"kind": "job", "title": "Harbor master", "url": "https://example.org/jobs/1"}
    circle.call(circle.ben, "POST", f"{circle.path}/opportunities", job)
    circle.told(circle.ada, "Ben Sailor thinks of you")
    [heard] = circle.call(circle.ada, "GET", f"{circle.path}/opportunities")["items"]
    assert heard["title"] == "Harbor master"
    circle.call(circle.cleo, "POST", f"/v1/programs/{circle.program}/opportunities", {"kind": "project", "title": "A"})
    circle.told(circle.ada, "An opportunity in Spring")
