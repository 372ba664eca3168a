"""pretix orders as canonical records: the real answers of a pretix, and what its documentation adds to them."""

from typing import Any

import pytest

from services.events.sources.pretix import InTestMode, Questions, attendee_records
from shared.contracts import registry
from tests.unit.events.pretix_orders import all_orders, order


def only(records: list[dict[str, Any]]) -> dict[str, Any]:
    (record,) = records
    return record


def with_position(code: str, **changes: Any) -> dict[str, Any]:
    found = order(code)
    return found | {"positions": [found["positions"][0] | changes]}


def test_every_real_order_gives_records_that_keep_the_contract() -> None:
    records = [record for each in all_orders() for record in attendee_records(each)]
    assert len(records) == 12
    kind = registry.get("attendee.published.v1")
    assert [kind.strict_faults(record) for record in records] == [[]] * 12


def test_a_mentor_s_ticket_carries_all_that_the_attendee_said() -> None:
    assert only(attendee_records(order("URFY3"))) == {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": "URFY3-1",
        "person": {
            "email": "ada.okafor@example.org",
            "given_name": "Ada",
            "family_name": "Okafor",
            "organization": "Example Corp",
            "locale": "en",
        },
        "status": "confirmed",
        "mentoring": ["mentor"],
        "goals": ["Help newer engineers move into leadership"],
        "skills": [
            {"label": "systems engineering", "side": "offers"},
            {"label": "leadership", "side": "offers"},
            {"label": "conflict resolution", "side": "offers"},
        ],
        "answers": {
            "MENTOR": "As a mentor",
            "GOALS": "Help newer engineers move into leadership",
            "SKILLS": "systems engineering; leadership; conflict resolution",
        },
        "updated_at": "2026-11-22T20:55:02.738Z",
    }


def test_two_live_tickets_of_one_person_are_two_records_with_one_address() -> None:
    first, second = only(attendee_records(order("URFY3"))), only(attendee_records(order("TKX9Z")))
    assert first["source_registration_id"] != second["source_registration_id"]
    assert first["person"] == second["person"]
    assert (first["status"], second["status"]) == ("confirmed", "confirmed")


def test_a_check_in_is_the_time_of_the_entry() -> None:
    assert only(attendee_records(order("TKX9Z")))["checked_in_at"] == "2026-11-22T20:55:32.115Z"


def test_a_cancelled_order_is_a_cancelled_record_that_did_not_opt_in() -> None:
    record = only(attendee_records(order("YGLKH")))
    assert record["status"] == "cancelled"
    assert record["answers"] == {"MENTOR": "No"}
    assert "mentoring" not in record


def test_a_group_order_is_one_record_a_position_and_only_the_nameless_address_is_the_buyer_s() -> None:
    farid, grace = attendee_records(order("7S3ED"))
    assert farid["source_registration_id"] == "7S3ED-1"
    assert farid["person"] == {"buyer_email": "office@example.org", "name": "Farid Haddad", "locale": "en"}
    assert grace["source_registration_id"] == "7S3ED-2"
    assert grace["person"] == {"email": "grace.mbeki@example.org", "name": "Grace Mbeki", "locale": "en"}


def test_a_position_canceled_inside_a_paid_order_is_cancelled_alone() -> None:
    group = order("7S3ED")
    group["positions"][1]["canceled"] = True
    assert [record["status"] for record in attendee_records(group)] == ["confirmed", "cancelled"]


@pytest.mark.parametrize(
    ("status", "expected"), [("n", "pending"), ("p", "confirmed"), ("e", "cancelled"), ("c", "cancelled")]
)
def test_each_status_of_an_order_has_its_counterpart(status: str, expected: str) -> None:
    assert only(attendee_records(order("URFY3") | {"status": status}))["status"] == expected


def test_a_status_that_pretix_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        attendee_records(order("URFY3") | {"status": "x"})


