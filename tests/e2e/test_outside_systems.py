"""What an outside system publishes on `attendees.v1`, well or badly."""

import json

import pytest

from tests.e2e.gathering import Gathering, gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually


@pytest.fixture
def event(platform: Running) -> Gathering:
    return gathering(platform)


def test_a_binary_cloud_event_becomes_a_registration_of_a_member(event: Gathering) -> None:
    event.outside.binary(record(event.source_event_id, "BIN-1"))
    registration = event.linked("BIN-1")
    assert (registration["status"], registration["attending"]) == ("confirmed", True)
    assert event.member(registration["member_id"])["email"] == "bin-1@example.org"


def test_a_structured_cloud_event_becomes_a_registration_of_a_member(event: Gathering) -> None:
    event.outside.structured(record(event.source_event_id, "STR-1"))
    registration = event.linked("STR-1")
    assert (registration["status"], registration["attending"]) == ("confirmed", True)
    assert event.member(registration["member_id"])["email"] == "str-1@example.org"


def test_both_modes_and_a_changed_record_lead_to_one_member(event: Gathering) -> None:
    event.outside.binary(record(event.source_event_id, "TWO-1"))
    first = event.linked("TWO-1")
    event.outside.structured(record(event.source_event_id, "TWO-1", status="cancelled"))
    eventually(lambda: event.registrations()["TWO-1"]["status"] == "cancelled")
    assert event.registrations()["TWO-1"]["member_id"] == first["member_id"]


def test_a_record_against_the_schema_is_dead_with_its_reason_and_the_next_flows(event: Gathering) -> None:
    broken = record(event.source_event_id, "BAD-1", status="perhaps")
    event.outside.binary(broken)
    event.outside.binary(record(event.source_event_id, "NEXT-1"))
    event.linked("NEXT-1")
    line = eventually(lambda: _dead_line(event, "BAD-1"))
    assert "/status" in line
    assert "BAD-1" not in event.registrations()


def test_a_record_that_is_no_cloud_event_is_dead_with_its_reason_and_the_next_flows(event: Gathering) -> None:
    before = set(event.platform.ithaca("dead", "list", "--service", "events").stdout.splitlines())
    event.outside.raw(b"\xff\xfe not json", {}, key=b"x")
    event.outside.structured(record(event.source_event_id, "NEXT-2"))
    event.linked("NEXT-2")

    def dead() -> set[str]:
        return set(event.platform.ithaca("dead", "list", "--service", "events").stdout.splitlines()) - before

    (line,) = eventually(dead)
    assert "CloudEvent" in line


def test_the_publisher_finds_the_rejection(event: Gathering) -> None:
    event.outside.structured(record(event.source_event_id, "BAD-2", updated_at="yesterday"))
    integrator = event.staff("integrator")

    def rejections() -> list[dict[str, object]]:
        answer = event.platform.call("GET", "events", "/v1/rejections?source=turnstile", token=integrator)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, object]] = answer.json()["items"]
        return found

    (rejection,) = eventually(rejections)
    assert "/updated_at" in json.dumps(rejection)


def _dead_line(event: Gathering, ticket: str) -> str | None:
    """The line of `ithaca dead list` whose letter, revealed, is about that ticket."""
    for line in event.platform.ithaca("dead", "list", "--service", "events").stdout.splitlines():
        identifier = line.split("\t")[0]
        shown = event.platform.ithaca("dead", "show", identifier, "--service", "events", "--reveal")
        if ticket in json.loads(shown.stdout)["value"]:
            return line
    return None
