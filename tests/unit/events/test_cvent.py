"""Cvent's messages as canonical records, by the shapes of its own documentation."""

from typing import Any

import pytest

from services.events.domain.questions import Questions
from services.events.sources.cvent import UnknownKind, attendee_records, tells_of_registrations
from shared.contracts import registry

NOBODY = "00000000-0000-0000-0000-000000000000"
EVENT = "0b4c4410-1d46-43cd-a903-e8cf9de6ade5"
INVITEE = "3f768180-8195-4f3a-9611-000000000001"


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "contactStub": "C8841527-B089-40D2-B580-E5C604E2E347",
        "inviteeStub": INVITEE.upper(),
        "eventStub": EVENT.upper(),
        "isGuest": False,
        "contactType": "",
        "contactTypeStub": NOBODY,
        "updatedDate": "2044-04-03",
        "registrationDate": "2044-04-03",
        "firstName": "Jay",
        "lastName": "Juliano",
        "email": "jay@example.org",
        "company": "",
        "customFields": [],
        "eventForInvitee": {"eventStartDate": "2018-05-25 18:00:00.0", "eventCode": "WRN3DBTCMX9"},
    } | changes


def message(kind: str = "InviteeOrGuestAccepted", *entries: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventType": kind,
        "messageTime": "2024-04-03T17:14:42.823Z",
        "messageStub": "fb8fcfce-691d-4ef1-a4bf-3239105f2eb9",
        "message": list(entries or [entry()]),
    }


def only(payload: dict[str, Any], questions: Questions | None = None) -> dict[str, Any]:
    (record,) = attendee_records(payload, questions)
    assert registry.get("attendee.published.v1").strict_faults(record) == []
    return record


def test_an_accepted_invitation_is_a_confirmed_record_dated_by_its_message() -> None:
    assert only(message()) == {
        "source": "cvent",
        "source_event_id": EVENT,
        "source_registration_id": INVITEE,
        "person": {"email": "jay@example.org", "given_name": "Jay", "family_name": "Juliano"},
        "status": "confirmed",
        "updated_at": "2024-04-03T17:14:42.823Z",
    }


def test_the_case_of_a_guid_makes_no_second_registration() -> None:
    lower = only(message("InviteeOrGuestCancelled", entry(inviteeStub=INVITEE, eventStub=EVENT)))
    upper = only(message())
    names = ("source_event_id", "source_registration_id")
    assert [lower[name] for name in names] == [upper[name] for name in names]
    assert lower["status"] == "cancelled"


def test_a_guid_of_zeros_and_an_empty_text_stand_for_nothing() -> None:
    record = only(message("InviteeOrGuestAccepted", entry(inviteeStub=NOBODY, email="", eventStub="")))
    assert record["source_registration_id"] == "c8841527-b089-40d2-b580-e5c604e2e347"
    assert record["source_event_id"] == "WRN3DBTCMX9"
    assert "email" not in record["person"]


def test_whoever_takes_another_s_place_is_the_person_of_the_same_registration() -> None:
    substitute = {
        "newContactStub": "33B87EF1-A759-4805-A8C5-271B72434D18",
        "first_name": "Ronald",
        "last_name": "King",
        "inviteeStub": INVITEE.upper(),
        "eventStub": EVENT.upper(),
        "organization_name": "",
        "email": "ronald@example.org",
    }
    record = only(message("InviteeSubstitutedInAnEvent", substitute))
    assert record["source_registration_id"] == INVITEE
    assert record["person"] == {"email": "ronald@example.org", "given_name": "Ronald", "family_name": "King"}


def test_custom_fields_are_questions_by_their_name_or_their_id() -> None:
    custom = [{"id": "F28721F0-0EC7-4B0B-9918-66AB741BE000", "name": "Mentoring?", "value": "As a mentee"}]
    for name in ("Mentoring?", "f28721f0-0ec7-4b0b-9918-66ab741be000"):
        record = only(message("InviteeOrGuestAccepted", entry(customFields=custom)), Questions(mentoring=name))
        assert record["mentoring"] == ["mentee"]


@pytest.mark.parametrize("kind", ["InviteeAttendsCventSession", "InviteeOrGuestEmailSent", "ContactDeleted"])
def test_messages_of_other_matters_tell_of_no_registration(kind: str) -> None:
    assert not tells_of_registrations(message(kind))


def test_a_kind_that_nobody_knows_is_not_passed_over_in_silence() -> None:
    with pytest.raises(UnknownKind, match="InviteeOrGuestLevitates"):
        tells_of_registrations(message("InviteeOrGuestLevitates"))


@pytest.mark.parametrize(
    "changes", [{"eventStub": NOBODY, "eventForInvitee": {}}, {"inviteeStub": NOBODY, "contactStub": NOBODY}]
)
def test_an_entry_that_names_no_event_or_nobody_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="names no event"):
        attendee_records(message("InviteeOrGuestAccepted", entry(**changes)))
