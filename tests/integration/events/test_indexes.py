"""Whatever runs reads what it needs and no more: the server's own profile of a whole story says so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from services.events.domain.topic import Topic, TopicFormat, parties
from services.events.store import Store
from shared.ids import new_id
from tests.backends import Backends
from tests.integration.events.conftest import Bench, Deployment, deployed, ticket
from tests.integration.events.encounters import FIRST, Encounters
from tests.integration.events.shopping import Shopping
from tests.integration.events.standin import opened, status
from tests.integration.events.test_calendars import feed, subscribe
from tests.integration.events.test_hooks import send
from tests.integration.events.test_imports import upload
from tests.integration.events.test_mentoring_sessions import Pair
from tests.integration.events.test_merging import merged, unmerged
from tests.integration.events.test_registering import register
from tests.integration.events.test_schedules import Scheduling
from tests.integration.events.test_sources import configured

OURS = (
    "attendance",
    "calendars",
    "closures",
    "corner_offers",
    "corners",
    "dead",
    "deliveries",
    "event_programs",
    "events",
    "held_time",
    "identifiers",
    "imports",
    "members",
    "mentoring_sessions",
    "merges",
    "refused",
    "registrations",
    "source_events",
    "source_fetches",
    "source_names",
    "source_plans",
    "source_syncs",
    "sources",
    "topics",
    "unmapped",
)
OF_MEETINGS = (
    "departures",
    "held_time",
    "kept_apart",
    "meeting_groups",
    "meetings",
    "slot_gates",
    "slot_plans",
    "slot_tables",
    "wishes",
)
BYSTANDERS = 120
"""Tickets of another event, and as many that wait for none."""

A_BATCH = 30

A_PAGE = 51
"""What a list reads for 50 items and a look at the next."""


@pytest.fixture(scope="module")
def deployment(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Their own: what workers look for is looked for in everybody's, and the profile would hold that of other tests."""
    with deployed(backends, tmp_path_factory.mktemp("indexes")) as found:
        yield found


@contextmanager
def profiled(bench: Bench, collections: Sequence[str] = OURS) -> Iterator[list[str]]:
    """Yields a list that holds, afterwards, what read more than a page of documents meanwhile."""
    database = bench.foundation.database
    found: list[str] = []
    # A megabyte of it, as the server makes it, does not hold a story.
    database["system.profile"].drop()
    database.create_collection("system.profile", capped=True, size=64 << 20)
    database.command("profile", 2)
    try:
        yield found
    finally:
        database.command("profile", 0)
    names = [f"{database.name}.{name}" for name in collections]
    entries = list(database["system.profile"].find({"ns": {"$in": names}}))
    assert {entry["ns"] for entry in entries} == set(names), "the story leaves a collection out"
    found += [
        f"{entry['ns']}: {entry['planSummary']}: {entry['command']}"
        for entry in entries
        if "COLLSCAN" in entry.get("planSummary", "") or entry.get("docsExamined", 0) > A_PAGE
    ]


def topics_elsewhere(bench: Bench) -> None:
    """Topics of another event of the tenant, of as many hosts, so far off that no story comes to them."""
    now, elsewhere = bench.foundation.clock.now(), new_id()
    topics = [
        Topic(
            id=new_id(),
            tenant=bench.tenant,
            version=1,
            updated_at=now,
            event_id=elsewhere,
            host_id=host,
            format=TopicFormat.GROUP,
            capacity=4,
            starts_at=now + timedelta(days=60_000),
            ends_at=now + timedelta(days=60_001),
            party_ids=parties(host),
            due_at=now + timedelta(days=60_000),
        )
        for host in (new_id() for _ in range(BYSTANDERS))
    ]
    store = Store(bench.foundation.database)
    with bench.foundation.client.start_session() as session:
        store.topics.write(session, [(None, each) for each in topics])


