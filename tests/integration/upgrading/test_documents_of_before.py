"""What 0.1.0 left in the databases: migrated while it still writes, read, answered, and worked with."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shared.ids import new_id
from shared.storage import Repository
from shared.web.access import ROLES
from tests.contract.released_documents import TENANT, kept
from tests.integration.http.operations import BUILDS, Operation, operations
from tests.integration.upgrading.conftest import VERSION, Upgraded

KEPT = {(each.service, each.collection): each.documents for each in kept(VERSION)}

PLACES = {
    "identifier": ("profiles", "members"),
    "program_id": ("matching", "programs"),
    "enrollment_id": ("matching", "enrollments"),
    "run_id": ("matching", "match_runs"),
    "proposal_id": ("matching", "proposals"),
    "request_id": ("matching", "requests"),
    "mentorship_id": ("matching", "mentorships"),
    "session_id": ("matching", "sessions"),
    "milestone_id": ("matching", "milestones"),
    "event_id": ("events", "events"),
    "registration_id": ("events", "registrations"),
    "import_id": ("events", "imports"),
    "letter_id": ("events", "dead"),
}
"""Where the ids in addresses are found, for what there was."""

TERMS = {"goals": ["Lead a team"], "format": "video", "frequency": "biweekly", "duration_weeks": 24}

ENDLESS = "/v1/inbox/stream"

NOT_MADE = {
    "/v1/association",
    "/v1/members/{identifier}/export",
    "/v1/members/{identifier}/export/archive",
    "/v1/events/{event_id}/schedule",
    "/v1/events/{event_id}/schedule/meetings",
    "/v1/events/{event_id}/corner",
}
"""What that version did not have: there is nothing yet, and that is all."""
GONE = {"cancellations"}
"""Whom an event was called off to was told of from there: by the news about an event now."""

READS = [
    each
    for each in operations()
    if each.method == "GET"
    and each.path != ENDLESS
    and (not each.names or PLACES.get(each.names[-1], ("", ""))[0] in (each.service, "profiles"))
]


def asked(operation: Operation) -> Iterator[tuple[str, str]]:
    """Each address that there is something at, and who asks: both of a pair, where it is about one."""
    if not operation.names:
        for each in KEPT["profiles", "members"][:2]:
            yield operation.path, each["_id"]
        return
    for each in unlike(KEPT[PLACES[operation.names[-1]]]):
        ids = {name: each.get(name) or new_id() for name in operation.names[:-1]} | {operation.names[-1]: each["_id"]}
        for who in parties(each):
            yield f"{operation.path.format_map(ids)}?with={each['_id']}", who


def unlike(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One of each state, and of what has none the first."""
    found = {str(each.get("state", each.get("status"))): each for each in reversed(documents)}
    return list(found.values())


def parties(document: Mapping[str, Any]) -> list[str]:
    pairs = {each["_id"]: each for each in KEPT["matching", "mentorships"]}
    about = pairs.get(document.get("mentorship_id", ""), document)
    named = [about[name] for name in ("mentor_id", "mentee_id", "member_id") if about.get(name)]
    return named or [KEPT["profiles", "members"][0]["_id"]]


def test_migrating_while_the_version_of_before_writes_hinders_neither_and_loses_nothing(upgraded: Upgraded) -> None:
    assert upgraded.old.failed == []
    for (service, collection), documents in upgraded.old.written.items():
        found = {each["_id"]: each for each in upgraded.surface.database(service)[collection].find()}
        lost = {key for key, each in documents.items() if found.get(key) != each}
        assert not lost, (service, collection)


@pytest.mark.parametrize("service", BUILDS)
def test_every_aggregate_of_before_is_read_by_the_store(upgraded: Upgraded, service: str) -> None:
    """Also those of which no address shows anything."""
    stores = upgraded.surface.app(service).extensions.values()
    repositories = {each.collection.name: each for store in stores for each in inside(store)}
    mine = [each for each in kept(VERSION) if each.service == service and each.reads and each.collection not in GONE]
    assert mine
    for each in mine:
        for document in each.documents:
            assert repositories[each.collection].from_document(dict(document)).id == document["_id"]


def inside(thing: object, depth: int = 3) -> Iterator[Repository[Any]]:
    if isinstance(thing, Repository):
        yield thing
    if depth and type(thing).__module__.startswith("services."):
        slots = (name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()))
        for name in (*slots, *getattr(thing, "__dict__", ())):
            yield from inside(getattr(thing, name, None), depth - 1)


@pytest.mark.parametrize("operation", READS, ids=str)
def test_what_was_there_before_is_answered(upgraded: Upgraded, operation: Operation) -> None:
    surface, status = upgraded.surface, 404 if operation.path in NOT_MADE else 200
    for path, who in asked(operation):
        headers = surface.issuer.headers(*ROLES, tenant=TENANT, sub=who)
        answer = surface.call(operation.service, "GET", path, headers=headers)
        assert answer.status_code == status, (path, who, answer.get_data()[:500])


