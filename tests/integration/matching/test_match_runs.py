"""Match runs: asked for over HTTP, computed by due work, reviewed."""

from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Membership
from services.matching.domain.parts import Part
from services.matching.domain.program import ProgramState, Rules
from shared.ids import new_id
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.cohort import (
    asked_for,
    cohort,
    computed,
    pairs_of,
    proposals_of,
    run_of,
    speaker,
)


def decide(association: Association, proposal: dict[str, Any], state: str) -> Any:
    return association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": state})


def test_a_run_pairs_everyone_with_whom_they_fit_and_says_why(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = asked_for(association, program)
    assert run_of(association, run_id)["state"] == "queued"
    association.do_due_work()
    run = run_of(association, run_id)
    assert (run["state"], run["progress"], run["unmatched"]) == ("ready", 1.0, [])
    assert (run["summary"]["matched"], run["summary"]["unmatched"]) == (3, 0)
    assert pairs_of(association, run_id) == set(zip(mentors, mentees, strict=True))
    first = proposals_of(association, run_id)[0]
    assert (first["state"], first["parts"]["skills"]) == ("proposed", 1.0)
    assert first["score"] == pytest.approx(run["summary"]["total_score"] / 3)
    assert any("the mentee seeks" in reason for reason in first["reasons"])


def test_what_a_member_hides_counts_and_is_told_as_a_number_only(association: Association) -> None:
    program = association.program()
    hidden = {"skills": "nobody", "goals": "nobody"}
    speaker(association, program, Role.MENTOR, "welding", goals=("Teach welding",))
    speaker(association, program, Role.MENTEE, "welding", goals=("Leave welding",), visibility=hidden)
    [proposal] = proposals_of(association, computed(association, program))
    assert (proposal["parts"]["skills"], proposal["parts"]["goals"]) == (1.0, 0.5)
    assert not any("welding" in reason for reason in proposal["reasons"])


def test_who_is_left_alone_is_named_with_the_first_rule_that_left_nobody(association: Association) -> None:
    program = association.program(rules=Rules(shared_language_level=5))
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    lapsed = association.mentee(program)
    association.tell_of(lapsed, membership=Membership.LAPSED)
    unheard_of = new_id()
    association.enroll(program, unheard_of, Role.MENTEE)
    run = run_of(association, computed(association, program))
    assert {each["member_id"]: each["reason"] for each in run["unmatched"]} == {
        mentor: "language",
        mentee: "language",
        lapsed: "membership",
        unheard_of: "no_profile",
    }
    assert run["summary"]["unmatched"] == 4


def test_locked_pairs_are_in_and_forbidden_ones_are_out(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    crossed = [[mentors[0], mentees[1]]]
    assert pairs_of(association, computed(association, program, locked=crossed)) == {
        (mentors[0], mentees[1]),
        (mentors[1], mentees[0]),
    }
    forbidden = [[mentors[0], mentees[0]]]
    assert (mentors[0], mentees[0]) not in pairs_of(association, computed(association, program, forbidden=forbidden))


def test_an_impossible_lock_fails_the_run_with_a_sentence(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    run_id = asked_for(association, program, locked=[[mentor, new_id()]])
    association.do_due_work()
    run = run_of(association, run_id)
    assert run["state"] == "failed"
    assert "not_in_pool" in run["failure"]


def test_live_and_staged_pairs_take_their_seats_first(association: Association) -> None:
    program = association.program()
    [mentor, other], [mentee, second] = cohort(association, program, 2)
    third, fourth = (speaker(association, program, Role.MENTEE, "skill 0") for _ in range(2))
    paired(association, program, mentor, mentee)
    [proposal] = proposals_of(association, computed(association, program))
    assert (proposal["mentor_id"], proposal["mentee_id"]) == (other, second)
    assert decide(association, proposal, "approved").status_code == 200
    run = run_of(association, computed(association, program))
    assert run["summary"]["matched"] == 0
    assert {each["member_id"] for each in run["unmatched"]} == {third, fourth}


def test_whoever_was_paired_in_the_last_cycle_is_paired_with_somebody_else(association: Association) -> None:
    earlier = association.program(series="yearly")
    program = association.program(series="yearly", rules=Rules(not_paired_in_cycles=1))
    mentors, mentees = cohort(association, program, 2)
    association.enroll(earlier, mentors[0], Role.MENTOR)
    association.enroll(earlier, mentees[0], Role.MENTEE)
    paired(association, earlier, mentors[0], mentees[0])
    assert pairs_of(association, computed(association, program, objective="most_people")) == {
        (mentors[0], mentees[1]),
        (mentors[1], mentees[0]),
    }


def test_the_same_question_gets_the_same_answer(association: Association) -> None:
    program = association.program()
    for _ in range(4):
        speaker(association, program, Role.MENTOR, "law", capacity=2)
        speaker(association, program, Role.MENTEE, "law")
        speaker(association, program, Role.MENTEE, "law")
    runs = [computed(association, program, seed=7, objective="most_people") for _ in range(2)]
    assert pairs_of(association, runs[0]) == pairs_of(association, runs[1])
    assert run_of(association, runs[0])["summary"] == run_of(association, runs[1])["summary"]


def test_a_run_keeps_the_promise_that_was_asked_for(association: Association) -> None:
    program = association.program()
    wanted = speaker(association, program, Role.MENTOR, "law", "tax", "sales")
    other = speaker(association, program, Role.MENTOR, "law")
    versed = speaker(association, program, Role.MENTEE, "law", "tax")
    late = speaker(association, program, Role.MENTEE, "tax", "sales", "sailing")
    fair, stable = (computed(association, program, **body) for body in ({"fairness": 0.5}, {"mode": "stable"}))
    assert pairs_of(association, fair) == {(other, versed), (wanted, late)}
    assert pairs_of(association, stable) == {(wanted, versed), (other, late)}
    told = [{name: run_of(association, run)[name] for name in ("mode", "fairness")} for run in (fair, stable)]
    assert told == [{"mode": "welfare", "fairness": 0.5}, {"mode": "stable", "fairness": 0.0}]


def test_a_coordinator_adds_a_pair_by_hand_once(association: Association) -> None:
    program = association.program(rules=Rules(shared_language_level=5))
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    run_id = computed(association, program)
    path, body = f"/v1/match-runs/{run_id}/proposals", {"mentor_id": mentor, "mentee_id": mentee}
    added = association.coordinator("POST", path, body)
    assert (added.status_code, added.json["by_hand"], added.json["state"]) == (201, True, "proposed")
    assert added.json["parts"]["skills"] == 1.0
    assert association.coordinator("POST", path, body).status_code == 409
    decide(association, added.json, "dismissed")
    assert association.coordinator("POST", path, body).status_code == 201
    outsider = body | {"mentee_id": association.member()}
    assert association.coordinator("POST", path, outsider).status_code == 409


def test_a_decision_stands_once_made_and_only_while_the_run_is_reviewed(association: Association) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = computed(association, program)
    first, second = proposals_of(association, run_id)
    assert [decide(association, first, "approved").status_code for _ in range(2)] == [200, 200]
    assert decide(association, first, "dismissed").json["state"] == "dismissed"
    assert decide(association, first, "approved").status_code == 409
    assert [each["id"] for each in proposals_of(association, run_id, "&state=dismissed")] == [first["id"]]
    assert association.coordinator("POST", f"/v1/match-runs/{run_id}/discard").status_code == 200
    assert decide(association, second, "approved").status_code == 409
    assert association.coordinator("POST", f"/v1/match-runs/{run_id}/publish").status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/objective"),
        ({"objective": "luck"}, "/objective"),
        ({"objective": "best_score", "locked": [["x"]]}, "/locked/0/0"),
        ({"objective": "best_score", "mode": "lucky"}, "/mode"),
        ({"objective": "best_score", "fairness": 1.5}, "/fairness"),
        ({"objective": "best_score", "fairness": "0.5"}, "/fairness"),
        ({"objective": "best_score", "fairness": True}, "/fairness"),
        ({"objective": "best_score", "fairness": 0.5, "mode": "stable"}, "/fairness"),
        ({"objective": "best_score", "colour": "red"}, "/colour"),
    ],
)
def test_a_wish_with_a_fault_is_told_where_it_is(association: Association, body: dict[str, Any], pointer: str) -> None:
    answer = association.coordinator("POST", f"/v1/programs/{association.program().id}/match-runs", body)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json["errors"]]


