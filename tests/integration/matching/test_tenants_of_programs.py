"""What is another association's is not there, on every route of programs, enrollments and runs."""

from typing import Any

from services.matching.domain.enrollment import Role
from shared.ids import new_id
from tests.integration.matching.association import Association
from tests.integration.matching.cohort import cohort, computed, proposals_of


def test_another_association_finds_nothing(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 1)
    enrollment = association.store.enrollments.find_of("acme", program.id, mentees[0], Role.MENTEE)
    assert enrollment is not None
    run_id = computed(association, program)
    [proposal] = proposals_of(association, run_id)
    before = association.messages()
    at, run = f"/v1/programs/{program.id}", f"/v1/match-runs/{run_id}"
    routes: list[tuple[str, str, Any]] = [
        ("GET", at, None),
        ("PATCH", at, {"name": "Ours"}),
        *(("POST", f"{at}/{verb}", None) for verb in ("open", "close", "start", "complete", "cancel")),
        ("POST", f"{at}/enrollments", {"role": "mentee", "member_id": mentees[0]}),
        ("GET", f"{at}/enrollments", None),
        ("GET", f"/v1/enrollments/{enrollment.id}", None),
        ("PATCH", f"/v1/enrollments/{enrollment.id}", {"state": "withdrawn"}),
        ("GET", f"{at}/recommendations?member_id={mentees[0]}", None),
        ("POST", f"{at}/match-runs", {"objective": "best_score"}),
        ("GET", f"{at}/match-runs", None),
        ("GET", run, None),
        *(("POST", f"{run}/{verb}", None) for verb in ("publish", "discard", "cancel")),
        ("GET", f"{run}/proposals", None),
        ("POST", f"{run}/proposals", {"mentor_id": mentors[0], "mentee_id": mentees[0]}),
        ("GET", f"/v1/proposals/{proposal['id']}", None),
        ("PATCH", f"/v1/proposals/{proposal['id']}", {"state": "approved"}),
    ]
    answers = {
        (method, path): association.coordinator(method, path, body, tenant="globex").status_code
        for method, path, body in routes
    }
    assert set(answers.values()) == {404}, answers
    assert association.coordinator("GET", "/v1/programs", tenant="globex").json == {"items": [], "next": None}
    assert association.messages() == before


def test_a_coordinator_cannot_enroll_another_associations_member(association: Association) -> None:
    body = {"name": "Theirs", "kind": "cohort", "format": "one_to_one"}
    theirs = association.coordinator("POST", "/v1/programs", body, tenant="globex").json["id"]
    association.coordinator("POST", f"/v1/programs/{theirs}/open", tenant="globex")
    stolen = {"role": "mentee", "member_id": association.member()}
    answer = association.coordinator("POST", f"/v1/programs/{theirs}/enrollments", stolen, tenant="globex")
    assert answer.status_code == 404


def test_identifiers_that_are_none_are_not_there(association: Association) -> None:
    for path in ("/v1/programs/x", "/v1/match-runs/1", f"/v1/proposals/{new_id()}"):
        assert association.coordinator("GET", path).status_code == 404
