"""Another tenant's things are not there, and no route is open to a role it is not for."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST
from tests.integration.events.rounds import ask
from tests.integration.events.test_imports import upload
from tests.integration.events.test_registering import register
from tests.integration.events.test_schedules import Scheduling
from tests.integration.events.test_sources import PRETIX, configured

BY_SECRET = (
    "/v1/calendars/<token>.ics",
    "/v1/rounds/<token>/screen",
    "/v1/rounds/<token>/room-plan",
    "/v1/rounds/<token>/table-cards",
    "/v1/rounds/<token>/personal-plans",
)
"""Whoever has the address needs no token: `test_calendars` and `test_round_pages` have their walls."""

ALL = ("member", "coordinator", "organizer", "integrator")


WHOLE: dict[str, dict[str, Any]] = {
    "PUT /v1/events/{event_id}/slots": {"slots": []},
    "PUT /v1/events/{event_id}/groups": {"groups": [], "meets": []},
    "POST /v1/events/{event_id}/meetings": {"invitee_id": new_id(), "slot_id": new_id()},
    "POST /v1/meetings/{meeting_id}/counter": {"slot_id": new_id()},
    "POST /v1/events/{event_id}/topics": {"title": "Writing grants", "starts_at": "2099-05-05T09:00:00Z"},
    "PUT /v1/events/{event_id}/corner": {"program_id": new_id(), "slot_ids": []},
    "PUT /v1/events/{event_id}/corner/offers": {"slot_ids": []},
    "POST /v1/events/{event_id}/corner/bookings": {"mentor_id": new_id(), "slot_id": new_id()},
    "POST /v1/events/{event_id}/rounds": {"starts_at": "2099-05-04T12:00:00Z", "rounds": 1},
}
"""Bodies where an empty one would be refused before anything is looked for."""


@pytest.fixture
def places(bench: Bench) -> dict[str, str]:
    """One of each thing of tenant `acme`, by its name in a route."""
    event = bench.event()
    uploaded = upload(bench, event, []).json
    assert uploaded is not None
    there = Scheduling(bench)
    ben = there.attendee()
    meeting = there.asked(ben, there.attendee())
    there.wish_each_other(ben, there.attendee())
    there.made()
    hosted = {"title": "Writing grants", "starts_at": rfc3339(FIRST + timedelta(hours=6))}
    topic = bench.call("POST", f"/v1/events/{there.event_id}/topics", "member", member=ben, json=hosted)
    assert topic.status_code == 201, topic.get_data()
    return {
        "topic_id": topic.get_json()["id"],
        "meeting_id": meeting,
        "planned_id": there.planned()[0]["id"],
        "event_id": event,
        "registration_id": register(bench, event, bench.ada),
        "import_id": uploaded["id"],
        "identifier": bench.ada,
        "source_id": configured(bench, **PRETIX | {"name": "another shop"})["id"],
        "series_id": ask(bench, event)["id"],
    }


def routes(bench: Bench) -> list[tuple[str, str]]:
    """Those that need a token: a hook's address says by itself whose it is."""
    return [
        (method, rule.rule.replace("<id:", "{").replace(">", "}"))
        for rule in bench.app.url_map.iter_rules()
        if rule.rule.startswith("/v1/") and not rule.rule.startswith("/v1/hooks/") and rule.rule not in BY_SECRET
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def test_another_tenant_s_things_are_not_there_on_any_route(bench: Bench, places: dict[str, str]) -> None:
    before = bench.told("")
    single = [(method, rule) for method, rule in routes(bench) if "{" in rule]
    assert {name for _, rule in single for name in re.findall(r"\{(\w+)\}", rule)} == places.keys()
    for method, rule in single:
        body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": WHOLE.get(f"{method} {rule}", {})}
        if rule.endswith("attendees"):
            body = {"data": b"", "content_type": "application/x-ndjson"}
        answer = bench.call(method, rule.format(**places), *ALL, tenant=bench.neighbor, member=bench.ada, **body)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), (method, rule)
    assert bench.told("") == before


def test_another_tenant_s_lists_are_empty(bench: Bench, places: dict[str, str]) -> None:
    lists = [rule for method, rule in routes(bench) if method == "GET" and "{" not in rule]
    assert len(lists) == 6
    for rule in lists:
        answer = bench.call("GET", rule, *ALL, tenant=bench.neighbor, member=bench.ada)
        assert answer.json == {"items": [], "next": None}, rule


def test_an_operator_s_token_opens_no_route(bench: Bench, places: dict[str, str]) -> None:
    for method, rule in routes(bench):
        assert bench.call(method, rule.format(**places), "operator").status_code == 403, (method, rule)


def test_without_a_token_no_route_answers(bench: Bench, places: dict[str, str]) -> None:
    for method, rule in routes(bench):
        answer = bench.app.test_client().open(rule.format(**places), method=method)
        assert answer.status_code == 401, (method, rule)


def test_a_token_of_an_outside_login_is_its_member_s(bench: Bench) -> None:
    identifiers = [{"issuer": "https://issuer.test", "value": "ada-login", "version": 1}]
    bench.member(bench.ada, identifiers=identifiers)
    event = bench.event()
    answer = bench.call("POST", f"/v1/events/{event}/registrations", "member", member="ada-login")
    assert answer.json is not None
    assert (answer.status_code, answer.json["member_id"]) == (201, bench.ada)
    assert bench.call("POST", f"/v1/events/{event}/registrations", "member", member="stranger").status_code == 403
