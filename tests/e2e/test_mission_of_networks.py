"""The mission's row of networking on the running platform, as a pair, another mentor, an organizer and staff see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import rfc3339
from tests.e2e.association import association
from tests.e2e.circle import Circle
from tests.e2e.circle import circle as a_circle
from tests.e2e.running import Running, eventually

BEGINS = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


@pytest.fixture(scope="module")
def circle(platform: Running) -> Circle:
    """A pair at work, in a tenant of its own."""
    return a_circle(association(platform)).agreed()


@pytest.fixture(scope="module")
def event(circle: Circle) -> str:
    """An evening to which all three of the circle come."""
    body = {
        "name": "An evening",
        "starts_at": rfc3339(BEGINS),
        "ends_at": rfc3339(BEGINS + timedelta(hours=4)),
        "time_zone": "Atlantic/Azores",
    }
    identifier: str = circle.association.organizer("POST", "/v1/events", body)["id"]
    circle.association.organizer("POST", f"/v1/events/{identifier}/publish")
    path = f"/v1/events/{identifier}/registrations"
    for who in (circle.ada, circle.ben, circle.cleo):
        eventually(
            lambda who=who: circle.association.answer(who, "POST", path, {}, service="events").status_code == 201  # type: ignore[misc]
        )
    return identifier


def at(minutes: int) -> str:
    """Of the evening."""
    return rfc3339(BEGINS + timedelta(minutes=minutes))


def meet(circle: Circle, event: str) -> None:
    """Ada asks Cleo, who says yes."""
    slots = {"slots": [{"starts_at": at(0), "ends_at": at(30), "places": [{"name": "Window"}]}]}
    [slot] = circle.association.organizer("PUT", f"/v1/events/{event}/slots", slots)["slots"]
    asked = {"invitee_id": circle.cleo, "slot_id": slot["id"], "message": "Of the sea?"}
    meeting = circle.call(circle.ada, "POST", f"/v1/events/{event}/meetings", asked, service="events")["id"]
    [seen] = circle.call(circle.cleo, "GET", f"/v1/events/{event}/meetings", service="events")["items"]
    assert (seen["id"], seen["message"], seen["state"]) == (meeting, "Of the sea?", "pending")
    agreed = circle.call(circle.cleo, "POST", f"/v1/meetings/{meeting}/accept", {}, service="events")
    assert (agreed["state"], agreed["table"]) == ("accepted", "Window")
    circle.told(circle.ada, "You and Cleo Sailor meet at An evening")


def ask_for_rounds(circle: Circle, event: str) -> str:
    """As many as there are pairs; where they are, while a worker plans them."""
    rounds = f"/v1/events/{event}/rounds"
    asked = {"starts_at": at(60), "rounds": 3, "round_minutes": 5}
    return f"{rounds}/{circle.association.organizer('POST', rounds, asked)['id']}"


def publish_rounds(circle: Circle, series: str) -> None:
    """Each of the three meets each once."""

    def ready() -> bool:
        state: str = circle.association.organizer("GET", series)["state"]
        assert state != "failed"
        return state == "ready"

    eventually(ready)
    circle.association.organizer("POST", f"{series}/publish")
    everybody = {circle.ada, circle.ben, circle.cleo}
    for who in everybody:
        [plan] = circle.call(who, "GET", f"{series}/plan", service="events")["items"]
        met = [each["member_id"] for one in plan["rounds"] for each in one.get("partners") or ()]
        assert sorted(met) == sorted(everybody - {who})


def introduce(circle: Circle) -> None:
    """Ben introduces Ada to Cleo, who must agree first."""
    offer = {"introduced_to_id": circle.cleo, "message": "You both know the sea"}
    introduction = circle.pair(circle.ben, "POST", "/introductions", offer)["id"]
    circle.told(circle.cleo, "Ben Sailor would like to introduce you to somebody")
    [seen] = circle.call(circle.ada, "GET", "/v1/introductions")["items"]
    assert (seen["id"], seen["state"]) == (introduction, "offered")
    assert circle.cleo not in str(seen)
    assert not any("to be introduced" in each["title"] for each in circle.association.inbox(circle.ada))

    circle.call(circle.cleo, "POST", f"/v1/introductions/{introduction}/accept")
    for who in (circle.ada, circle.ben):
        circle.told(who, "Cleo Sailor agreed to be introduced")
    seen = circle.call(circle.ada, "GET", f"/v1/introductions/{introduction}")
    assert (seen["introduced_to_id"], seen["introduced_to_name"]) == (circle.cleo, "Cleo Sailor")
    assert seen["message"] == "You both know the sea"


def share_opportunities(circle: Circle) -> None:
    """Ben a job with Ada, Cleo a project and a collaboration with the program."""
    job = {"kind": "job", "title": "Harbor master", "url": "https://example.org/jobs/1"}
    circle.pair(circle.ben, "POST", "/opportunities", job)
    circle.told(circle.ada, "Ben Sailor thinks of you")
    [heard] = circle.pair(circle.ada, "GET", "/opportunities")["items"]
    assert (heard["kind"], heard["title"]) == ("job", "Harbor master")
    path = f"/v1/programs/{circle.program}/opportunities"
    for kind, title in (("project", "Chart the coast"), ("collaboration", "A book of knots")):
        circle.call(circle.cleo, "POST", path, {"kind": kind, "title": title})
    circle.told(circle.ada, "An opportunity in Spring")
    found: list[dict[str, Any]] = circle.call(circle.ada, "GET", path)["items"]
    assert {each["kind"]: each["title"] for each in found} == {
        "project": "Chart the coast",
        "collaboration": "A book of knots",
    }, "and not the job, which is for Ada alone"


def test_networking_opportunities_by_events_meetings_speed_rounds_introductions_and_what_one_hears_of(
    circle: Circle, event: str
) -> None:
    series = ask_for_rounds(circle, event)
    meet(circle, event)
    introduce(circle)
    share_opportunities(circle)
    publish_rounds(circle, series)
