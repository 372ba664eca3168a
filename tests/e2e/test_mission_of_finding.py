"""The mission's rows of goals, professional networks and one's own organization on the running platform: who is found,
and why, by whoever came to an event."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.attendees import Attendees
from tests.e2e.attendees import attendees as some_attendees
from tests.e2e.running import Running, eventually


@pytest.fixture(scope="module")
def attendees(platform: Running) -> Attendees:
    return some_attendees(platform)


def test_identify_your_goals_which_are_asked_first_and_drive_matching(attendees: Attendees) -> None:
    association, ada = attendees.association, attendees.ada
    asking = {"program_id": attendees.program, "mentor_ids": [attendees.ben], "message": "Would you?"}
    prompts = association.call(ada, "GET", f"/v1/programs/{attendees.program}/goal-prompts")
    assert prompts["goal_required"]
    assert prompts["prompts"] != []
    refused = association.answer(ada, "POST", "/v1/requests", asking)
    assert (refused.status_code, refused.json()["detail"][:36]) == (409, "State a goal before you ask a mentor")

    def states(text: str) -> dict[str, Any]:
        goal = {"text": text, "measure": "Somebody else says so", "target_date": "2099-06-01"}
        association.call(ada, "PATCH", "/v1/members/me", {"goals": [goal]}, service="profiles")
        return goal

    def heard(fitting: str) -> Mapping[str, dict[str, Any]] | None:
        shown = attendees.recommended()
        return shown if fitting in shown and shown[fitting]["parts"].get("goals") else None

    for text, fitting, other in (
        ("Understand bookkeeping", attendees.cleo, attendees.ben),
        ("Master navigation in storms", attendees.ben, attendees.cleo),
    ):
        goal = states(text)
        shown = eventually(lambda who=fitting: heard(who))  # type: ignore[misc]
        assert list(shown) == [fitting, other]
        assert shown[other]["parts"]["goals"] == 0
        assert any(reason.startswith("goals") for reason in shown[fitting]["reasons"])

    [request] = association.call(ada, "POST", "/v1/requests", asking)["items"]
    assert association.call(attendees.ben, "GET", f"/v1/requests/{request['id']}")["goal"] == goal
    association.call(ada, "POST", f"/v1/requests/{request['id']}/withdraw")


def meet(attendees: Attendees) -> None:
    """Ada and Ben agree to meet, and it is over: the organizer says that it was earlier than planned."""
    path, own = f"/v1/events/{attendees.event}", attendees.events
    planned = {"starts_at": attendees.at(1), "ends_at": attendees.at(2)}
    [slot] = attendees.association.organizer("PUT", f"{path}/slots", {"slots": [planned], "notice_hours": 0})["slots"]
    asked = {"invitee_id": attendees.ben, "slot_id": slot["id"]}
    meeting = own(attendees.ada, "POST", f"{path}/meetings", asked)["id"]
    own(attendees.ben, "POST", f"/v1/meetings/{meeting}/accept", {})
    change = {"slots": [{"id": slot["id"], "starts_at": attendees.at(-2), "ends_at": attendees.at(-1)}]}
    staff = attendees.association.staff
    shown = attendees.association.answer(staff, "PUT", f"{path}/slots", change, service="events", role="organizer")
    assert (shown.status_code, shown.json()["affected"]["moved"]) == (409, 1), shown.text
    attendees.association.organizer("PUT", f"{path}/slots", {**change, "confirm": shown.json()["confirm"]})


def join_groups(attendees: Attendees) -> None:
    """Ada joins a chapter and an interest group, is found by them, and comes into what is for them."""
    association, ada = attendees.association, attendees.ada
    for name, kind in (("Chapter Milan", "chapter"), ("Bridges", "interest")):
        group = association.coordinator("POST", "/v1/groups", {"name": name, "kind": kind}, service="profiles")["id"]
        association.call(ada, "PUT", f"/v1/groups/{group}/members/me", service="profiles")
        found = association.coordinator("GET", f"/v1/members?group={group}", service="profiles")["items"]
        assert [each["id"] for each in found] == [ada]
        places = f"/v1/programs/{association.program(rules={'groups': [group]})}/enrollments"
        eventually(lambda at=places: association.answer(ada, "POST", at, {"role": "mentee"}).status_code == 201)  # type: ignore[misc]
        refused = association.answer(attendees.cleo, "POST", places, {"role": "mentee"})
        assert (refused.status_code, "for members of" in refused.json()["detail"]) == (409, True)


def join_a_topic(attendees: Attendees) -> None:
    """Ada hosts one, Cleo joins."""
    words = {"title": "Winter at sea", "starts_at": attendees.at(4)}
    topic = attendees.events(attendees.ada, "POST", f"/v1/events/{attendees.event}/topics", words)["id"]
    [listed] = attendees.events(attendees.cleo, "GET", f"/v1/events/{attendees.event}/topics")["items"]
    assert (listed["id"], listed["title"]) == (topic, "Winter at sea")
    joined = attendees.events(attendees.cleo, "POST", f"/v1/topics/{topic}/join")
    assert (joined["own"], joined["member_ids"]) == ("joined", [attendees.cleo])


def test_use_professional_networks_by_attendee_data_met_at_as_evidence_chapters_interest_groups_and_topics_to_join(
    attendees: Attendees,
) -> None:
    eventually(lambda: attendees.parts("met") == {attendees.ben: 0.5, attendees.cleo: 0.5})
    meet(attendees)
    eventually(lambda: attendees.parts("met") == {attendees.ben: 1, attendees.cleo: 0.5})
    assert "you have met at an event" in attendees.recommended()[attendees.ben]["reasons"]
    met = "/v1/members/me/met"
    [evidence] = eventually(lambda: attendees.association.call(attendees.ada, "GET", met, service="profiles")["items"])
    assert (evidence["member"]["id"], evidence["event_id"]) == (attendees.ben, attendees.event)
    join_groups(attendees)
    join_a_topic(attendees)


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("required", {"ben": None}),
        ("preferred", {"ben": 1, "cleo": 0}),
        ("indifferent", {"ben": None, "cleo": None}),
        ("avoided", {"cleo": 1, "ben": 0}),
        ("forbidden", {"cleo": None}),
    ],
)
def test_look_inside_your_own_organization_which_is_required_preferred_indifferent_avoided_or_forbidden(
    attendees: Attendees, rule: str, shown: Mapping[str, int | None]
) -> None:
    """Ben is of Ada's, Cleo is not; `shown` says how much that counts, the best first."""
    association = attendees.association
    revised = {
        "rules": {"organization": rule},
        "weights": {"goals": "off", "met": "off", "organization": "high"},
        "settings": {"goal_required": False},
    }
    association.coordinator("PATCH", f"/v1/programs/{attendees.program}", revised)
    mentors = {"ben": attendees.ben, "cleo": attendees.cleo}
    parts = {mentors[name]: part for name, part in shown.items()}

    def as_ruled() -> bool:
        found = attendees.parts("organization")
        return found == parts and (rule == "indifferent" or list(found) == list(parts))

    eventually(as_ruled)
    asked = set()
    for name, mentor in mentors.items():
        asking = {"program_id": attendees.program, "mentor_ids": [mentor], "message": "Would you?"}
        answer = association.answer(attendees.ada, "POST", "/v1/requests", asking)
        if answer.status_code == 201:
            asked.add(name)
            association.call(attendees.ada, "POST", f"/v1/requests/{answer.json()['items'][0]['id']}/withdraw")
    assert asked == set(shown), "who is not recommended by the rule is not asked either"
