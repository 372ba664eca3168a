"""Things that need each other and happen at the same moment never pass each other unseen.

Each test lets one of the two read before, and write after, the other has happened as a whole.
"""

from collections.abc import Callable

from services.events.commands.take_record import take_records
from services.events.domain.attendee_record import AttendeeRecord
from services.events.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_registering import at_once

LATER = "2026-11-05T10:00:00Z"


def overtaken(bench: Bench, slow: Callable[[Transaction], None], meanwhile: Callable[[], object]) -> None:
    """Runs `slow` in a transaction whose view of the world is from before `meanwhile` happened."""
    began = False

    def work(transaction: Transaction) -> None:
        nonlocal began
        transaction.database["events"].find_one({}, session=transaction.session)
        if not began:
            began = True
            meanwhile()
        slow(transaction)

    bench.foundation.unit_of_work.run(work, tenant=bench.tenant)


def record(bench: Bench, registration: str = "A-1", **fields: str) -> Callable[[Transaction], None]:
    """The use case of a ticket's record."""
    store = Store(bench.foundation.database)
    taken = AttendeeRecord.from_data(ticket(registration, **fields), new_id())
    return lambda transaction: take_records(store, [(transaction, taken)])


def test_a_ticket_overtaken_by_its_member_is_linked(bench: Bench) -> None:
    event = bench.event()
    overtaken(bench, record(bench), lambda: bench.member(bench.ada, "A-1"))
    assert [each["member_id"] for each in bench.registrations(event)] == [bench.ada]
    assert len(bench.told("registration.confirmed")) == 1


def test_a_record_overtaken_by_the_publication_of_its_event_does_not_wait_for_ever(bench: Bench) -> None:
    event = bench.event(publish=False)

    def publish_and_take_in() -> None:
        bench.publish(event)
        bench.perform_due()

    overtaken(bench, record(bench), publish_and_take_in)
    assert [each["status"] for each in bench.registrations(event)] == ["confirmed"]


def test_a_ticket_overtaken_by_the_end_of_its_event_is_cancelled(bench: Bench) -> None:
    event = bench.event()

    def call_off() -> None:
        bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
        bench.perform_due()

    overtaken(bench, record(bench), call_off)
    assert [each["status"] for each in bench.registrations(event)] == ["cancelled"]
    assert bench.shown(event)["seats_taken"] == 0


def test_the_last_two_tickets_of_a_person_that_end_at_once_end_the_attendance(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1", "A-2")
    bench.ticket("A-1")
    bench.ticket("A-2")
    # Neither moves a seat: only the person's attendance is what the two have in common.
    overtaken(
        bench,
        record(bench, "A-1", status="no_show", updated_at=LATER),
        lambda: bench.ticket("A-2", status="pending", updated_at=LATER),
    )
    assert {each["attending"] for each in bench.registrations(event)} == {False}
    ended = [each.data["attending"] for each in bench.told("registration") if each.data["status"] != "confirmed"]
    assert sorted(ended) == [False, True]


def test_an_older_record_overtaken_by_a_newer_one_changes_nothing(bench: Bench) -> None:
    event = bench.event()
    overtaken(bench, record(bench), lambda: bench.ticket("A-1", status="cancelled", updated_at=LATER))
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
