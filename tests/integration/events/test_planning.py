"""Organizers plan, publish, change and call off events."""

from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.events.conftest import Bench

SUMMIT = {"source": "pretix", "source_event_id": "summit"}


def test_a_new_event_is_a_draft_that_only_organizers_see_and_nobody_is_told_of(bench: Bench) -> None:
    event = bench.event(publish=False)
    assert bench.shown(event)["state"] == "draft"
    assert bench.call("GET", f"/v1/events/{event}", "member").status_code == 404
    assert bench.call("GET", "/v1/events", "member").json == {"items": [], "next": None}
    assert bench.told("event") == []


def test_a_published_event_is_seen_by_members_and_told_in_full(bench: Bench) -> None:
    session = {"title": "Opening", "starts_at": "2099-05-04T09:00:00+02:00", "ends_at": "2099-05-04T08:00:00Z"}
    event = bench.event(capacity=500, place="Milan", sessions=[session])
    answer = bench.call("GET", f"/v1/events/{event}", "member")
    assert answer.json is not None
    assert (answer.json["state"], answer.json["seats_taken"]) == ("published", 0)
    (told,) = bench.told("event")
    assert (told.type, told.key, told.version) == ("event.published.v1", event, 2)
    assert told.data == {
        "id": event,
        "name": "Annual Summit",
        "starts_at": "2099-05-04T07:00:00Z",
        "ends_at": "2099-05-06T16:00:00Z",
        "time_zone": "Europe/Rome",
        "capacity": 500,
        "over_capacity": False,
        "place": "Milan",
        "visibility": "members",
        "state": "published",
        "sessions": [{"title": "Opening", "starts_at": "2099-05-04T07:00:00Z", "ends_at": "2099-05-04T08:00:00Z"}],
        "sources": [SUMMIT | {"configured": False}],
    }


def test_publishing_twice_is_a_conflict(bench: Bench) -> None:
    assert bench.publish(bench.event()).status_code == 409


def test_a_change_is_told_once_the_event_is_published_and_null_clears(bench: Bench) -> None:
    event = bench.event(publish=False, place="Milan")
    assert bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"name": "Summit"}).status_code == 200
    assert bench.told("event") == []
    bench.publish(event)
    changed = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"place": None, "capacity": 3})
    assert changed.json is not None
    assert (changed.json["place"], changed.json["capacity"], changed.json["name"]) == (None, 3, "Summit")
    assert [(each.type, each.version) for each in bench.told("event")] == [
        ("event.published.v1", 3),
        ("event.updated.v1", 4),
    ]


def test_a_stale_tag_refuses_the_change_and_registrations_make_no_tag_stale(bench: Bench) -> None:
    event = bench.event()
    tag = bench.call("GET", f"/v1/events/{event}", "organizer").headers["ETag"]
    bench.ticket("A-1")
    fresh = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"place": "Rome"}, headers={"If-Match": tag})
    assert (fresh.status_code, bench.shown(event)["seats_taken"]) == (200, 1)
    stale = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"place": "Bari"}, headers={"If-Match": tag})
    assert stale.status_code == 412


def test_capacity_lowered_below_the_seats_taken_ends_nothing_and_shows(bench: Bench) -> None:
    event = bench.event(capacity=2)
    bench.ticket("A-1")
    bench.ticket("A-2")
    bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"capacity": 1})
    assert (bench.shown(event)["seats_taken"], bench.shown(event)["over_capacity"]) == (2, True)
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed", "confirmed"]


def test_a_source_event_belongs_to_one_event_of_the_tenant(bench: Bench) -> None:
    bench.event(publish=False)
    body = {
        "name": "Copy",
        "starts_at": "2099-05-04T07:00:00Z",
        "ends_at": "2099-05-05T07:00:00Z",
        "time_zone": "Europe/Rome",
    }
    assert bench.call("POST", "/v1/events", "organizer", json=body | {"sources": [SUMMIT]}).status_code == 409
    other = bench.event(sources=[], publish=False)
    assert bench.call("PATCH", f"/v1/events/{other}", "organizer", json={"sources": [SUMMIT]}).status_code == 409
    theirs = bench.call("POST", "/v1/events", "organizer", tenant=bench.neighbor, json=body | {"sources": [SUMMIT]})
    assert theirs.status_code == 201


def test_a_source_may_go_to_another_event_unless_registrations_came_from_it(bench: Bench) -> None:
    first = bench.event()
    assert bench.call("PATCH", f"/v1/events/{first}", "organizer", json={"sources": []}).status_code == 200
    second = bench.event()
    bench.ticket("A-1")
    assert [each["source_registration_id"] for each in bench.registrations(second)] == ["A-1"]
    assert bench.call("PATCH", f"/v1/events/{second}", "organizer", json={"sources": []}).status_code == 409