def gather(bench: Bench, event: str) -> None:
    """Two who come host and join topics, look into the mentoring corner, and are kept apart."""
    program = {"id": new_id(), "name": "P", "kind": "event", "format": "flash", "event_id": event, "state": "open"}
    bench.receive("programs.v1", "program.opened.v1", program, key=program["id"], version=1)
    corner = {"program_id": program["id"], "slot_ids": []}
    assert bench.call("PUT", f"/v1/events/{event}/corner", "organizer", json=corner).status_code == 200
    hosted = {"title": "Grants", "capacity": 1, "starts_at": "2099-05-05T08:00:00Z"}
    answer = bench.call("POST", f"/v1/events/{event}/topics", "member", member=bench.ada, json=hosted)
    assert answer.status_code == 201, answer.get_data()
    topic = f"/v1/topics/{answer.get_json()['id']}"
    for verb in ("join", "leave", "join"):
        assert bench.call("POST", f"{topic}/{verb}", "member", member=bench.ben).status_code == 200
    for path in (f"/v1/events/{event}/topics", topic, f"/v1/events/{event}/corner"):
        assert bench.call("GET", path, "member", member=bench.ben).status_code == 200
    moved = {"starts_at": "2099-05-05T09:00:00Z"}
    assert bench.call("PATCH", topic, "member", member=bench.ada, json=moved).status_code == 200
    pair = sorted((bench.ada, bench.ben))
    block = {"member_ids": pair, "blocked": True}
    bench.receive("blocks.v1", "block.set.v1", block, key=":".join(pair), version=1)


def test_no_step_of_the_story_reads_more_than_a_page(bench: Bench) -> None:
    bench.event(sources=[{"source": "pretix", "source_event_id": "gala"}])
    for number in range(BYSTANDERS):
        bench.ticket(f"G-{number}", source_event_id="gala")
        bench.ticket(f"W-{number}", source_event_id="unknown")
    others = [{"_id": f"other {n}\n{n}", "source_id": "other", "due_at": None, "asked": 1} for n in range(BYSTANDERS)]
    for name in ("source_fetches", "source_syncs"):
        bench.foundation.database[name].insert_many(others)
    topics_elsewhere(bench)
    with opened() as shop, profiled(bench) as long_reads:
        bench.ticket("A-1")
        bench.ticket("A-1", updated_at="2026-11-02T10:00:00Z")
        event = bench.event(capacity=3)
        bench.perform_due()
        bench.member(bench.ada, "A-1", "A-2")
        bench.ticket("A-2")
        bench.ticket("A-2", updated_at="2026-11-02T10:00:00Z", status="cancelled")
        bench.handle([bench.ticket_message(f"B-{number}") for number in range(A_BATCH)])
        bench.handle([bench.ticket_message(f"W-{number}", source_event_id="unknown") for number in range(A_BATCH)])
        bench.handle([bench.member_message(new_id(), f"B-{number}") for number in range(A_BATCH)])
        ended = {"updated_at": "2026-11-02T10:00:00Z", "status": "cancelled"}
        bench.handle([bench.ticket_message(f"B-{number}", **ended) for number in range(A_BATCH)])
        bench.ticket("A-3", status="maybe")
        shopping = Shopping.at(bench, shop, "pretix")
        shop.faults = [status(429), status(500)]
        shopping.hook("URFY3")
        shopping.work()
        shopping.sync()
        shopping.sync()
        assert send(bench, configured(bench, name="signing"), {"source": "signing"}).status_code == 422
        bench.member(bench.ben, "A-1", owned=2)
        gone = new_id()
        bench.member(gone, "B-0", owned=2)
        bench.receive("members.v1", "member.erased.v1", None, key=gone, version=9)
        own = register(bench, event, bench.ada)
        gather(bench, event)
        met = Pair(bench)
        met.tell("confirmed")
        met.tell("held")
        merged = {"id": new_id(), "merged_into": bench.ada}
        bench.receive("members.v1", "member.merged.v1", merged, key=merged["id"], version=2)
        assert bench.call("PUT", f"/v1/registrations/{own}/check-in", "organizer").status_code == 200
        assert bench.call("DELETE", f"/v1/registrations/{own}", "organizer").status_code == 204
        assert bench.registrations(event, q="ada")
        assert len(feed(bench, subscribe(bench, bench.ada))) == 3
        for path in ("/v1/events", f"/v1/events/{event}/registrations", "/v1/imports"):
            assert bench.call("GET", path, "member", "integrator", member=bench.ada).status_code == 200
        for path in ("/v1/events", "/v1/sources", "/v1/unmapped", "/v1/rejections?source=pretix"):
            assert bench.call("GET", path, "organizer").status_code == 200
        assert upload(bench, event, [ticket("A-9")]).status_code == 202
        assert bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"sources": []}).status_code == 409
        assert bench.call("POST", f"/v1/events/{event}/cancel", "organizer").status_code == 200
        bench.perform_due()
    assert long_reads == []


