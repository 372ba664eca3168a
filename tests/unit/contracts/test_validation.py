"""The compiled JSON Schema and marshmallow are one definition: they accept the same records."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from shared.contracts import json_schema, registry
from shared.contracts.attendees import AttendeePublished
from shared.contracts.example import examples_of
from shared.contracts.members import Member
from shared.contracts.validation import checker
from tests.examples import tried
from tests.unit.contracts.records import ANYTHING, records

SCHEMAS = sorted({kind.schema for kind in registry.all_types() if kind.schema is not None}, key=lambda s: s.__name__)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@cache
def by_json_schema(schema: type[Schema]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json_schema.strict(schema), validate_formats=True)


@cache
def by_marshmallow(schema: type[Schema]) -> Schema:
    return schema()


def sentences(messages: object) -> Iterator[str]:
    """marshmallow's messages without their places."""
    if isinstance(messages, dict):
        messages = list(messages.values())
    if isinstance(messages, list):
        for inner in messages:
            yield from sentences(inner)
    else:
        yield str(messages)


def known_only(schema: type[Schema], record: Any) -> Any:
    """The record without the fields that its schema does not know, at any depth: what a tolerant consumer sees."""
    if not isinstance(record, dict):
        return record
    known = {field.data_key or name: field for name, field in by_marshmallow(schema).fields.items()}
    return {name: _known_value(known[name], value) for name, value in record.items() if name in known}


def _known_value(field: fields.Field[Any], value: Any) -> Any:
    if isinstance(field, fields.Nested):
        return known_only(type(field.schema), value)
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_known_value(field.inner, item) for item in value]
    return value


def assert_both_agree(schema: type[Schema], record: dict[str, Any]) -> None:
    found = sorted(sentences(by_marshmallow(schema).validate(record)))
    assert by_json_schema(schema).is_valid(record) == (not found), found
    assert sorted(fault.detail for fault in checker(schema).strict_faults(record)) == found
    tolerated = by_marshmallow(schema).validate(known_only(schema, record))
    assert (checker(schema).faults(record) == []) == (tolerated == {}), tolerated


@pytest.mark.parametrize("schema", [AttendeePublished, Member])
@given(data=st.data())
@settings(max_examples=tried(300), deadline=None, suppress_health_check=SLOW)
def test_both_checks_accept_the_same_people(schema: type[Schema], data: st.DataObject) -> None:
    assert_both_agree(schema, data.draw(records(schema)))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
@given(data=st.data())
@settings(max_examples=tried(10), deadline=None, suppress_health_check=SLOW)
def test_both_checks_accept_the_same_records(schema: type[Schema], data: st.DataObject) -> None:
    assert_both_agree(schema, data.draw(records(schema)))


@given(value=ANYTHING)
@settings(max_examples=tried(100), deadline=None)
def test_whatever_arrives_is_answered_with_faults_and_never_an_error(value: object) -> None:
    kind = registry.get("attendee.published.v1")
    assert kind.faults(value)
    assert kind.strict_faults(value)


def record(**changes: object) -> dict[str, Any]:
    example = next(each for each in examples_of(registry.get("attendee.published.v1")) if "mentee" in each.name)
    assert example.data is not None
    return {**example.data, **changes}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"status": "paid"}, "/status"),
        ({"updated_at": "2026-03-01T09:12:44"}, "/updated_at"),
        ({"updated_at": "2026-02-30T09:12:44Z"}, "/updated_at"),
        ({"updated_at": None}, "/updated_at"),
        ({"person": {"email": "ada"}}, "/person/email"),
        ({"person": {"email": "ada@example.org\r\nBcc: all@example.org"}}, "/person/email"),
        ({"person": {"given_name": "A" * 201}}, "/person/given_name"),
        ({"person": None}, "/person"),
        ({"mentoring": ["mentor", "guru"]}, "/mentoring/1"),
        ({"mentoring": {"mentor": True}}, "/mentoring"),
        ({"skills": [{"label": "x", "side": "wants"}]}, "/skills/0/side"),
        ({"skills": [{"label": "x", "side": "offers", "level": 6}]}, "/skills/0/level"),
        ({"skills": [{"label": "x", "side": "offers", "level": "3"}]}, "/skills/0/level"),
        ({"answers": {"a/b~c": 3}}, "/answers/a~1b~0c"),
        ({"visibility": "friends"}, "/visibility"),
        ({"source_registration_id": ""}, "/source_registration_id"),
        ({"checked_in_at": True}, "/checked_in_at"),
    ],
)
def test_a_bad_value_is_named_by_its_pointer(changes: dict[str, object], pointer: str) -> None:
    assert [fault.pointer for fault in registry.get("attendee.published.v1").faults(record(**changes))] == [pointer]


def test_every_fault_of_a_record_is_named() -> None:
    faults = registry.get("attendee.published.v1").faults({"source": 1, "person": {"email": "x"}})
    pointers = {fault.pointer for fault in faults}
    assert pointers == {
        "/source",
        "/source_event_id",
        "/source_registration_id",
        "/person/email",
        "/status",
        "/updated_at",
    }


def test_a_list_too_long_is_a_fault_even_where_its_items_hold_unknown_fields() -> None:
    skill = {"label": "x", "side": "offers", "since": 2020}
    assert registry.get("attendee.published.v1").faults(record(skills=[skill] * 100)) == []
    faults = registry.get("attendee.published.v1").faults(record(skills=[skill] * 101))
    assert [(fault.pointer, fault.detail) for fault in faults] == [("/skills", "Longer than maximum length 100.")]


def test_a_fault_never_repeats_the_value() -> None:
    faults = registry.get("attendee.published.v1").faults(record(person={"email": "secret-of-ada"}, status="secret"))
    assert len(faults) == 2
    assert not any("secret" in fault.detail for fault in faults)


def test_a_nameless_registration_is_legal() -> None:
    assert registry.get("attendee.published.v1").strict_faults(record(person={})) == []


def test_a_tombstone_has_no_value() -> None:
    erased = registry.get("member.erased.v1")
    assert erased.faults(None) == []
    assert [fault.pointer for fault in erased.strict_faults({"id": "x"})] == [""]


def test_any_other_message_has_one() -> None:
    assert [fault.pointer for fault in registry.get("member.updated.v1").faults(None)] == [""]


def test_checkers_are_made_once() -> None:
    assert checker(Member) is checker(Member)
