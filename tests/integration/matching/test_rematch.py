"""Another partner, without fault: between whoever asks for one and the coordinators."""

from typing import Any

import pytest

from tests.integration.matching.asking import ask, paired
from tests.integration.matching.association import Association
from tests.integration.matching.cohort import computed, pairs_of
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.test_blocks import block
from tests.integration.matching.test_mentorships import active_seats


def staff_tasks(association: Association) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = association.coordinator("GET", "/v1/tasks?kind=rematch").json["items"]
    return found


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_a_rematch_frees_the_seat_and_is_the_coordinators_task(association: Association, side: str) -> None:
    made = pair_at_work(association)
    who = getattr(made, side)
    assert made.call(who, "POST", "/rematch").json["state"] == "ended_early"
    assert active_seats(made) == 0
    [task] = staff_tasks(association)
    assert (task["mentorship_id"], task["reason"], task["mentee_id"]) == (
        made.mentorship,
        f"asked_by_{side}",
        made.mentee,
    )
    seen = association.coordinator("GET", made.path).json
    assert (seen["ended_reason"], seen["ended_by"], seen["ended_at"]) == ("rematch", who, "2026-01-07T12:00:00Z")
    assert made.call(who, "POST", "/rematch").status_code == 409


@pytest.mark.parametrize("below", ["/rematch", "/end"])
def test_the_partner_hears_only_that_it_ended_without_fault(association: Association, below: str) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", below, {"reason": "rematch"} if below == "/end" else None)
    shown = made.call(made.mentor, "GET").json
    assert {"ended_reason", "ended_by"}.isdisjoint(shown)
    [told] = made.told("mentorship.ended.v1")
    assert (told["reason"], told["ended_by_id"]) == ("no_fault", None)
    assert "rematch" not in str(made.told())
    assert association.call(made.mentor, "GET", "/v1/tasks").json["items"] == []
    assert len(staff_tasks(association)) == 1


def test_both_are_matched_again_and_not_with_each_other(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    made.call(made.mentee, "POST", "/rematch")
    assert pairs_of(association, computed(association, program)) == set()
    refused = ask(association, program, mentee, mentor)
    assert (refused.status_code, "paired in this program before" in refused.json["detail"]) == (409, True)
    newcomer, another = association.mentor(program), association.mentee(program)
    assert pairs_of(association, computed(association, program)) == {(mentor, another), (newcomer, mentee)}
    assert ask(association, program, mentee, newcomer).status_code == 201


def test_a_rematch_is_asked_for_by_one_of_the_two(association: Association) -> None:
    made = pair(association)
    assert association.coordinator("POST", f"{made.path}/rematch").status_code == 403
    assert made.call(association.member(), "POST", "/rematch").status_code == 404
    staff = association.call(association.member(), "POST", f"{made.path}/rematch", roles=("member", "coordinator"))
    assert staff.status_code == 404
    assert made.call(made.mentor, "GET").json["state"] == "agreement_pending"


def test_who_asks_the_mentor_again_does_not_learn_that_the_mentor_wanted_another(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program, 2), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    made.call(mentor, "POST", "/rematch")
    refused = ask(association, program, mentee, mentor)
    blocked = association.mentee(program)
    block(association, mentor, blocked)
    assert (refused.status_code, ask(association, program, blocked, mentor).json["detail"]) == (
        409,
        refused.json["detail"],
    )