def test_an_order_in_test_mode_is_no_registration() -> None:
    with pytest.raises(InTestMode):
        attendee_records(order("URFY3") | {"testmode": True})


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"attendee_name": None, "attendee_email": None}, ["7S3ED-1"]),
        ({"attendee_name": "Grace Mbeki", "attendee_email": None}, ["7S3ED-1", "7S3ED-2"]),
        ({"attendee_name": None, "attendee_email": "grace.mbeki@example.org"}, ["7S3ED-1", "7S3ED-2"]),
    ],
    ids=["a meal", "a companion by name", "a companion by address"],
)
def test_an_add_on_is_a_registration_where_it_names_somebody(named: dict[str, Any], expected: list[str]) -> None:
    group = order("7S3ED")
    group["positions"][1] |= {"addon_to": group["positions"][0]["id"], **named}
    assert [record["source_registration_id"] for record in attendee_records(group)] == expected


def scan(at: str, kind: str | None = None) -> dict[str, Any]:
    return {"list": 44, "datetime": at} | ({} if kind is None else {"type": kind})


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        ([scan("2023-09-14T04:38:49.294274+02:00", "entry")], "2023-09-14T02:38:49.294Z"),
        ([scan("2017-12-25T12:45:23Z")], "2017-12-25T12:45:23Z"),
        ([scan("2023-09-14T10:00:00Z", "entry"), scan("2023-09-14T11:30:00+01:00", "exit")], None),
        ([scan("2023-09-14T12:00:00+02:00", "exit"), scan("2023-09-14T09:00:00Z", "entry")], None),
        (
            [
                scan("2023-09-14T10:00:00Z", "entry"),
                scan("2023-09-14T11:00:00Z", "exit"),
                scan("2023-09-14T14:00:00+02:00", "entry"),
            ],
            "2023-09-14T12:00:00Z",
        ),
        ([scan("2023-09-14T10:00:00Z", "entry"), scan("2023-09-14T09:00:00Z", "entry")], "2023-09-14T10:00:00Z"),
    ],
)
def test_the_last_entry_counts_unless_an_exit_followed(scans: list[dict[str, Any]], expected: str | None) -> None:
    assert only(attendee_records(with_position("TKX9Z", checkins=scans))).get("checked_in_at") == expected


def answer(identifier: str, text: str, *options: str) -> dict[str, Any]:
    return {"question_identifier": identifier, "answer": text, "option_identifiers": list(options)}


def test_the_shop_s_own_questions_and_options_are_a_matter_of_configuration() -> None:
    own = Questions(
        mentoring="MITMACHEN",
        roles={"Ja, als Mentor": ("mentor",), "U99CKQYR": ("mentee",)},
        skills="LERNEN",
        skills_side="seeks",
    )
    given = [answer("MITMACHEN", "ja, als mentor"), answer("LERNEN", "Python, python;  public\n speaking ,")]
    record = only(attendee_records(with_position("URFY3", answers=given), own))
    assert record["mentoring"] == ["mentor"]
    assert [(skill["label"], skill["side"]) for skill in record["skills"]] == [
        ("Python", "seeks"),
        ("public", "seeks"),
        ("speaking", "seeks"),
    ]


def test_several_choices_opt_into_all_their_roles_by_text_or_by_identifier() -> None:
    by_text = with_position("URFY3", answers=[answer("MENTOR", "As a mentee, As a mentor")])
    assert only(attendee_records(by_text))["mentoring"] == ["mentor", "mentee"]
    by_identifier = with_position("URFY3", answers=[answer("MENTOR", "Als Mentee", "U99CKQYR")])
    roles = Questions(roles={"U99CKQYR": ("mentee",)})
    assert only(attendee_records(by_identifier, roles))["mentoring"] == ["mentee"]


def test_a_ticket_without_a_name_or_an_answer_stays_nameless() -> None:
    bare: dict[str, Any] = {
        "attendee_name": None,
        "attendee_name_parts": {},
        "attendee_email": None,
        "company": None,
        "answers": [],
    }
    record = only(attendee_records(with_position("7S3ED", **bare)))
    assert record["person"] == {"buyer_email": "office@example.org", "locale": "en"}
    assert not {"answers", "goals", "skills", "mentoring"} & record.keys()


def test_text_longer_than_the_contract_takes_is_cut_and_the_registration_kept() -> None:
    given = [answer("GOALS", "g" * 9000), answer("SKILLS", "s" * 500)]
    long = with_position("URFY3", company="c\n" * 300, answers=given)
    assert registry.get("attendee.published.v1").strict_faults(only(attendee_records(long))) == []
