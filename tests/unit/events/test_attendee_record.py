"""A record as it is read, and a registration as the record leaves it."""

from datetime import timedelta
from typing import Any

import pytest

from services.events.domain.attendee_record import (
    AttendeeRecord,
    applied,
    require_announceable_times,
    require_not_ahead,
)
from services.events.domain.event import EventState
from services.events.domain.registration import NOBODY, Attendee, Dated, Status
from shared.clock import rfc3339
from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.errors import Invalid
from tests.unit.events.registrations import LATER, NOW, event, registration

IDS = {"source": "pretix", "source_event_id": "summit", "source_registration_id": "A-1"}


def record(**fields: Any) -> AttendeeRecord:
    data = IDS | {"person": {}, "status": "confirmed", "updated_at": rfc3339(NOW)} | fields
    return AttendeeRecord.from_data(data, "m")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"given_name": "Ada", "family_name": "Okafor"}, Attendee(name="Ada Okafor")),
        ({"name": "Ada Okafor", "family_name": "Okafor"}, Attendee(name="Ada Okafor")),
        ({"family_name": "Okafor", "name": None}, Attendee(name="Okafor")),
        ({"buyer_email": "office@example.org"}, Attendee(buyer_email="office@example.org")),
        ({}, NOBODY),
    ],
)
def test_a_person_is_named_as_far_as_the_ticket_does(person: dict[str, Any], expected: Attendee) -> None:
    assert record(person=person).attendee == expected


@pytest.mark.parametrize("type_name", ["attendee.published.v1", "attendee.removed.v1"])
def test_every_example_of_the_contract_is_read(type_name: str) -> None:
    examples = examples_of(registry.get(type_name))
    assert examples
    for example in examples:
        assert example.data is not None
        read = AttendeeRecord.from_data(example.data, "m")
        assert read.origin.source == example.data["source"]
        assert read.status == example.data.get("status", "cancelled")


def test_what_is_null_is_as_if_left_out() -> None:
    empty = {"ticket_type": None, "mentoring": None, "visibility": None, "checked_in_at": None}
    assert record(**empty) == record()


def test_later_beats_earlier_and_the_id_decides_between_the_same_moment() -> None:
    assert Dated(NOW, "z") < Dated(LATER, "a")
    assert Dated(NOW, "a") < Dated(NOW, "b")


@pytest.mark.parametrize(("minutes", "refused"), [(-60, False), (0, False), (5, False), (5.1, True)])
def test_five_minutes_ahead_is_the_limit(minutes: float, refused: bool) -> None:
    dated = record(updated_at=rfc3339(NOW + timedelta(minutes=minutes)))
    if refused:
        with pytest.raises(Invalid) as caught:
            require_not_ahead(dated, NOW)
        assert [fault.pointer for fault in caught.value.faults] == ["/updated_at"]
    else:
        require_not_ahead(dated, NOW)


@pytest.mark.parametrize("name", ["updated_at", "checked_in_at"])
@pytest.mark.parametrize("edge", ["1900-01-01T00:00:00+00:01", "2199-12-31T23:59:59-00:01"])
def test_a_time_that_no_message_can_hold_in_utc_is_refused(name: str, edge: str) -> None:
    with pytest.raises(Invalid) as caught:
        require_announceable_times(record(**{name: edge}))
    assert [fault.pointer for fault in caught.value.faults] == [f"/{name}"]
    require_announceable_times(record(**{name: f"{edge[:-6]}Z"}))


def test_a_removal_leaves_nothing_of_the_person() -> None:
    before = registration(attendee=Attendee("Ada", "ada@example.org"), mentoring=("mentor",), ticket_type="Guest")
    removal = AttendeeRecord.from_data(IDS | {"updated_at": rfc3339(LATER)}, "m")
    after = applied(removal, before, event(), LATER)
    assert (after.status, after.attendee, after.mentoring, after.ticket_type) == (Status.CANCELLED, NOBODY, (), None)
    assert after.record == Dated(LATER, "m")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("confirmed", "cancelled"), ("pending", "cancelled"), ("waitlisted", "cancelled"), ("refunded", "refunded")],
)
def test_nothing_is_live_at_a_cancelled_event(status: str, expected: str) -> None:
    off = event(state=EventState.CANCELLED)
    assert applied(record(status=status), registration(), off, NOW).status == expected


def test_the_desk_s_check_in_stays_while_the_source_says_what_it_said() -> None:
    at_desk = registration(checked_in_at=NOW)
    assert applied(record(), at_desk, event(), LATER).checked_in_at == NOW
    scanned = applied(record(checked_in_at=rfc3339(LATER)), at_desk, event(), LATER)
    assert scanned.checked_in_at == LATER
    assert applied(record(), scanned, event(), LATER).checked_in_at is None
