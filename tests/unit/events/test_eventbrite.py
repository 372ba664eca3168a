"""Eventbrite's attendees as canonical records, by the shapes of its own documentation."""

from typing import Any

import pytest

from services.events.domain.questions import Questions
from services.events.sources.eventbrite import attendee_records, attendees_path, named, next_page
from shared.contracts import registry


def attendee(identifier: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "created": "2018-11-02T19:07:24Z",
        "changed": "2018-11-02T22:36:48Z",
        "event_id": "7",
        "order_id": "9",
        "ticket_class_name": "General Admission",
        "profile": {
            "first_name": "Kennedy",
            "last_name": "Singleton",
            "email": "kennedy@example.org",
            "name": "Kennedy Singleton",
            "addresses": {"home": {}},
        },
        "barcodes": [{"status": "unused", "changed": "2018-11-02T19:07:24Z"}],
        "answers": [],
        "checked_in": False,
        "cancelled": False,
        "refunded": False,
        "status": "Attending",
    } | changes


def only(*attendees: dict[str, Any], questions: Questions | None = None) -> dict[str, Any]:
    (record,) = attendee_records(attendees, questions)
    assert registry.get("attendee.published.v1").strict_faults(record) == []
    return record


def test_an_attendee_is_one_record() -> None:
    assert only(attendee()) == {
        "source": "eventbrite",
        "source_event_id": "7",
        "source_registration_id": "1",
        "person": {"email": "kennedy@example.org", "given_name": "Kennedy", "family_name": "Singleton"},
        "ticket_type": "General Admission",
        "status": "confirmed",
        "updated_at": "2018-11-02T22:36:48Z",
    }


def test_a_used_barcode_says_when_the_person_was_let_in() -> None:
    used = [{"status": "used", "changed": "2018-11-02T20:00:00Z"}]
    assert only(attendee(checked_in=True, barcodes=used))["checked_in_at"] == "2018-11-02T20:00:00Z"
    assert "checked_in_at" not in only(attendee(checked_in=False, barcodes=used))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "Checked In"}, "confirmed"),
        ({"status": "Unpaid"}, "pending"),
        ({"status": "Deleted"}, "cancelled"),
        ({"status": "Not Attending", "cancelled": True}, "cancelled"),
        ({"status": "Attending", "cancelled": True, "refunded": True}, "refunded"),
    ],
)
def test_refunded_and_cancelled_outrank_the_word_of_the_status(changes: dict[str, Any], expected: str) -> None:
    assert only(attendee(**changes))["status"] == expected


def test_several_with_one_profile_have_the_buyer_s_address_and_only_the_first_is_the_buyer() -> None:
    first, second = attendee_records([attendee("2"), attendee("11")])
    assert first["person"] == {
        "buyer_email": "kennedy@example.org",
        "given_name": "Kennedy",
        "family_name": "Singleton",
    }
    assert second["person"] == {"buyer_email": "kennedy@example.org"}


def test_an_attendee_without_an_address_is_a_record_all_the_same() -> None:
    assert only(attendee(profile={"name": "Kennedy"}))["person"] == {"name": "Kennedy"}


def test_answers_are_known_by_the_id_of_their_question() -> None:
    questions = Questions(mentoring="51", goals="52")
    answers = [{"question_id": "51", "answer": "As a mentor"}, {"question_id": "52", "answer": "Lead"}]
    record = only(attendee(answers=[*answers, {"question_id": "53", "question": "?"}]), questions=questions)
    assert (record["mentoring"], record["goals"]) == (["mentor"], ["Lead"])
    assert record["answers"] == {"51": "As a mentor", "52": "Lead"}


def test_what_is_no_attendee_is_refused() -> None:
    with pytest.raises(KeyError):
        attendee_records([{"id": "1"}])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v3/events/1/attendees/2/", "/v3/events/1/attendees/2/"),
        ("/v3/orders/3/", "/v3/orders/3/?expand=attendees"),
        ("/v3/events/1/", None),
        ("/v3/events/1/attendees/2/../../../users/me/", None),
        ("/{api-endpoint-to-fetch-object-details}/", None),
    ],
)
def test_only_attendees_and_orders_are_fetched_by_a_path_of_our_own(path: str, expected: str | None) -> None:
    assert named(path) == expected


def test_pages_go_on_by_the_continuation() -> None:
    assert attendees_path("7", None, None) == "/v3/events/7/attendees/"
    assert attendees_path("7", "2018-11-02T22:36:48Z", "a b") == (
        "/v3/events/7/attendees/?changed_since=2018-11-02T22%3A36%3A48Z&continuation=a+b"
    )
    assert next_page({"pagination": {"has_more_items": True, "continuation": "x"}}) == "x"
    assert next_page({"pagination": {"has_more_items": False}}) is None
