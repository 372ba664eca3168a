"""Records of ticket systems become registrations: in order, on a seat, once an event names their source."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging import letters
from tests.integration.events.conftest import Bench

FIRST, SECOND, THIRD = (f"2026-11-0{day}T10:00:00Z" for day in (1, 2, 3))


def test_a_ticket_takes_a_seat_before_anybody_knows_whose_it_is(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", ticket_type="Member ticket")
    (found,) = bench.registrations(event)
    assert (found["status"], found["member_id"], found["attending"]) == ("confirmed", None, True)
    assert (found["name"], found["ticket_type"]) == ("Ada Okafor", "Member ticket")
    assert bench.shown(event)["seats_taken"] == 1
    assert bench.told("registration") == []


def test_the_latest_by_the_source_s_own_time_wins_whatever_the_order_of_arrival(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", updated_at=SECOND, status="cancelled")
    bench.ticket("A-1", updated_at=FIRST, status="confirmed")
    assert [each["status"] for each in bench.registrations(event)] == ["cancelled"]
    bench.ticket("A-1", updated_at="2026-11-03T08:00:00-02:00", status="confirmed")
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_records_of_one_moment_the_higher_id_wins(bench: Bench, order: tuple[int, int]) -> None:
    event = bench.event()
    records = [("a", "pending"), ("b", "confirmed")]
    for index in order:
        identifier, status = records[index]
        bench.ticket("A-1", status=status, identifier=identifier)
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]


def test_a_removal_leaves_a_dated_row_that_older_records_cannot_revive_and_newer_ones_can(bench: Bench) -> None:
    event = bench.event()
    bench.removal("A-1", SECOND)
    bench.ticket("A-1", updated_at=FIRST)
    (found,) = bench.registrations(event)
    assert (found["status"], found["name"]) == ("cancelled", None)
    assert bench.shown(event)["seats_taken"] == 0
    bench.ticket("A-1", updated_at=THIRD)
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]


@pytest.mark.parametrize(
    ("status", "seats"),
    [("pending", 1), ("confirmed", 1), ("waitlisted", 0), ("cancelled", 0), ("refunded", 0), ("no_show", 1)],
)
def test_each_status_uses_a_seat_or_frees_it_and_back(bench: Bench, status: str, seats: int) -> None:
    event = bench.event()
    bench.ticket("A-1", updated_at=FIRST)
    bench.ticket("A-1", updated_at=SECOND, status=status)
    assert bench.shown(event)["seats_taken"] == seats
    bench.ticket("A-1", updated_at=THIRD)
    assert bench.shown(event)["seats_taken"] == 1


def test_a_ticket_takes_a_seat_above_capacity_and_the_event_says_so_until_it_is_freed(bench: Bench) -> None:
    event = bench.event(capacity=1)
    bench.ticket("A-1")
    bench.ticket("A-2")
    assert (bench.shown(event)["seats_taken"], bench.shown(event)["over_capacity"]) == (2, True)
    bench.ticket("A-2", updated_at=SECOND, status="cancelled")
    assert bench.shown(event)["over_capacity"] is False
    told = [(each.type, each.data["over_capacity"]) for each in bench.told("event.")]
    assert told == [("event.published.v1", False), ("event.updated.v1", True), ("event.updated.v1", False)]


def test_a_record_more_than_five_minutes_ahead_of_the_broker_is_refused_with_its_pointer(bench: Bench) -> None:
    event = bench.event()
    now = datetime.now(UTC)
    bench.ticket("A-1", updated_at=rfc3339(now + timedelta(minutes=4)), at=now)
    bench.ticket("A-2", updated_at=rfc3339(now + timedelta(minutes=6)), at=now)
    assert [each["source_registration_id"] for each in bench.registrations(event)] == ["A-1"]
    (refused,) = bench.call("GET", "/v1/rejections", "integrator").json["items"]  # type: ignore[index]
    assert refused["source_registration_id"] == "A-2"
    assert [fault["pointer"] for fault in refused["faults"]] == ["/updated_at"]


def test_a_record_waits_until_an_event_that_names_its_source_is_published(bench: Bench) -> None:
    bench.ticket("A-1", updated_at=SECOND)
    bench.ticket("A-1", updated_at=FIRST, status="cancelled")
    event = bench.event(publish=False)
    bench.ticket("A-2")
    waiting = bench.call("GET", "/v1/unmapped", "integrator").json["items"]  # type: ignore[index]
    assert [(each["source_registration_id"], each["status"]) for each in waiting] == [
        ("A-1", "confirmed"),
        ("A-2", "confirmed"),
    ]
    bench.publish(event)
    bench.perform_due()
    assert {each["source_registration_id"] for each in bench.registrations(event)} == {"A-1", "A-2"}
    assert bench.shown(event)["seats_taken"] == 2
    assert bench.call("GET", "/v1/unmapped", "integrator").json["items"] == []  # type: ignore[index]


def test_a_record_waits_until_a_published_event_is_changed_to_name_its_source(bench: Bench) -> None:
    event = bench.event(sources=[])
    for number in range(120):
        bench.ticket(f"A-{number}")
    bench.call(
        "PATCH",
        f"/v1/events/{event}",
        "organizer",
        json={"sources": [{"source": "pretix", "source_event_id": "summit"}]},
    )
    bench.perform_due()
    assert bench.shown(event)["seats_taken"] == 120


def test_a_record_that_waited_never_overrides_a_newer_one(bench: Bench) -> None:
    bench.ticket("A-1", updated_at=FIRST)
    event = bench.event()
    bench.ticket("A-1", updated_at=SECOND, status="cancelled")
    bench.perform_due()
    assert [each["status"] for each in bench.registrations(event)] == ["cancelled"]


def test_waiting_records_are_another_tenant_s_when_they_are(bench: Bench) -> None:
    bench.ticket("A-1", tenant=bench.neighbor)
    bench.event()
    bench.perform_due()
    assert bench.call("GET", "/v1/unmapped", "integrator").json["items"] == []  # type: ignore[index]
    theirs = bench.call("GET", "/v1/unmapped", "integrator", tenant=bench.neighbor).json["items"]  # type: ignore[index]
    assert [each["source_registration_id"] for each in theirs] == ["A-1"]


def test_refused_records_are_listed_to_their_tenant_by_source_with_what_is_wrong(bench: Bench) -> None:
    bench.ticket("A-1", status="maybe")
    bench.ticket("A-2", source="cvent", person={"email": "nobody"})
    bench.ticket("A-3", status="maybe", tenant=bench.neighbor)
    everything = bench.call("GET", "/v1/rejections", "organizer").json["items"]  # type: ignore[index]
    assert [each["source_registration_id"] for each in everything] == ["A-1", "A-2"]
    (cvent,) = bench.call("GET", "/v1/rejections?source=cvent", "organizer").json["items"]  # type: ignore[index]
    assert cvent["faults"][0]["pointer"] == "/person/email"
    assert "nobody" not in str(cvent)


def test_refused_records_come_in_pages(bench: Bench) -> None:
    for number in range(5):
        bench.ticket(f"A-{number}", status="maybe")
    seen, path = [], "/v1/rejections?limit=2"
    while path:
        page = bench.call("GET", path, "integrator").json
        assert page is not None
        seen += [each["source_registration_id"] for each in page["items"]]
        path = f"/v1/rejections?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"A-{number}" for number in range(5)]


def test_the_same_message_twice_is_one_registration(bench: Bench) -> None:
    event, identifier = bench.event(), new_id()
    bench.ticket("A-1", identifier=identifier)
    bench.ticket("A-1", identifier=identifier)
    assert bench.shown(event)["seats_taken"] == 1
    assert letters.listed(bench.foundation.database, {"tenant": bench.tenant}, limit=1) == []


def test_a_record_that_says_the_same_again_moves_nothing_and_still_wins_over_older_ones(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", identifier="a")
    registrations = bench.foundation.database["registrations"]
    (before,) = registrations.find({"tenant": bench.tenant})
    bench.ticket("A-1", identifier="c")
    (after,) = registrations.find({"tenant": bench.tenant})
    assert (before.pop("record")["message_id"], after.pop("record")["message_id"]) == ("a", "c")
    assert after == before
    bench.ticket("A-1", identifier="b", status="cancelled")
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]
    assert bench.shown(event)["seats_taken"] == 1
