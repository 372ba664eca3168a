"""What a body may say of a member, and where its faults are."""

from typing import Any

import pytest

from services.profiles.api.schemas import MemberChangesSchema, NewMemberSchema
from shared.web.pointers import faults_of

NAMES = {"given_name": "Ada", "family_name": "Okafor"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"given_name": ""}, "/given_name"),
        ({"given_name": " "}, "/given_name"),
        ({"given_name": None}, "/given_name"),
        ({"email": "ada"}, "/email"),
        ({"email": f"{'ΐ' * 60}@{'ΐ' * 60}.org"}, "/email"),
        ({"seniority": 5}, "/seniority"),
        ({"seniority": "1"}, "/seniority"),
        ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
        ({"time_zone": "../etc"}, "/time_zone"),
        ({"locale": "english please"}, "/locale"),
        ({"languages": [{"code": "en", "level": 6}]}, "/languages/0/level"),
        ({"languages": [{"code": "e!", "level": 1}]}, "/languages/0/code"),
        ({"skills": [{"label": "x", "level": 0, "side": "offers"}]}, "/skills/0/level"),
        ({"skills": [{"level": 1, "side": "offers"}]}, "/skills/0/label"),
        ({"availability": [{"day": "mon", "from": "20:00", "to": "18:00"}]}, "/availability/0/to"),
        ({"availability": [{"day": "monday", "from": "08:00", "to": "18:00"}]}, "/availability/0/day"),
        ({"goals": [{"text": "x", "target_date": "2026-02-30"}]}, "/goals/0/target_date"),
        ({"goals": [{"text": "x"}] * 51}, "/goals"),
        ({"organization": "x" * 201}, "/organization"),
        ({"roles": ["king"]}, "/roles/0"),
        ({"membership": None}, "/membership"),
        ({"visibility": {"email": "everyone"}}, "/visibility/email"),
        ({"visibility": {"shoe_size": "all"}}, "/visibility/shoe_size"),
        ({"identifiers": [{"issuer": "pretix", "value": "summit/A-1"}]}, "/identifiers/0/value"),
        ({"identifiers": [{"issuer": "email", "value": "ada"}]}, "/identifiers/0/value"),
        ({"identifiers": [{"issuer": "ams", "value": " "}]}, "/identifiers/0/value"),
        (
            {"identifiers": [{"issuer": "ams", "value": "1", "as_of": "1900-01-01T00:00:00+01:00"}]},
            "/identifiers/0/as_of",
        ),
        ({"id": "me"}, "/id"),
        ({"provisional": False}, "/provisional"),
        ({"goals": {}}, "/goals"),
        ({"visibility": []}, "/visibility"),
    ],
)
def test_each_fault_is_found_at_its_pointer(body: dict[str, Any], pointer: str) -> None:
    new, changes = NewMemberSchema(), MemberChangesSchema()
    for schema, given in ((new, NAMES | body), (changes, body)):
        assert [fault.pointer for fault in faults_of(schema.validate(given), schema)] == [pointer]


def test_a_new_member_needs_both_names_and_the_family_name_may_be_empty() -> None:
    assert set(NewMemberSchema().validate({})) == {"given_name", "family_name"}
    assert NewMemberSchema().validate({"given_name": "Ada", "family_name": ""}) == {}


def test_null_takes_away_whatever_may_be_unknown() -> None:
    always = {"given_name", "family_name", "membership"}
    schema = MemberChangesSchema()
    nothing = dict.fromkeys(schema.fields)
    assert set(schema.validate(nothing)) == always