def test_a_cancelled_draft_gives_its_sources_back(bench: Bench) -> None:
    draft = bench.event(publish=False)
    assert bench.call("POST", f"/v1/events/{draft}/cancel", "organizer").status_code == 200
    assert bench.told("event") == []
    assert bench.shown(bench.event())["state"] == "published"


def test_calling_an_event_off_cancels_its_registrations_and_later_tickets_stay_cancelled(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1")
    bench.call("POST", f"/v1/events/{event}/registrations", "member", member=new_id())
    assert bench.call("POST", f"/v1/events/{event}/cancel", "organizer").status_code == 200
    bench.perform_due()
    bench.ticket("A-1", updated_at="2026-11-09T10:00:00Z")
    assert {each["status"] for each in bench.registrations(event)} == {"cancelled"}
    assert bench.shown(event)["seats_taken"] == 0
    told = bench.told("registration.cancelled")
    assert {(each.data["reason"], each.data["attending"]) for each in told} == {("event_cancelled", False)}
    assert len(told) == 2
    assert [each.data["state"] for each in bench.told("event.cancelled")] == ["cancelled"]
    renamed = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"name": "X"})
    again = bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
    assert (renamed.status_code, again.status_code) == (409, 409)


def test_a_hidden_event_is_found_by_those_registered_only(bench: Bench) -> None:
    event = bench.event(visibility="hidden")
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    assert bench.call("GET", f"/v1/events/{event}", "member", member=bench.ada).status_code == 200
    assert bench.call("GET", f"/v1/events/{event}", "member", member=new_id()).status_code == 404
    assert bench.call("POST", f"/v1/events/{event}/registrations", "member", member=new_id()).status_code == 404
    assert bench.call("GET", "/v1/events", "member", member=bench.ada).json == {"items": [], "next": None}


def test_events_come_in_pages_in_the_order_they_were_made(bench: Bench) -> None:
    made = [bench.event(sources=[]) for _ in range(5)]
    seen, path = [], "/v1/events?limit=2"
    while path:
        page = bench.call("GET", path, "member").json
        assert page is not None
        seen += [each["id"] for each in page["items"]]
        path = f"/v1/events?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == made


GOOD: dict[str, Any] = {
    "name": "X",
    "starts_at": "2099-05-04T07:00:00Z",
    "ends_at": "2099-05-05T07:00:00Z",
    "time_zone": "Europe/Rome",
}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"ends_at": "2099-05-04T07:00:00Z"}, "/ends_at"),
        ({"time_zone": "Europe/Ithaca"}, "/time_zone"),
        ({"capacity": "3"}, "/capacity"),
        ({"capacity": -1}, "/capacity"),
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"starts_at": "tomorrow"}, "/starts_at"),
        ({"visibility": "friends"}, "/visibility"),
        ({"state": "published"}, "/state"),
        ({"color": "red"}, "/color"),
        ({"sources": [SUMMIT, SUMMIT]}, "/sources/1"),
        ({"sources": [{"source": "pretix"}]}, "/sources/0/source_event_id"),
        ({"sessions": [{"title": "A", "starts_at": "2099-05-04T07:00:00Z"}]}, "/sessions/0/ends_at"),
        (
            {"sessions": [{"title": "A", "starts_at": "2099-05-04T07:00:00Z", "ends_at": "2099-05-04T06:00:00Z"}]},
            "/sessions/0/ends_at",
        ),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_wrong_value_is_named_by_its_pointer(bench: Bench, method: str, change: dict[str, Any], pointer: str) -> None:
    path, body = "/v1/events", GOOD | change
    if method == "PATCH":
        # What is left out of a patch is compared as it is there.
        path, body = f"/v1/events/{bench.event(publish=False, **GOOD)}", change
    answer = bench.call(method, path, "organizer", json=body)
    assert answer.status_code == 422, answer.get_data()
    assert answer.json is not None
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_a_body_that_is_no_json_is_malformed(bench: Bench) -> None:
    for body in (b"{", b"[1", b"\xff"):
        answer = bench.call("POST", "/v1/events", "organizer", data=body, content_type="application/json")
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    answer = bench.call("POST", "/v1/events", "organizer", data=b"a=b", content_type="text/plain")
    assert answer.status_code == 415


def test_what_the_association_says_of_offers_holds_for_events_planned_from_then_on(bench: Bench) -> None:
    def says(version: int, **numbers: int) -> None:
        data = {"id": bench.tenant, "name": "Acme", "defaults": numbers}
        bench.receive("associations.v1", "association.updated.v1", data, key=bench.tenant, version=version)

    before = bench.event(sources=[])
    says(1, offer_hours=6)
    planned, named = bench.event(sources=[]), bench.event(sources=[], offer_hours=12)
    says(2)
    after = bench.event(sources=[])
    assert [bench.shown(each)["offer_hours"] for each in (before, planned, named, after)] == [24, 6, 12, 24]