def test_what_was_under_way_goes_on(upgraded: Upgraded) -> None:
    """Each of it is a write to documents of before, by the rules there are now."""
    surface = upgraded.surface

    def act(who: str, service: str, path: str, body: Any = None, *, method: str = "POST", status: int = 200) -> Any:
        headers = surface.issuer.headers(*ROLES, tenant=TENANT, sub=who)
        options = {} if body is None else {"data": orjson.dumps(body), "content_type": "application/json"}
        answer = surface.call(service, method, path, headers=headers, **options)
        assert answer.status_code == status, (method, path, answer.get_data())
        return answer.get_json(silent=True)

    ada = KEPT["profiles", "members"][0]["_id"]
    act(ada, "profiles", f"/v1/members/{ada}", {"seniority": 3}, method="PATCH")

    asked = one("matching", "requests", state="info_requested")
    act(asked["mentee_id"], "matching", f"/v1/requests/{asked['_id']}/answer", {"answer": "Data engineering."})
    paired = act(asked["mentor_id"], "matching", f"/v1/requests/{asked['_id']}/accept")["mentorship_id"]
    act(asked["mentor_id"], "matching", f"/v1/mentorships/{paired}/agreement", TERMS, method="PUT")

    held = one("matching", "mentorships", state="on_hold")
    pair = f"/v1/mentorships/{held['_id']}"
    act(held["mentee_id"], "matching", f"{pair}/resume")
    session, milestone = one("matching", "sessions", state="proposed"), one("matching", "milestones", state="open")
    act(held["mentor_id"], "matching", f"{pair}/sessions/{session['_id']}", {"state": "confirmed"}, method="PATCH")
    act(held["mentee_id"], "matching", f"{pair}/milestones/{milestone['_id']}", {"state": "completed"}, method="PATCH")
    act(held["mentee_id"], "matching", f"{pair}/goals", {"statement": "Speak in public"}, status=201)
    act(held["mentor_id"], "matching", f"{pair}/complete")
    pending = one("matching", "mentorships", state="agreement_pending")
    act(pending["mentee_id"], "matching", f"/v1/mentorships/{pending['_id']}/end", {"reason": "no_fault"})

    proposal = one("matching", "proposals", state="proposed")
    act(ada, "matching", f"/v1/proposals/{proposal['_id']}", {"state": "approved"}, method="PATCH")
    act(ada, "matching", f"/v1/match-runs/{proposal['run_id']}/publish")
    assert act(ada, "matching", f"/v1/proposals/{proposal['_id']}", method="GET")["state"] == "published"
    paused = one("matching", "enrollments", state="paused")
    act(ada, "matching", f"/v1/enrollments/{paused['_id']}", {"state": "approved"}, method="PATCH")
    act(ada, "matching", f"/v1/programs/{asked['program_id']}", {"rules": {"overlap_minutes": 60}}, method="PATCH")
    act(ada, "matching", f"/v1/programs/{asked['program_id']}/close")

    there = one("events", "registrations", status="confirmed")
    act(ada, "events", f"/v1/registrations/{there['_id']}/check-in", method="PUT")
    act(ada, "events", f"/v1/events/{there['event_id']}", {"place": "Milan"}, method="PATCH")
    act(ada, "events", f"/v1/events/{one('events', 'events', state='draft')['_id']}/publish")
    feed = act(there["member_id"], "events", "/v1/calendars", status=201)["url"]
    calendar = surface.call("events", "GET", f"/v1/{feed.partition('/v1/')[2]}")
    assert (calendar.status_code, calendar.text.count("BEGIN:VEVENT")) == (200, 1)

    letter = KEPT["events", "dead"][0]["_id"]
    act(ada, "events", f"/ops/dead/{letter}/drop")

    told = one("notifications", "notifications", member_id=ada)
    act(ada, "notifications", f"/v1/inbox/{told['_id']}/read")


def test_what_a_run_of_before_left_out_is_told(upgraded: Upgraded) -> None:
    run = max(KEPT["matching", "match_runs"], key=lambda each: len(each["unmatched"]))
    surface = upgraded.surface
    headers = surface.issuer.headers("coordinator", tenant=TENANT)
    told = surface.call("matching", "GET", f"/v1/match-runs/{run['_id']}", headers=headers).get_json()["unmatched"]
    assert [(each["member_id"], each["reason"]) for each in told] == [
        (each["member_id"], each["reason"]) for each in run["unmatched"]
    ]


@pytest.mark.parametrize("service", BUILDS)
def test_a_letter_may_lie_where_one_lay_before_the_topic_was_made_anew(upgraded: Upgraded, service: str) -> None:
    """An index of 0.1.0 refused it: `same_record` is in its place."""
    letters = upgraded.surface.database(service)["dead"]
    place = {"topic": "attendees.v1", "partition": 0, "offset": 900_000, "reaction": None, "tenant": TENANT}
    letters.insert_many(
        [{**place, "_id": new_id(), "timestamp": datetime(2026, 11, day, tzinfo=UTC)} for day in (1, 2)]
    )


def one(service: str, collection: str, **fields: str) -> Mapping[str, Any]:
    """The first document that has these."""
    return next(each for each in KEPT[service, collection] if fields.items() <= each.items())


def test_a_request_that_the_version_before_answered_is_answered_by_it_again(upgraded: Upgraded) -> None:
    surface, [kept_answer] = upgraded.surface, KEPT["matching", "idempotency"]
    body = b'{"name": "Autumn cohort", "kind": "cohort", "format": "one_to_one", "rules": {"overlap_minutes": 30}}'
    headers = surface.issuer.headers(*ROLES, tenant=TENANT, sub=kept_answer["subject"])
    again = surface.call(
        "matching",
        "POST",
        "/v1/programs",
        headers=headers | {"Idempotency-Key": "a-program"},
        data=body,
        content_type="application/json",
    )
    assert (again.status_code, again.get_data()) == (201, kept_answer["body"])
