"""A match run again for the rest: what was decided stays, everything else is open."""

from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import ProgramState
from shared.ids import new_id
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import (
    asked_for,
    cohort,
    computed,
    pairs_of,
    proposals_of,
    publish,
    run_of,
    speaker,
)

Pair = tuple[str, str]


def rerun(association: Association, run_id: str, **options: Any) -> Any:
    return association.coordinator("POST", f"/v1/match-runs/{run_id}/rerun", **options)


def computed_again(association: Association, run_id: str) -> str:
    """The id of the rerun, ready for review."""
    answer = rerun(association, run_id)
    assert answer.status_code == 202, answer.json
    again: str = answer.json["id"]
    association.do_due_work()
    assert run_of(association, again)["state"] == "ready", run_of(association, again)
    return again


def decide(association: Association, run_id: str, pair: Pair, state: str) -> None:
    [proposal] = [each for each in proposals_of(association, run_id) if (each["mentor_id"], each["mentee_id"]) == pair]
    answer = association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": state})
    assert answer.status_code == 200, answer.json


def test_a_rerun_is_a_new_queued_run_with_the_same_question(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    asked = {"objective": "most_people", "fairness": 0.5, "seed": 7, "weights": {"skills": "mandatory"}}
    run_id = computed(association, program, **asked)
    answer = rerun(association, run_id)
    assert answer.status_code == 202
    again = answer.json
    assert again["id"] != run_id
    assert answer.headers["Location"] == f"/v1/match-runs/{again['id']}"
    assert (again["state"], again["rerun_of"], again["program_id"]) == ("queued", run_id, program.id)
    assert {name: again[name] for name in ("objective", "fairness", "seed")} == {
        name: asked[name] for name in ("objective", "fairness", "seed")
    }
    store = association.store
    assert store.runs.get(TENANT, again["id"]).weights == store.runs.get(TENANT, run_id).weights is not None


def test_approved_pairs_stay_staged_and_nobody_of_them_is_matched_again(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = computed(association, program)
    decide(association, run_id, (mentors[0], mentees[0]), "approved")
    again = computed_again(association, run_id)
    assert pairs_of(association, again) == {(mentors[1], mentees[1]), (mentors[2], mentees[2])}
    assert run_of(association, again)["unmatched"] == []
    for each in (run_id, again):
        publish(association, each, approve_all=each == again)
    assert [run_of(association, each)["published"] for each in (run_id, again)] == [1, 2]


def test_an_approved_pair_with_seats_left_on_both_sides_is_not_proposed_twice(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law", capacity=2)
    mentee = speaker(association, program, Role.MENTEE, "law", capacity=2)
    run_id = computed(association, program)
    decide(association, run_id, (mentor, mentee), "approved")
    assert pairs_of(association, computed_again(association, run_id)) == set()


def test_dismissed_pairs_are_forbidden_and_their_people_matched_otherwise(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = computed(association, program, objective="most_people")
    decide(association, run_id, (mentors[0], mentees[0]), "dismissed")
    again = computed_again(association, run_id)
    assert run_of(association, again)["forbidden"] == [[mentors[0], mentees[0]]]
    assert pairs_of(association, again) == {(mentors[0], mentees[1]), (mentors[1], mentees[0])}


def test_what_was_forbidden_stays_so_over_any_number_of_reruns(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = computed(association, program, forbidden=[[mentors[2], mentees[2]]])
    pair = sorted(pairs_of(association, run_id))[0]
    decide(association, run_id, pair, "dismissed")
    twice = computed_again(association, computed_again(association, run_id))
    assert {(mentor, mentee) for mentor, mentee in run_of(association, twice)["forbidden"]} == {
        (mentors[2], mentees[2]),
        pair,
    }
    assert pairs_of(association, twice).isdisjoint({(mentors[2], mentees[2]), pair})


def test_locks_stay_until_somebody_decides_on_them(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 4)
    crossed = [(mentors[each], mentees[(each + 1) % 4]) for each in range(3)]
    run_id = computed(association, program, locked=[list(pair) for pair in crossed])
    decide(association, run_id, crossed[0], "approved")
    decide(association, run_id, crossed[1], "dismissed")
    again = computed_again(association, run_id)
    run = run_of(association, again)
    assert (run["locked"], run["forbidden"]) == ([list(crossed[2])], [list(crossed[1])])
    assert crossed[2] in pairs_of(association, again)
    assert pairs_of(association, again).isdisjoint(crossed[:2])


def test_a_dismissed_pair_that_was_added_by_hand_is_wanted(association: Association) -> None:
    program = association.program()
    [mentor], [mentee] = cohort(association, program, 1)
    run_id = computed(association, program)
    decide(association, run_id, (mentor, mentee), "dismissed")
    added = association.coordinator(
        "POST", f"/v1/match-runs/{run_id}/proposals", {"mentor_id": mentor, "mentee_id": mentee}
    )
    assert added.status_code == 201, added.json
    again = computed_again(association, run_id)
    assert run_of(association, again)["forbidden"] == []
    assert pairs_of(association, again) == {(mentor, mentee)}


def test_the_rest_of_a_published_run_is_matched_with_who_came_meanwhile(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = computed(association, program)
    decide(association, run_id, (mentors[0], mentees[0]), "approved")
    assert publish(association, run_id).json["published"] == 1
    newcomer = speaker(association, program, Role.MENTEE, "skill 1", "skill 7")
    again = computed_again(association, run_id)
    assert pairs_of(association, again) == {(mentors[1], mentees[1])}
    assert {each["member_id"] for each in run_of(association, again)["unmatched"]} == {newcomer}


def test_what_could_not_be_published_is_neither_locked_nor_forbidden(association: Association) -> None:
    program = association.program()
    [mentor], [mentee] = cohort(association, program, 1)
    run_id = computed(association, program, locked=[[mentor, mentee]])
    enrollment = association.store.enrollments.find_of(TENANT, program.id, mentor, Role.MENTOR)
    assert enrollment is not None
    path = f"/v1/enrollments/{enrollment.id}"
    association.coordinator("PATCH", path, {"capacity": 0})
    skipped = publish(association, run_id, approve_all=True).json["skipped"]
    assert [each["reason"] for each in skipped] == ["mentor_full"]
    association.coordinator("PATCH", path, {"capacity": 1})
    again = computed_again(association, run_id)
    run = run_of(association, again)
    assert (run["locked"], run["forbidden"]) == ([], [])
    assert pairs_of(association, again) == {(mentor, mentee)}


def test_only_a_run_that_came_out_is_run_again(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    queued = asked_for(association, program)
    refused = rerun(association, queued)
    assert (refused.status_code, "queued" in refused.json["detail"]) == (409, True)
    association.do_due_work()
    association.coordinator("POST", f"/v1/match-runs/{queued}/discard")
    refused = rerun(association, queued)
    assert (refused.status_code, "discarded" in refused.json["detail"]) == (409, True)


@pytest.mark.parametrize("state", [ProgramState.COMPLETED, ProgramState.CANCELLED])
def test_a_program_that_is_over_is_not_matched_again(association: Association, state: ProgramState) -> None:
    program = association.program()
    cohort(association, program, 1)
    run_id = computed(association, program)
    association.put(program, state=state)
    refused = rerun(association, run_id)
    assert (refused.status_code, state.value in refused.json["detail"]) == (409, True)


def test_a_rerun_of_another_version_is_refused_and_of_another_tenant_not_there(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    run_id = computed(association, program)
    assert rerun(association, run_id, headers={"If-Match": '"1"'}).status_code == 412
    assert rerun(association, run_id, tenant="another").status_code == 404
    assert rerun(association, new_id()).status_code == 404
    assert association.foundation.database["match_runs"].count_documents({}) == 1


def test_more_pairs_than_a_run_can_forbid_are_a_conflict_that_says_so(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.matching.domain.remainder.MOST_PAIRS", 2)
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = computed(association, program)
    for pair in list(zip(mentors, mentees, strict=True))[:2]:
        decide(association, run_id, pair, "dismissed")
    assert rerun(association, run_id).status_code == 202
    decide(association, run_id, (mentors[2], mentees[2]), "dismissed")
    refused = rerun(association, run_id)
    assert (refused.status_code, "2 pairs are forbidden or dismissed" in refused.json["detail"]) == (409, True)


def test_pairs_approved_while_somebody_asks_for_the_rest_are_not_matched_again(association: Association) -> None:
    program = association.program()
    cohort(association, program, 4)
    run_id = computed(association, program)
    pairs = sorted(pairs_of(association, run_id))
    # A coordinator approves while another one asks for the rest: whatever came first, nobody is matched twice.
    at_once(
        [
            *(lambda pair=pair: decide(association, run_id, pair, "approved") for pair in pairs[:2]),  # type: ignore[misc]
            lambda: rerun(association, run_id),
        ]
    )
    association.do_due_work()
    [again] = association.foundation.database["match_runs"].find({"rerun_of": run_id})
    assert pairs_of(association, again["_id"]) == set(pairs[2:])
