"""Things that need each other and happen at the same moment never pass each other unseen."""

from functools import partial
from typing import Any

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.test_registering import at_once

PAIRS = 8


def done(step: Any, *given: Any, **fields: Any) -> int:
    step(*given, **fields)
    return 200


def test_a_ticket_and_its_member_that_come_at_once_are_linked(bench: Bench) -> None:
    event = bench.event()
    members = {f"X-{number}": new_id() for number in range(PAIRS)}
    for ticket, member in members.items():
        at_once([partial(done, bench.ticket, ticket), partial(done, bench.member, member, ticket)])
    linked = {each["source_registration_id"]: each["member_id"] for each in bench.registrations(event)}
    assert linked == members
    assert len(bench.told("registration.confirmed")) == PAIRS


def test_a_record_and_the_publication_of_its_event_that_come_at_once_lose_nothing(bench: Bench) -> None:
    for number in range(PAIRS):
        source = f"summit-{number}"
        event = bench.event(publish=False, sources=[{"source": "pretix", "source_event_id": source}])
        ticket = partial(done, bench.ticket, "A-1", source_event_id=source)
        at_once([ticket, partial(done, bench.publish, event)])
        bench.perform_due()
        assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]


def test_a_ticket_and_the_end_of_its_event_that_come_at_once_leave_no_live_ticket(bench: Bench) -> None:
    for number in range(PAIRS):
        source = f"gala-{number}"
        event = bench.event(sources=[{"source": "pretix", "source_event_id": source}])
        ticket = partial(done, bench.ticket, "A-1", source_event_id=source)
        at_once([ticket, partial(done, bench.call, "POST", f"/v1/events/{event}/cancel", "organizer")])
        bench.perform_due()
        assert [each["status"] for each in bench.registrations(event)] == ["cancelled"]
        assert bench.shown(event)["seats_taken"] == 0


def test_two_events_that_claim_one_source_at_once_are_one_winner(bench: Bench) -> None:
    body = {
        "name": "X",
        "starts_at": "2099-05-04T07:00:00Z",
        "ends_at": "2099-05-05T07:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": [{"source": "pretix", "source_event_id": "contested"}],
    }

    def claim() -> int:
        return bench.call("POST", "/v1/events", "organizer", json=body).status_code

    assert at_once([claim] * 10) == {201: 1, 409: 9}
