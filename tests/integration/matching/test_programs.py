"""Programs over HTTP: planned, changed, moved through their states, shown to those who may see them."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import ProgramState
from shared.ids import new_id
from tests.integration.matching.association import Association, at_once

PLAN: dict[str, Any] = {
    "name": "Spring",
    "kind": "cohort",
    "format": "one_to_one",
    "rules": {"organization": "avoided", "seniority_gap": [1, 4], "not_paired_in_cycles": 2},
    "weights": {"skills": "mandatory"},
    "settings": {"open_request_limit": 3},
}


def planned(association: Association, **fields: Any) -> str:
    answer = association.coordinator("POST", "/v1/programs", PLAN | fields)
    assert answer.status_code == 201, answer.json
    program_id: str = answer.json["id"]
    return program_id


def test_a_planned_program_is_a_draft_with_what_was_asked_for_and_the_defaults(association: Association) -> None:
    answer = association.coordinator("POST", "/v1/programs", PLAN)
    assert (answer.status_code, answer.json["state"]) == (201, "draft")
    assert answer.json["rules"] == PLAN["rules"]
    assert (answer.json["weights"]["skills"], answer.json["weights"]["goals"]) == ("mandatory", "high")
    assert answer.json["settings"]["open_request_limit"] == 3
    read = association.coordinator("GET", answer.headers["Location"])
    assert (read.json, read.headers["ETag"]) == (answer.json, '"1"')


def test_nobody_hears_of_a_draft_and_everybody_of_each_version_from_the_opening_on(association: Association) -> None:
    program_id = planned(association)
    association.coordinator("PATCH", f"/v1/programs/{program_id}", {"name": "Early spring"})
    assert association.messages() == []
    for verb in ("open", "close", "start", "complete"):
        assert association.coordinator("POST", f"/v1/programs/{program_id}/{verb}").status_code == 200
    told = association.messages()
    assert [(each["type"], each["version"], each["state"]) for each in told] == [
        ("program.opened.v1", 3, "open"),
        ("program.updated.v1", 4, "closed"),
        ("program.updated.v1", 5, "running"),
        ("program.completed.v1", 6, "completed"),
    ]
    assert {each["name"] for each in told} == {"Early spring"}
    assert told[0]["rules"] == PLAN["rules"]


def test_a_step_that_the_state_does_not_allow_is_a_conflict(association: Association) -> None:
    program_id = planned(association)
    assert association.coordinator("POST", f"/v1/programs/{program_id}/start").status_code == 409
    assert association.coordinator("POST", f"/v1/programs/{program_id}/cancel").status_code == 200
    assert association.coordinator("PATCH", f"/v1/programs/{program_id}", {"name": "x"}).status_code == 409


def test_a_merge_patch_changes_what_it_names_and_null_takes_it_back(association: Association) -> None:
    path = f"/v1/programs/{planned(association)}"
    patch = {"rules": {"organization": None, "overlap_minutes": 30}, "weights": {"met": "off"}}
    changed = association.coordinator("PATCH", path, patch).json
    assert changed["rules"] == {"overlap_minutes": 30, "seniority_gap": [1, 4], "not_paired_in_cycles": 2}
    assert (changed["weights"]["met"], changed["weights"]["skills"]) == ("off", "mandatory")
    assert association.coordinator("PATCH", path, {"weights": None}).json["weights"]["skills"] == "high"
    assert association.coordinator("PATCH", path, {"rules": None}).json["rules"] == {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"kind": "party"}, "/kind"),
        ({"kind": "event"}, "/event_id"),
        ({"rules": {"seniority_gap": [3, 1]}}, "/rules/seniority_gap"),
        ({"rules": {"overlap_minutes": "60"}}, "/rules/overlap_minutes"),
        ({"weights": {"skills": "huge"}}, "/weights/skills"),
        ({"settings": {"colour": "red"}}, "/settings/colour"),
        ({"state": "open"}, "/state"),
    ],
)
def test_a_plan_with_a_fault_is_told_where_it_is(association: Association, body: dict[str, Any], pointer: str) -> None:
    answer = association.coordinator("POST", "/v1/programs", PLAN | body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_members_see_what_is_open_or_runs_and_what_they_are_in(association: Association) -> None:
    member = association.member()
    draft = association.program(state=ProgramState.DRAFT)
    running = association.program(state=ProgramState.RUNNING)
    mine, other = association.program(), association.program()
    association.enroll(mine, member, Role.MENTEE)
    association.put(mine, state=ProgramState.CLOSED)
    association.put(other, state=ProgramState.CLOSED)
    listed = association.call(member, "GET", "/v1/programs").json["items"]
    assert [each["id"] for each in listed] == [running.id, mine.id]
    statuses = [association.call(member, "GET", f"/v1/programs/{each.id}").status_code for each in (draft, mine, other)]
    assert statuses == [404, 200, 404]
    assert len(association.coordinator("GET", "/v1/programs").json["items"]) == 4


def test_only_coordinators_plan_change_and_move_programs(association: Association) -> None:
    program = association.program()
    path = f"/v1/programs/{program.id}"
    for method, where in (("POST", "/v1/programs"), ("PATCH", path), ("POST", f"{path}/close")):
        assert association.call(new_id(), method, where, {}).status_code == 403
        assert association.call(new_id(), method, where, {}, roles=("organizer",)).status_code == 403


def test_pages_of_programs_show_each_once(association: Association) -> None:
    made = [association.program().id for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = association.coordinator("GET", f"/v1/programs?limit=2{cursor and '&cursor=' + cursor}").json
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert seen == made


def test_of_many_who_open_a_program_at_once_one_does(association: Association) -> None:
    path = f"/v1/programs/{planned(association)}/open"
    answers = at_once([partial(association.coordinator, "POST", path) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert len(association.messages("program.opened.v1")) == 1


def test_a_stale_version_is_refused(association: Association) -> None:
    path = f"/v1/programs/{planned(association)}"
    stale = {"If-Match": '"7"'}
    assert association.coordinator("PATCH", path, {"name": "x"}, headers=stale).status_code == 412
    assert association.coordinator("POST", f"{path}/open", headers=stale).status_code == 412
