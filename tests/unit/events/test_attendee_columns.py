"""What columns of a file say of a record."""

import pytest

from services.events.domain.attendee_columns import understood
from shared.contracts import registry
from shared.errors import Invalid

NOW = "2026-11-01T10:00:00Z"
HERE = {"source": "list", "source_event_id": "summit"}


def test_a_plain_list_of_names_and_addresses_is_enough() -> None:
    columns = understood(["Mail", "name"], [("Mail", "person.email"), ("Mail", "source_registration_id")], HERE)
    record = columns.record(["ada@example.org", "Ada Okafor"], NOW)
    assert record == HERE | {
        "source_registration_id": "ada@example.org",
        "person": {"email": "ada@example.org", "name": "Ada Okafor"},
        "status": "confirmed",
        "updated_at": NOW,
    }
    assert registry.get("attendee.published.v1").strict_faults(record) == []


def test_several_values_stand_in_one_cell_and_an_empty_cell_says_nothing() -> None:
    header = ["source_registration_id", "mentoring", "goals", "skills.seeks", "answers.DIET", "ticket_type"]
    record = understood(header, [], HERE).record(["1", "mentor; mentee", "lead;", "law;tax", "none", " "], NOW)
    assert (record["mentoring"], record["goals"], record["answers"]) == (
        ["mentor", "mentee"],
        ["lead"],
        {"DIET": "none"},
    )
    assert record["skills"] == [{"label": "law", "side": "seeks"}, {"label": "tax", "side": "seeks"}]
    assert "ticket_type" not in record


@pytest.mark.parametrize(
    ("header", "mapped", "said"),
    [
        (["source_registration_id", "color"], [], "The column color is no field"),
        (["name"], [], "No column is source_registration_id"),
        (["source_registration_id", "email", "person.email"], [], "person.email has two columns"),
        (["source_registration_id"], [("Mail", "email")], "There is no column Mail to map."),
    ],
)
def test_columns_that_cannot_be_understood_are_named(
    header: list[str], mapped: list[tuple[str, str]], said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        understood(header, mapped, HERE)
    assert any(said in fault.detail for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("pointer", "column"),
    [
        ("/person/email", "email"),
        ("/mentoring/1", "mentoring"),
        ("/answers/a~1b", "answers.a/b"),
        ("/skills/0/label", None),
        ("/source", None),
        ("", None),
    ],
)
def test_a_pointer_leads_to_its_column(pointer: str, column: str | None) -> None:
    header = ["source_registration_id", "email", "mentoring", "answers.a/b", "skills.offers", "skills.seeks"]
    assert understood(header, [], HERE).column_of(pointer) == column


def test_a_column_may_be_left_out() -> None:
    assert understood(["source_registration_id", "color"], [("color", "")], HERE).positions == (
        ("source_registration_id", 0),
    )
