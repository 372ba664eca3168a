"""What is taken in together comes to the same as one after the other, and meets what happens at the same moment."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging import letters
from tests.integration.events.conftest import Bench, Deployment
from tests.integration.events.stories import Teller, World, in_batches, left_with
from tests.integration.events.test_crossing import LATER, overtaken

LENGTH = 200
LARGEST = 40
EARLIER = "2026-11-01T10:00:00Z"


@pytest.mark.parametrize("seed", range(4))
def test_a_story_told_in_batches_leaves_what_it_leaves_told_one_by_one(deployment: Deployment, seed: int) -> None:
    chance = random.Random(seed)
    story = Teller(chance).story(LENGTH)
    alone, together = (World.made(Bench(deployment)) for _ in range(2))
    for line in story:
        alone.bench.handle([line.message(alone)])
    for batch in in_batches(story, chance, LARGEST):
        together.bench.handle([line.message(together) for line in batch])
    assert left_with(together) == left_with(alone)
    for world in (alone, together):
        world.bench.publish(world.events["draft"])
        world.bench.perform_due()
    ends = left_with(alone), left_with(together)
    assert ends[0] == ends[1]
    assert letters.listed(deployment.foundation.database, {"tenant": alone.bench.tenant}, limit=1) == []
    # The story is worth comparing only where it got around.
    kinds = {entry[0].removeprefix("org.ithaca.") for told in ends[0]["told"].values() for entry in told}
    assert kinds >= {
        "registration.confirmed.v1",
        "registration.cancelled.v1",
        "registration.waitlisted.v1",
        "registration.checked_in.v1",
        "event.updated.v1",
    }


def test_a_batch_of_two_tenants_keeps_them_apart(bench: Bench) -> None:
    ours, theirs = bench.event(), bench.event(tenant=bench.neighbor)
    bench.handle(
        [
            bench.ticket_message(f"A-{number}", tenant=tenant)
            for number in range(3)
            for tenant in (bench.tenant, bench.neighbor)
        ]
    )
    assert len(bench.registrations(ours)) == 3
    assert bench.shown(ours)["seats_taken"] == 3
    found = bench.call("GET", f"/v1/events/{theirs}/registrations", "organizer", tenant=bench.neighbor).json
    assert found is not None
    assert len(found["items"]) == 3


def test_of_a_batch_only_the_record_that_is_dated_ahead_is_refused(bench: Bench) -> None:
    event, now = bench.event(), datetime.now(UTC)
    ahead = rfc3339(now + timedelta(hours=1))
    bench.handle(
        [
            bench.ticket_message(f"A-{number}", updated_at=ahead if number == 4 else EARLIER, at=now)
            for number in range(9)
        ]
    )
    assert bench.shown(event)["seats_taken"] == 8
    (refused,) = bench.call("GET", "/v1/rejections", "integrator").json["items"]  # type: ignore[index]
    assert refused["source_registration_id"] == "A-4"


def test_a_large_batch_takes_no_more_statements_than_a_small_one(bench: Bench) -> None:
    bench.event()
    small, large = 20, 80  # fewer still take other statements, since their versions are raised unseen
    assert _statements(bench, 0, small) == _statements(bench, small, large)


def _statements(bench: Bench, first: int, count: int) -> list[str]:
    """What the server was asked for new tickets, for as many members, then for the tickets' end."""
    tickets = [f"B-{number}" for number in range(first, first + count)]
    members = [new_id() for _ in tickets]
    database = bench.foundation.database
    database.command("profile", 2)
    try:
        bench.handle([bench.ticket_message(each, updated_at=EARLIER) for each in tickets])
        bench.handle([bench.member_message(member, each) for member, each in zip(members, tickets, strict=True)])
        bench.handle([bench.ticket_message(each, updated_at=LATER, status="cancelled") for each in tickets])
    finally:
        database.command("profile", 0)
    profile = database["system.profile"]
    asked = profile.find(
        {"ns": {"$ne": f"{database.name}.system.profile"}, "op": {"$in": ["query", "insert", "command"]}}
    )
    statements = sorted(f"{each['ns']} {next(iter(each['command']))}" for each in asked)
    profile.drop()
    assert f"{database.name}.registrations insert" in statements
    return statements


