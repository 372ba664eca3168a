"""Runs over a program of peers: computed, reviewed, published, compared, reported; and who is recommended to whom."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program
from services.matching.engine import partition
from tests.integration.matching.asking import asked, paired
from tests.integration.matching.association import Association
from tests.integration.matching.cohort import computed, pairs_of, proposals_of, publish, run_of, speaker
from tests.integration.matching.test_comparing import compared
from tests.integration.matching.test_peers import live_pairs, peer, peers_program, seats_are_exact
from tests.integration.matching.test_program_report import funnel, hold_session, read


def fitting(association: Association, program: Program, count: int) -> list[str]:
    """So many peers who speak a language and want nothing in particular, in order of their ids."""
    return [speaker(association, program, Role.MENTOR, f"skill {number}") for number in range(count)]


def shown(association: Association, program: Program, member: str, query: str = "") -> list[dict[str, Any]]:
    answer = association.call(member, "GET", f"/v1/programs/{program.id}/recommendations{query}")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


@pytest.mark.parametrize("by_parts", [False, True])
def test_a_run_pairs_everybody_and_publishing_it_takes_a_seat_of_both(
    association: Association, monkeypatch: pytest.MonkeyPatch, *, by_parts: bool
) -> None:
    if by_parts:
        monkeypatch.setattr(partition, "PART", 2)
    program = peers_program(association)
    everybody = fitting(association, program, 7)
    run_id = computed(association, program, objective="most_people")
    pairs = pairs_of(association, run_id)
    assert (len(pairs), len({each for two in pairs for each in two})) == (3, 6)
    assert all(one < other for one, other in pairs)
    run = run_of(association, run_id)
    assert (run["summary"]["matched"], run["summary"]["most_matched"], run["summary"]["unmatched"]) == (3, 3, 1)
    assert run["summary"]["most_score"] >= run["summary"]["total_score"]
    [alone] = run["unmatched"]
    assert alone["member_id"] in everybody
    assert alone["reason"] == "outcompeted"

    assert publish(association, run_id, approve_all=True).json["published"] == 3

    assert sorted(live_pairs(association, program)) == sorted(pairs)
    assert seats_are_exact(association, program)
    rest = run_of(association, computed(association, program))
    assert [each["reason"] for each in rest["unmatched"]] == ["no_counterpart"]


def test_a_pair_that_asking_has_made_is_taken_off_and_not_made_again(association: Association) -> None:
    program = peers_program(association)
    one, other, third = (speaker(association, program, Role.MENTOR, "law", capacity=2) for _ in range(3))
    paired(association, program, other, one)
    assert pairs_of(association, computed(association, program)) == {
        (min(one, third), max(one, third)),
        (min(other, third), max(other, third)),
    }


def test_who_is_paired_after_the_run_is_passed_over_when_it_is_published(association: Association) -> None:
    program = peers_program(association)
    one, other = fitting(association, program, 2)
    run_id = computed(association, program)
    paired(association, program, peer(association, program), other)
    published = publish(association, run_id, approve_all=True).json
    assert (published["published"], [each["reason"] for each in published["skipped"]]) == (0, ["mentor_full"])
    assert one not in {each for two in live_pairs(association, program) for each in two}


def test_a_stable_match_of_peers_is_refused_with_the_reason(association: Association) -> None:
    program = peers_program(association)
    body = {"objective": "best_score", "mode": "stable"}
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/match-runs", body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/mode"


def test_locks_hold_whichever_way_they_are_named_and_through_a_rerun(association: Association) -> None:
    program = peers_program(association)
    one, other, third, fourth = fitting(association, program, 4)
    run_id = computed(association, program, locked=[[other, one]], forbidden=[[fourth, third]])
    [found] = proposals_of(association, run_id)
    assert (found["mentor_id"], found["mentee_id"]) == (one, other)
    again = association.coordinator("POST", f"/v1/match-runs/{run_id}/rerun").json["id"]
    association.do_due_work()
    assert pairs_of(association, again) == {(one, other)}
    body = {"objective": "best_score", "locked": [[one, other]], "forbidden": [[other, one]]}
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/match-runs", body)
    assert answer.status_code == 422


def test_staff_adds_a_pair_of_peers_by_hand_once(association: Association) -> None:
    program = peers_program(association)
    one, other, _ = fitting(association, program, 3)
    run_id = computed(association, program, forbidden=[[one, other]])
    path = f"/v1/match-runs/{run_id}/proposals"
    added = association.coordinator("POST", path, {"mentor_id": other, "mentee_id": one})
    assert (added.status_code, added.json["mentor_id"], added.json["mentee_id"]) == (201, one, other)
    assert association.coordinator("POST", path, {"mentor_id": one, "mentee_id": other}).status_code == 409
    assert association.coordinator("POST", path, {"mentor_id": one, "mentee_id": one}).status_code == 409


def test_a_comparison_names_each_peer_once_by_what_they_score_on_either_side(association: Association) -> None:
    program = peers_program(association)
    everybody = [speaker(association, program, Role.MENTOR, "law", capacity=2) for _ in range(5)]
    first = computed(association, program, forbidden=[[everybody[0], everybody[1]]])
    other = computed(association, program, forbidden=[[everybody[2], everybody[3]]])
    page = compared(association, first, other, "&limit=200").json
    assert sorted(each["member_id"] for each in page["items"]) == sorted(everybody)
    assert {each["role"] for each in page["items"]} == {"mentor"}
    for run_id, when in ((first, "before"), (other, "after")):
        total = Counter[str]()
        for each in proposals_of(association, run_id):
            total.update({each["mentor_id"]: each["score"], each["mentee_id"]: each["score"]})
        assert {each["member_id"]: each[when] for each in page["items"]} == pytest.approx(dict(total))


def test_the_report_counts_each_peer_once_whichever_of_a_pair_they_are(association: Association) -> None:
    program = peers_program(association)
    everybody = fitting(association, program, 6)
    asked(association, program, everybody[0], everybody[5])
    started = [paired(association, program, everybody[at], everybody[at + 1]) for at in (1, 3)]
    hold_session(association, started[0], timedelta(days=3))
    assert funnel(association, program) == {
        "enrolled": (0, 6),
        "approved": (0, 6),
        "requested": (0, 6),
        "matched": (0, 4),
        "first_session": (0, 2),
        "met": (0, 2),
        "completed": (0, 0),
    }
    for path in (f"/v1/mentorships/{each}/end" for each in started):
        for who in everybody[1:5]:
            association.call(who, "POST", path)
    computed(association, program)
    groups = read(association, program, "?by=membership")["groups"]
    assert {row["role"] for row in groups} == {"mentor"}
    assert sum(row["people"] for row in groups) == 6


def test_a_peer_is_recommended_those_who_neither_asked_them_nor_were_asked(association: Association) -> None:
    program = peers_program(association)
    one = speaker(association, program, Role.MENTOR, "law")
    fits, was_asked, has_asked = (speaker(association, program, Role.MENTEE, "law") for _ in range(3))
    full = speaker(association, program, Role.MENTEE, "law")
    paired(association, program, full, peer(association, program))
    [to] = asked(association, program, one, was_asked)
    asked(association, program, has_asked, one)
    for query in ("", "?role=mentee", "?role=mentor"):
        [found] = shown(association, program, one, query)
        assert (found["mentor_id"], found["mentee_id"]) == (fits, one)
        assert found["reasons"][0] == "you offer 1 of the 1 skill they seek: law"
    association.call(was_asked, "POST", f"/v1/requests/{to}/decline", {})
    [next_best] = association.call(one, "GET", f"/v1/requests/{to}").json["next_best"]
    assert next_best["mentor_id"] == fits