def test_what_no_match_can_be_is_refused_before_work_starts(association: Association) -> None:
    program = association.program()
    [mentor, other], [mentee, second] = cohort(association, program, 2)
    off = dict.fromkeys((part.value for part in Part), "off")
    wishes = [
        ({"weights": off}, ["/weights"]),
        ({"locked": [[other, second], [mentor, mentee]], "forbidden": [[mentor, mentee]]}, ["/locked/1"]),
        ({"locked": [[mentor, mentor]]}, ["/locked/0"]),
    ]
    for wish, pointers in wishes:
        body = {"objective": "best_score", **wish}
        answer = association.coordinator("POST", f"/v1/programs/{program.id}/match-runs", body)
        assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, pointers)
    assert association.coordinator("GET", f"/v1/programs/{program.id}/match-runs").json["items"] == []
    for path, method in ((f"/v1/programs/{program.id}", "PATCH"), ("/v1/programs", "POST")):
        body = {"name": "All off", "kind": "cohort", "format": "one_to_one"} if method == "POST" else {}
        answer = association.coordinator(method, path, {**body, "weights": off})
        assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, ["/weights"])


def test_a_draft_is_not_matched_and_members_have_no_part_in_it(association: Association) -> None:
    draft = association.program(state=ProgramState.DRAFT)
    body = {"objective": "best_score"}
    assert association.coordinator("POST", f"/v1/programs/{draft.id}/match-runs", body).status_code == 409
    run_id = asked_for(association, association.program())
    for path in (f"/v1/match-runs/{run_id}", f"/v1/match-runs/{run_id}/proposals"):
        assert association.call(new_id(), "GET", path).status_code == 403


def test_who_takes_nobody_new_is_told_so_and_keeps_who_they_have(association: Association) -> None:
    program = association.program()
    [mentor], [mentee] = cohort(association, program, 1)
    paired(association, program, mentor, mentee)
    unpaired = speaker(association, program, Role.MENTOR, "skill 0", capacity=1)
    for each in (mentor, unpaired):
        enrollment = association.store.enrollments.find_of(TENANT, program.id, each, Role.MENTOR)
        assert enrollment is not None
        path = f"/v1/enrollments/{enrollment.id}"
        assert association.coordinator("PATCH", path, {"capacity": 0}).status_code == 200
    newcomer = speaker(association, program, Role.MENTEE, "skill 0")
    run = run_of(association, computed(association, program))
    assert {(each["member_id"], each["reason"]) for each in run["unmatched"]} == {
        (mentor, "no_capacity"),
        (unpaired, "no_capacity"),
        (newcomer, "no_capacity"),
    }
    recommended = association.call(newcomer, "GET", f"/v1/programs/{program.id}/recommendations")
    assert (recommended.status_code, recommended.json["items"]) == (200, [])
