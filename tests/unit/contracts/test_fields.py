"""Each kind of field alone: its marshmallow check, its JSON Schema, and what it makes of values."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import jsonschema_rs
import pytest
from marshmallow import ValidationError, fields

from shared.contracts import json_schema
from shared.contracts.fields import (
    ByName,
    Choice,
    Code,
    Day,
    Email,
    Flag,
    Free,
    Id,
    Line,
    Many,
    Moment,
    Number,
    One,
    Record,
    Text,
    TimeOfDay,
    Timestamp,
    Whole,
)
from tests.unit.contracts.records import NEAR_MISSES


class Word(Record):
    """A record to nest."""

    word = Line("A word.", 20, shortest=1, required=True)


KINDS: dict[str, fields.Field[Any]] = {
    "text": Text("", 20),
    "text-not-empty": Text("", 20, shortest=1, required=True),
    "line": Line("", 20),
    "line-not-empty": Line("", 20, shortest=1, required=True),
    "email": Email(""),
    "id": Id(""),
    "code": Code(""),
    "choice": Choice("", ("video", "in_person")),
    "choice-never-null": Choice("", ("video", "in_person"), nullable=False),
    "timestamp": Timestamp(""),
    "day": Day(""),
    "time-of-day": TimeOfDay(""),
    "whole": Whole("", 1, 5),
    "whole-large": Whole("", -(2**53), 2**53, required=True),
    "number": Number("", 0, 1),
    "flag": Flag(""),
    "one": One("", Word),
    "one-required": One("", Word, required=True),
    "many-words": Many("", Choice("", ("video",), required=True), 2),
    "many-records": Many("", One("", Word, required=True), 2, fewest=1, required=True),
    "by-name": ByName("", Text("", 20), 2),
    "by-name-never-null": ByName("", Choice("", ("video",), required=True), 2, required=True),
    "free": Free(""),
}
RECORDS = {name: type(f"Record of {name}", (Record,), {"field": field}) for name, field in KINDS.items()}


@pytest.mark.parametrize("name", KINDS)
def test_marshmallow_and_the_json_schema_take_the_same_values(name: str) -> None:
    record = RECORDS[name]()
    validator = jsonschema_rs.Draft202012Validator(json_schema.strict(RECORDS[name]), validate_formats=True)
    by_marshmallow = [value for value in NEAR_MISSES if not record.validate({"field": value})]
    by_schema = [value for value in NEAR_MISSES if validator.is_valid({"field": value})]
    assert repr(by_marshmallow) == repr(by_schema)
    assert by_schema, "no value is taken at all"
    assert validator.is_valid({}) == (record.validate({}) == {})


def load(field: fields.Field[Any], value: object) -> object:
    return field.deserialize(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T18:00:00Z", datetime(2026, 3, 1, 18, tzinfo=UTC)),
        ("2026-03-01T18:00:00.1239+02:00", datetime(2026, 3, 1, 16, 0, 0, 123000, tzinfo=UTC)),
        ("2026-03-01T18:00:00-05:30", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_timestamp_of_any_offset_is_read_as_utc_in_milliseconds(text: str, moment: datetime) -> None:
    assert load(Timestamp(""), text) == moment


def test_a_timestamp_is_written_in_utc() -> None:
    rome = timezone(timedelta(hours=2))
    assert Timestamp("").serialize("at", {"at": datetime(2026, 5, 4, 9, tzinfo=rome)}) == "2026-05-04T07:00:00Z"


def test_what_is_written_already_stays_as_it_is() -> None:
    assert Timestamp("").serialize("at", {"at": "2026-05-04T09:00:00+02:00"}) == "2026-05-04T09:00:00+02:00"
    assert Day("").serialize("on", {"on": "2026-05-04"}) == "2026-05-04"


def test_a_day_is_a_date() -> None:
    assert load(Day(""), "2026-03-01") == date(2026, 3, 1)
    assert Day("").serialize("on", {"on": date(2026, 3, 1)}) == "2026-03-01"


@pytest.mark.parametrize("address", ["ada@example.org", "o'hara+tag@mail.example.co.uk", "ü@exämple.org"])
def test_an_address_that_mail_reaches_is_taken(address: str) -> None:
    assert load(Email(""), address) == address


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@localhost", "a b@example.org", "a@b@example.org", "a@example.org\n", f"{'a' * 65}@b.c"]
)
def test_an_address_that_mail_cannot_reach_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        load(Email(""), address)


def test_an_optional_field_may_be_null_and_a_required_one_may_not() -> None:
    assert Line("", 5).allow_none
    assert not Line("", 5, required=True).allow_none


def test_an_item_of_a_list_is_never_null() -> None:
    assert Many("", Line("", 5), 3).inner.allow_none is False


@pytest.mark.parametrize("edge", ["1900-01-01T00:00:00+00:01", "2199-12-31T23:59:59-00:01"])
def test_a_request_names_no_moment_that_a_message_cannot(edge: str) -> None:
    with pytest.raises(ValidationError, match="in UTC"):
        Moment("").deserialize(edge)
    assert Moment("").deserialize(f"{edge[:-6]}Z").year == int(edge[:4])


def test_a_list_that_is_too_long_is_refused_before_its_items_are_looked_at() -> None:
    with pytest.raises(ValidationError) as caught:
        Many("", Whole("", 0, 5), 2).deserialize(["wrong"] * 3)
    assert caught.value.messages == ["Longer than maximum length 2."]


def test_a_text_that_is_too_long_for_an_address_is_not_matched_at_all() -> None:
    # Matched, this one would keep a core busy for hours.
    with pytest.raises(ValidationError) as caught:
        Email("").deserialize("a@" + "." * 1_000_000 + "@")
    assert caught.value.messages == ["Longer than maximum length 254."]