def test_a_page_of_a_schedule_reads_no_more_than_a_page(bench: Bench) -> None:
    there = Scheduling(bench)
    there.wish_each_other(there.attendee(), there.attendee())
    there.made()
    [one] = there.store.planned_meetings.page(bench.tenant, {}, limit=0)
    another = [replace(one, id=new_id(), schedule_id="another") for _ in range(BYSTANDERS)]
    more = [replace(one, id=new_id(), party_ids=(new_id(), new_id())) for _ in range(BYSTANDERS)]
    with bench.foundation.client.start_session() as session:
        there.store.planned_meetings.write(session, [(None, each) for each in (*another, *more)])
    with profiled(bench, ("planned_meetings",)) as long_reads:
        assert len(there.planned()) == A_PAGE - 1
    assert long_reads == []


def test_no_step_of_meetings_reads_more_than_a_page(bench: Bench) -> None:
    there, others = Encounters(bench), Encounters(bench)
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    template = there.store.meetings.get(bench.tenant, others.asked(others.attendee(), others.attendee()))
    pairs = [(new_id(), new_id()) for _ in range(BYSTANDERS)]
    strangers = [
        replace(template, id=new_id(), requester_id=one, invitee_id=two, party_ids=(one, two)) for one, two in pairs
    ]
    foundation = bench.foundation
    with foundation.client.start_session() as session:
        there.store.meetings.write(session, [(None, each) for each in strangers])
        there.store.held_time.take(session, bench.tenant, [hold for each in strangers for hold in each.holds])
    said = [{"_id": f"x:{n}", "tenant": bench.tenant, "event_id": "x", "member_id": f"{n}"} for n in range(BYSTANDERS)]
    foundation.database["wishes"].insert_many([each | {"wishes": [], "no_thanks": []} for each in said])
    with profiled(bench, OF_MEETINGS) as long_reads:
        there.wish(ada, wishes=[ben], no_thanks=[dee])
        meets = [["hosts", "others"], ["hosts", "hosts"], ["others", "others"]]
        groups = {"groups": [{"name": "hosts", "member_ids": [ada, ben]}], "meets": meets}
        path = f"/v1/events/{there.event_id}"
        assert bench.call("PUT", f"{path}/groups", "organizer", json=groups).status_code == 200
        agreed, declined = there.agreed(ada, ben), there.asked(cid, ben, 1)
        assert there.ask(cid, ada).status_code == 409
        there.done("counter", agreed, ada, slot_id=there.slot_ids[2])
        there.done("accept", agreed, ben)
        there.done("decline", declined, ben)
        there.asked(cid, dee, 3)
        assert bench.call("GET", f"{path}/meetings", "member", member=ada).status_code == 200
        assert bench.call("GET", f"/v1/members/{ada}/export-share", "member", member=ada).status_code == 200
        feed(bench, subscribe(bench, ada))
        there.block(ada, cid)
        changed = there.slots_again()[:3]
        confirm = there.put_slots(changed).get_json()["confirm"]
        assert there.put_slots(changed, confirm=confirm).status_code == 200
        bench.handle([merged(bench, ben, dee)])
        bench.handle([unmerged(bench, ben)])
        there.check_in(ada)
        there.perform_due_at(FIRST + timedelta(hours=12), everybodys=True)
        assert bench.call("POST", f"{path}/cancel", "organizer").status_code == 200
        bench.perform_due()
    assert long_reads == []