def test_tickets_overtaken_by_their_members_are_linked(bench: Bench) -> None:
    event = bench.event()
    tickets = [f"A-{number}" for number in range(5)]
    overtaken(
        bench,
        bench.taking(*[bench.ticket_message(each) for each in tickets]),
        lambda: bench.handle([bench.member_message(bench.ada, "A-1"), bench.member_message(bench.ben, "A-3")]),
    )
    linked = {each["source_registration_id"]: each["member_id"] for each in bench.registrations(event)}
    assert linked == dict.fromkeys(tickets) | {"A-1": bench.ada, "A-3": bench.ben}
    assert len(bench.told("registration.confirmed")) == 2


def test_members_overtaken_by_their_tickets_are_linked(bench: Bench) -> None:
    event = bench.event()
    overtaken(
        bench,
        bench.taking(bench.member_message(bench.ada, "A-1"), bench.member_message(bench.ben, "A-3")),
        lambda: bench.handle([bench.ticket_message(f"A-{number}") for number in range(5)]),
    )
    assert {each["member_id"] for each in bench.registrations(event)} == {None, bench.ada, bench.ben}
    assert len(bench.told("registration.confirmed")) == 2


def test_two_batches_at_once_take_the_seats_of_both_and_tell_once_that_the_event_is_over_capacity(bench: Bench) -> None:
    event = bench.event(capacity=3)
    overtaken(
        bench,
        bench.taking(*[bench.ticket_message(f"A-{number}") for number in range(2)]),
        lambda: bench.handle([bench.ticket_message(f"B-{number}") for number in range(2)]),
    )
    assert (bench.shown(event)["seats_taken"], bench.shown(event)["over_capacity"]) == (4, True)
    assert [(each.version, each.data["over_capacity"]) for each in bench.told("event.")] == [(2, False), (3, True)]


def test_one_new_ticket_in_two_batches_at_once_is_one_registration(bench: Bench) -> None:
    event = bench.event()
    overtaken(
        bench,
        bench.taking(bench.ticket_message("A-1", updated_at=EARLIER), bench.ticket_message("A-2")),
        lambda: bench.handle(
            [bench.ticket_message("A-1", updated_at=LATER, status="pending"), bench.ticket_message("A-3")]
        ),
    )
    found = {each["source_registration_id"]: each["status"] for each in bench.registrations(event)}
    assert found == {"A-1": "pending", "A-2": "confirmed", "A-3": "confirmed"}
    assert bench.shown(event)["seats_taken"] == 3


@pytest.mark.parametrize("status", ["confirmed", "waitlisted"])
def test_a_batch_overtaken_by_the_end_of_its_event_leaves_nothing_live_whatever_seats_it_moves(
    bench: Bench, status: str
) -> None:
    event = bench.event()
    bench.ticket("A-1", updated_at=EARLIER)

    def call_off() -> None:
        bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
        bench.perform_due()

    # As many seats are freed as taken.
    overtaken(
        bench,
        bench.taking(
            bench.ticket_message("A-1", updated_at=LATER, status="refunded" if status == "confirmed" else "confirmed"),
            bench.ticket_message("A-2", status=status),
        ),
        call_off,
    )
    assert {each["status"] for each in bench.registrations(event)} <= {"cancelled", "refunded"}
    assert bench.shown(event)["seats_taken"] == 0


def test_an_event_that_is_over_capacity_within_one_batch_only_says_so_and_takes_it_back(bench: Bench) -> None:
    event = bench.event(capacity=1)
    bench.handle(
        [
            bench.ticket_message("A-1"),
            bench.ticket_message("A-2", updated_at=EARLIER),
            bench.ticket_message("A-2", updated_at=LATER, status="cancelled"),
        ]
    )
    assert [each.data["over_capacity"] for each in bench.told("event.")] == [False, True, False]
    assert (bench.shown(event)["seats_taken"], bench.shown(event)["over_capacity"]) == (1, False)
