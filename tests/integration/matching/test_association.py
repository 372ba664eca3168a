"""What the association says of requests holds for programs that are planned from then on."""

from typing import Any

from services.matching.domain.enrollment import Role
from shared.ids import new_id
from tests.integration.matching.asking import ask
from tests.integration.matching.association import NOON, TENANT, Association
from tests.integration.matching.telling import record, tell


def says(association: Association, version: int = 1, tenant: str = TENANT, **numbers: Any) -> None:
    data = {"id": tenant, "name": "Acme", "defaults": numbers}
    told = record("association.updated.v1", data, key=tenant, version=version, at=NOON, tenant=tenant)
    tell(association, told)


def planned(association: Association, **more: Any) -> dict[str, Any]:
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one"} | more
    answer = association.coordinator("POST", "/v1/programs", body)
    assert answer.status_code == 201, answer.json
    program: dict[str, Any] = answer.json
    return program


def changed(association: Association, program: dict[str, Any], settings: Any) -> dict[str, Any]:
    answer = association.coordinator("PATCH", f"/v1/programs/{program['id']}", {"settings": settings})
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json["settings"]
    return found


def test_a_program_begins_with_the_association_s_numbers_and_keeps_them(association: Association) -> None:
    before = planned(association)
    assert (before["settings"]["request_expiry_days"], before["settings"]["open_request_limit"]) == (14, 5)
    says(association, request_expiry_days=10, open_request_limit=3, offer_hours=48)
    program = planned(association, settings={"open_request_limit": 4})
    assert program["settings"] == before["settings"] | {"request_expiry_days": 10, "open_request_limit": 4}
    says(association, version=2)
    path = f"/v1/programs/{program['id']}"
    assert association.coordinator("GET", path).json["settings"] == program["settings"]


def test_null_takes_a_setting_back_to_the_association_s_number(association: Association) -> None:
    says(association, request_expiry_days=10, flash_expiry_hours=12)
    program = planned(association, settings={"request_expiry_days": 20, "duration_weeks": [4, 24]})
    assert changed(association, program, {"request_expiry_days": None})["request_expiry_days"] == 10
    whole = changed(association, program, None)
    assert (whole["flash_expiry_hours"], whole["duration_weeks"]) == (12, [1, 104])


def test_what_this_version_does_not_know_or_cannot_use_is_left_out(association: Association) -> None:
    says(association, request_expiry_days=0, open_request_limit="many", no_such_number=3, request_reminder_days=2)
    settings = planned(association)["settings"]
    assert [settings[name] for name in ("request_expiry_days", "open_request_limit", "request_reminder_days")] == [
        14,
        5,
        2,
    ]


def test_another_association_s_numbers_are_its_own(association: Association) -> None:
    says(association, tenant="other", request_expiry_days=10)
    assert planned(association)["settings"]["request_expiry_days"] == 14


def test_a_list_is_as_long_as_the_association_allows(association: Association) -> None:
    program = association.program()
    mentee, mentors = association.mentee(program), [association.mentor(program) for _ in range(3)]
    says(association, request_list_limit=2)
    refused = ask(association, program, mentee, *mentors)
    assert (refused.status_code, refused.json["errors"]) == (
        422,
        [{"pointer": "/mentor_ids", "detail": "Name from 1 to 2 mentors."}],
    )
    assert ask(association, program, mentee, *mentors[:2]).status_code == 201
    other = association.member()
    association.enroll(program, other, Role.MENTEE)
    assert ask(association, program, other, *(new_id() for _ in range(21))).status_code == 422
