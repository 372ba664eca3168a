"""Who may meet whom, by groups; and whom one would like to meet."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import Encounters


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def put(there: Encounters, groups: list[dict[str, Any]], meets: list[list[str]], **options: Any) -> TestResponse:
    body = {"groups": groups, "meets": meets}
    return there.bench.call("PUT", f"/v1/events/{there.event_id}/groups", "organizer", json=body, **options)


def test_only_people_whose_groups_meet_may_ask_each_other(there: Encounters) -> None:
    investor, startup, other, rest = (there.attendee() for _ in range(4))
    groups = [{"name": "investors", "member_ids": [investor]}, {"name": "startups", "member_ids": [startup, other]}]
    made = put(there, groups, [["investors", "startups"], ["others", "startups"]])
    assert made.status_code == 200, made.get_data()
    assert there.ask(startup, investor, 0).status_code == 201
    assert there.ask(rest, other, 0).status_code == 201
    for one, two in ((startup, other), (investor, rest)):
        refused = there.ask(one, two, 1)
        assert refused.status_code == 409
        assert "groups" in refused.get_json()["detail"]


def test_without_rules_everybody_meets_everybody(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    assert put(there, [{"name": "investors", "member_ids": [ada]}], []).status_code == 200
    assert there.ask(ada, ben).status_code == 201


def test_tickets_and_answers_say_who_is_in_a_group(bench: Bench) -> None:
    there = Encounters(bench)
    sources = [{"source": "pretix", "source_event_id": "summit"}]
    named = bench.call("PATCH", f"/v1/events/{there.event_id}", "organizer", json={"sources": sources})
    assert named.status_code == 200, named.get_data()
    vip, founder, plain = new_id(), new_id(), there.attendee()
    bench.ticket("A-1", ticket_type="VIP")
    bench.ticket("A-2", ticket_type="Standard", answers={"ROLE": "Founder", "DIET": "x" * 201})
    bench.member(vip, "A-1")
    bench.member(founder, "A-2")
    groups: list[dict[str, Any]] = [
        {"name": "hosts", "ticket_types": ["VIP"]},
        {"name": "founders", "answers": [{"question": "ROLE", "among": ["Founder", "Co-founder"]}]},
    ]
    assert put(there, groups, [["founders", "hosts"]]).status_code == 200
    assert there.ask(founder, vip).status_code == 201
    assert there.ask(plain, vip, 1).status_code == 409


@pytest.mark.parametrize(
    ("groups", "meets", "pointer"),
    [
        ([{"name": "a"}, {"name": "a"}], [], "/groups/1/name"),
        ([{"name": "others"}], [], "/groups/0/name"),
        ([{"name": "a"}], [["a", "b"]], "/meets/0/1"),
    ],
)
def test_what_does_not_fit_together_is_named(
    there: Encounters, groups: list[dict[str, Any]], meets: list[list[str]], pointer: str
) -> None:
    refused = put(there, groups, meets)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.get_json()["errors"]] == [pointer]


def test_groups_are_shown_as_they_are_and_changed_from_what_was_seen(there: Encounters) -> None:
    path = f"/v1/events/{there.event_id}/groups"
    none = there.bench.call("GET", path, "organizer")
    assert (none.get_json(), none.headers["ETag"]) == ({"groups": [], "meets": []}, '"0"')
    assert put(there, [{"name": "a"}], [["a", "others"]]).status_code == 200
    shown = there.bench.call("GET", path, "organizer").get_json()
    assert [each["name"] for each in shown["groups"]] == ["a"]
    assert shown["meets"] == [["a", "others"]]
    assert put(there, [], [], headers={"If-Match": '"0"'}).status_code == 412


def test_wishes_are_read_by_who_said_them_alone(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    path = f"/v1/events/{there.event_id}/wishes"
    there.wish(ada, wishes=[cid], no_thanks=[ben])
    own = there.bench.call("GET", path, "member", member=ada)
    assert own.get_json() == {"wishes": [cid], "no_thanks": [ben]}
    assert there.bench.call("GET", path, "member", member=ben).get_json() == {"wishes": [], "no_thanks": []}
    assert there.bench.call("GET", path, "organizer").status_code == 403
    stale = there.bench.call("PUT", path, "member", member=ada, json={}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412


def test_wishes_that_contradict_themselves_are_refused(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    path = f"/v1/events/{there.event_id}/wishes"
    body = {"wishes": [ben, ben, ada], "no_thanks": [ben]}
    refused = there.bench.call("PUT", path, "member", member=ada, json=body)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.get_json()["errors"]] == ["/wishes/1", "/wishes/2", "/no_thanks/0"]


def test_who_does_not_come_wishes_nothing(there: Encounters) -> None:
    stranger = new_id()
    there.bench.member(stranger)
    path = f"/v1/events/{there.event_id}/wishes"
    assert there.bench.call("PUT", path, "member", member=stranger, json={}).status_code == 409
