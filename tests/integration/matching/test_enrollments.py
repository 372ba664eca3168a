"""Enrollments over HTTP: who takes part, who decides, and what follows for seats and requests."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Membership
from services.matching.domain.program import Program, ProgramState
from shared.ids import new_id
from tests.integration.matching.asking import asked, state_of
from tests.integration.matching.association import Association, at_once


def apply(association: Association, program: Program, who: str, role: str = "mentee", **more: Any) -> Any:
    return association.call(who, "POST", f"/v1/programs/{program.id}/enrollments", {"role": role, **more})


def change(association: Association, who: str, enrollment_id: str, **changes: Any) -> Any:
    return association.call(who, "PATCH", f"/v1/enrollments/{enrollment_id}", changes)


def decide(association: Association, enrollment_id: str, **changes: Any) -> Any:
    return association.coordinator("PATCH", f"/v1/enrollments/{enrollment_id}", changes)


def seats(association: Association) -> list[tuple[int, bool]]:
    return [(each["capacity"], each["available"]) for each in association.messages("mentor.capacity_changed.v1")]


def test_a_member_applies_a_coordinator_approves_and_a_mentor_gets_seats(association: Association) -> None:
    program, member = association.program(), association.member()
    answer = apply(association, program, member, "mentor", capacity=3)
    assert (answer.status_code, answer.json["state"]) == (201, "applied")
    assert seats(association) == []
    approved = decide(association, answer.json["id"], state="approved")
    assert (approved.status_code, approved.json["state"], approved.headers["ETag"]) == (200, "approved", '"2"')
    assert seats(association) == [(3, True)]
    told = association.messages("enrollment.applied.v1", "enrollment.approved.v1")
    assert [(each["type"], each["version"], each["role"]) for each in told] == [
        ("enrollment.applied.v1", 1, "mentor"),
        ("enrollment.approved.v1", 2, "mentor"),
    ]


def test_whom_a_coordinator_names_is_approved_at_once(association: Association) -> None:
    program, member = association.program(), association.member()
    body = {"member_id": member, "role": "mentee"}
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/enrollments", body)
    assert (answer.status_code, answer.json["state"], answer.json["member_id"]) == (201, "approved", member)


def test_a_coordinator_cannot_enroll_somebody_the_association_does_not_know(association: Association) -> None:
    body = {"member_id": new_id(), "role": "mentee"}
    path = f"/v1/programs/{association.program().id}/enrollments"
    assert association.coordinator("POST", path, body).status_code == 404


def test_a_member_cannot_enroll_somebody_else(association: Association) -> None:
    answer = apply(association, association.program(), association.member(), member_id=association.member())
    assert answer.status_code == 403


def test_a_member_may_be_both_and_each_only_once(association: Association) -> None:
    program, member = association.program(), association.member()
    statuses = [apply(association, program, member, role).status_code for role in ("mentee", "mentor", "mentee")]
    assert statuses == [201, 201, 409]


def test_of_ten_applications_at_once_one_is_kept(association: Association) -> None:
    program, member = association.program(), association.member()
    answers = at_once([partial(apply, association, program, member) for _ in range(10)])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(association.messages("enrollment.applied.v1")) == 1


@pytest.mark.parametrize("state", [ProgramState.CLOSED, ProgramState.RUNNING])
def test_only_an_open_program_enrolls(association: Association, state: ProgramState) -> None:
    program = association.program(state=state)
    body = {"role": "mentee", "member_id": association.member()}
    assert association.coordinator("POST", f"/v1/programs/{program.id}/enrollments", body).status_code == 409


def test_a_lapsed_member_cannot_enroll(association: Association) -> None:
    lapsed = association.member(membership=Membership.LAPSED)
    assert apply(association, association.program(), lapsed).status_code == 409


def test_a_member_pauses_and_comes_back_and_their_seats_follow(association: Association) -> None:
    program = association.program()
    mentor = association.member()
    enrollment = association.enroll(program, mentor, Role.MENTOR, capacity=2)
    assert change(association, mentor, enrollment.id, state="paused").json["state"] == "paused"
    assert change(association, mentor, enrollment.id, state="approved", capacity=1).json["capacity"] == 1
    assert seats(association) == [(2, True), (2, False), (1, True)]
    assert [each["reason"] for each in association.messages("enrollment.paused.v1")] == ["member"]
    assert len(association.messages("enrollment.resumed.v1")) == 1


def test_members_do_not_decide_on_themselves(association: Association) -> None:
    program, member = association.program(), association.member()
    enrollment_id = apply(association, program, member).json["id"]
    for state in ("approved", "rejected"):
        assert change(association, member, enrollment_id, state=state).status_code == 403
    decide(association, enrollment_id, state="approved")
    decide(association, enrollment_id, state="paused")
    assert change(association, member, enrollment_id, state="approved").status_code == 403


def test_a_change_to_what_is_already_so_changes_nothing(association: Association) -> None:
    enrollment_id = apply(association, association.program(), association.member()).json["id"]
    for _ in range(2):
        answer = decide(association, enrollment_id, state="approved", capacity=1)
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert decide(association, enrollment_id, state="rejected").status_code == 409


def test_whoever_withdraws_takes_their_requests_back_and_may_apply_again(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.member()
    enrollment = association.enroll(program, mentee, Role.MENTEE)
    [request] = asked(association, program, mentee, mentor)
    assert change(association, mentee, enrollment.id, state="withdrawn").status_code == 200
    assert state_of(association, mentee, f"/v1/requests/{request}") == "invalidated"
    again = apply(association, program, mentee)
    assert (again.status_code, again.json["id"], again.json["state"]) == (201, enrollment.id, "applied")


def test_a_member_sees_only_their_own_enrollment_and_a_coordinator_all(association: Association) -> None:
    program, one, other = association.program(), association.member(), association.member()
    mine = association.enroll(program, one, Role.MENTEE)
    theirs = association.enroll(program, other, Role.MENTOR)
    path = f"/v1/programs/{program.id}/enrollments"
    assert [each["id"] for each in association.call(one, "GET", path).json["items"]] == [mine.id]
    assert association.call(one, "GET", f"/v1/enrollments/{theirs.id}").status_code == 404
    assert change(association, one, theirs.id, state="withdrawn").status_code == 404
    assert len(association.coordinator("GET", path).json["items"]) == 2
    mentors = association.coordinator("GET", f"{path}?role=mentor&state=approved").json["items"]
    assert [each["id"] for each in mentors] == [theirs.id]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/role"), ({"role": "guru"}, "/role"), ({"role": "mentee", "capacity": 0}, "/capacity"),
     ({"role": "mentee", "state": "approved"}, "/state")],
)  # fmt: skip
def test_an_application_with_a_fault_is_told_where_it_is(
    association: Association, body: dict[str, Any], pointer: str
) -> None:
    path = f"/v1/programs/{association.program().id}/enrollments"
    answer = association.call(new_id(), "POST", path, body)
    assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [pointer])


def test_a_stale_version_is_refused(association: Association) -> None:
    member = association.member()
    enrollment_id = apply(association, association.program(), member).json["id"]
    answer = association.call(
        member, "PATCH", f"/v1/enrollments/{enrollment_id}", {"capacity": 2}, headers={"If-Match": '"9"'}
    )
    assert answer.status_code == 412
