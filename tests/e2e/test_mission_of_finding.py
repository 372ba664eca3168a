"""The mission's rows of goals, professional networks and one's own organization on the running platform: who is found,
and why, by people who came to an event with tickets of a system outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import rfc3339
from tests.e2e.association import Association
from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually

NOW = datetime.now(UTC).replace(microsecond=0)
TICKETS: Mapping[str, Mapping[str, Any]] = {
    "ada": {"mentoring": ["mentee"]},
    "ben": {"mentoring": ["mentor"], "goals": ["Teach navigation through winter storms"]},
    "cleo": {"mentoring": ["mentor"], "goals": ["Teach bookkeeping and audits"]},
}
ORGANIZATIONS = {"ada": "Harbor Authority", "ben": "Harbor Authority", "cleo": "Shipyard"}


@dataclass(frozen=True, slots=True)
class Attendees:
    """Ada looks for a mentor in the program of an event; Ben and Cleo offer to be one. All three are there."""

    association: Association
    event: str
    program: str
    ada: str
    ben: str
    cleo: str

    def recommended(self) -> Mapping[str, dict[str, Any]]:
        """The mentors that Ada is shown, the best first."""
        path = f"/v1/programs/{self.program}/recommendations"
        return {each["mentor_id"]: each for each in self.association.call(self.ada, "GET", path)["items"]}

    def events(self, who: str, method: str, path: str, body: object = None) -> Any:
        return self.association.call(who, method, path, body, service="events")


@pytest.fixture(scope="module")
def attendees(platform: Running) -> Attendees:
    found = gathering(platform, (NOW - timedelta(hours=4), NOW + timedelta(hours=8)))
    association = Association(platform, found.tenant, found.organizer)
    program = association.program(kind="event", event_id=found.event_id)
    for name, ticket in TICKETS.items():
        person = {"email": f"{name}@example.org", "given_name": name.title(), "family_name": "Sailor"}
        person["organization"] = ORGANIZATIONS[name]
        found.outside.binary(record(found.source_event_id, name, person=person, checked_in_at=rfc3339(NOW), **ticket))
    ada, ben, cleo = (found.linked(name)["member_id"] for name in TICKETS)
    attendees = Attendees(association, found.event_id, program, ada, ben, cleo)

    def enrolled() -> bool:
        places = association.coordinator("GET", f"/v1/programs/{program}/enrollments")["items"]
        return {each["member_id"] for each in places if each["state"] == "approved"} == {ada, ben, cleo}

    eventually(enrolled)
    return attendees


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

    for text, fitting, other in (
        ("Understand bookkeeping", attendees.cleo, attendees.ben),
        ("Master navigation in storms", attendees.ben, attendees.cleo),
    ):
        goal = states(text)
        eventually(lambda first=fitting: next(iter(attendees.recommended())) == first)  # type: ignore[misc]
        shown = attendees.recommended()
        assert shown[fitting]["parts"]["goals"] > shown[other]["parts"]["goals"] == 0
        assert any("goals" in reason for reason in shown[fitting]["reasons"])

    [request] = association.call(ada, "POST", "/v1/requests", asking)["items"]
    assert association.call(attendees.ben, "GET", f"/v1/requests/{request['id']}")["goal"] == goal
    association.call(ada, "POST", f"/v1/requests/{request['id']}/withdraw")


def meet(attendees: Attendees) -> None:
    """Ada and Ben agree to meet, and it is over: the organizer says that it was earlier than planned."""
    path, own = f"/v1/events/{attendees.event}", attendees.events
    planned = {"starts_at": rfc3339(NOW + timedelta(hours=1)), "ends_at": rfc3339(NOW + timedelta(hours=2))}
    [slot] = attendees.association.organizer("PUT", f"{path}/slots", {"slots": [planned], "notice_hours": 0})["slots"]
    asked = {"invitee_id": attendees.ben, "slot_id": slot["id"]}
    meeting = own(attendees.ada, "POST", f"{path}/meetings", asked)["id"]
    own(attendees.ben, "POST", f"/v1/meetings/{meeting}/accept", {})
    was = {"starts_at": rfc3339(NOW - timedelta(hours=2)), "ends_at": rfc3339(NOW - timedelta(hours=1))}
    change: dict[str, Any] = {"slots": [{"id": slot["id"], **was}]}
    staff = attendees.association.staff
    shown = attendees.association.answer(staff, "PUT", f"{path}/slots", change, service="events", role="organizer")
    assert (shown.status_code, shown.json()["affected"]["moved"]) == (409, 1), shown.text
    attendees.association.organizer("PUT", f"{path}/slots", change | {"confirm": shown.json()["confirm"]})


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
    words = {"title": "Winter at sea", "starts_at": rfc3339(NOW + timedelta(hours=4))}
    topic = attendees.events(attendees.ada, "POST", f"/v1/events/{attendees.event}/topics", words)["id"]
    [listed] = attendees.events(attendees.cleo, "GET", f"/v1/events/{attendees.event}/topics")["items"]
    assert (listed["id"], listed["title"]) == (topic, "Winter at sea")
    joined = attendees.events(attendees.cleo, "POST", f"/v1/topics/{topic}/join")
    assert (joined["own"], joined["member_ids"]) == ("joined", [attendees.cleo])


def test_use_professional_networks_by_attendee_data_met_at_as_evidence_chapters_interest_groups_and_topics_to_join(
    attendees: Attendees,
) -> None:
    shown = attendees.recommended()
    assert {each: shown[each]["parts"]["met"] for each in shown} == {attendees.ben: 0.5, attendees.cleo: 0.5}
    meet(attendees)
    eventually(lambda: attendees.recommended()[attendees.ben]["parts"]["met"] == 1)
    shown = attendees.recommended()
    assert "you have met at an event" in shown[attendees.ben]["reasons"]
    assert shown[attendees.cleo]["parts"]["met"] == 0.5
    met = "/v1/members/me/met"
    [evidence] = eventually(lambda: attendees.association.call(attendees.ada, "GET", met, service="profiles")["items"])
    assert (evidence["member"]["id"], evidence["event_id"]) == (attendees.ben, attendees.event)
    join_groups(attendees)
    join_a_topic(attendees)


@pytest.mark.parametrize(
    ("rule", "shown", "best"),
    [
        ("required", {"ben"}, "ben"),
        ("preferred", {"ben", "cleo"}, "ben"),
        ("indifferent", {"ben", "cleo"}, None),
        ("avoided", {"ben", "cleo"}, "cleo"),
        ("forbidden", {"cleo"}, "cleo"),
    ],
)
def test_look_inside_your_own_organization_which_is_required_preferred_indifferent_avoided_or_forbidden(
    attendees: Attendees, rule: str, shown: set[str], best: str | None
) -> None:
    association = attendees.association
    off = dict.fromkeys(("goals", "met"), "off")
    revised = {
        "rules": {"organization": rule},
        "weights": {**off, "organization": "high"},
        "settings": {"goal_required": False},
    }
    association.coordinator("PATCH", f"/v1/programs/{attendees.program}", revised)
    names = {attendees.ben: "ben", attendees.cleo: "cleo"}
    by_rule = best if rule in ("preferred", "avoided") else None

    def as_ruled() -> bool:
        found = attendees.recommended()
        scored = {names[each]: found[each]["parts"].get("organization") for each in found}
        expected = {each: None if by_rule is None else float(each == by_rule) for each in shown}
        return scored == expected and (best is None or names[next(iter(found))] == best)

    eventually(as_ruled)
    asked = set()
    for mentor, name in names.items():
        asking = {"program_id": attendees.program, "mentor_ids": [mentor], "message": "Would you?"}
        answer = association.answer(attendees.ada, "POST", "/v1/requests", asking)
        if answer.status_code == 201:
            asked.add(name)
            association.call(attendees.ada, "POST", f"/v1/requests/{answer.json()['items'][0]['id']}/withdraw")
    assert asked == shown, "who is not recommended by the rule is not asked either"
