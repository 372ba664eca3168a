"""A mentorship that goes on for longer, or rests."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from services.matching.domain.program import Settings
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import TERMS, Pair, pair, pair_at_work
from tests.integration.matching.telling import merged, tell
from tests.integration.matching.test_suspended import becomes

AGREED = "2026-06-24"
LATER = {"ends_on": "2026-09-30"}


def tasks(made: Pair, who: str, state: str = "open") -> list[str]:
    listed = made.association.call(who, "GET", f"/v1/tasks?mentorship_id={made.mentorship}&state={state}")
    return [each["kind"] for each in listed.json["items"]]


def test_a_later_end_holds_when_the_other_one_asks_for_the_same(association: Association) -> None:
    made = pair_at_work(association)
    proposed = made.call(made.mentee, "POST", "/extend", LATER)
    assert (proposed.status_code, proposed.json["ends_on"]) == (200, AGREED)
    assert proposed.json["extension"]["proposed_by"] == made.mentee
    assert (tasks(made, made.mentor), tasks(made, made.mentee)) == (["extension"], [])
    again = made.call(made.mentee, "POST", "/extend", LATER)
    assert again.json["extension"] == proposed.json["extension"]
    assert made.told("mentorship.extended.v1") == []
    accepted = made.call(made.mentor, "POST", "/extend", LATER).json
    assert (accepted["ends_on"], accepted["state"], accepted.get("extension")) == (LATER["ends_on"], "active", None)
    assert [(one["ends_on"], one["state"]) for one in made.told("mentorship.extended.v1")] == [("2026-09-30", "active")]
    assert (tasks(made, made.mentor), tasks(made, made.mentor, "done")) == ([], ["extension"])
    association.clock.pass_by(weeks=25)
    association.do_due_work()
    assert made.call(made.mentor, "GET").json["state"] == "active"
    association.clock.pass_by(weeks=14)
    association.do_due_work()
    assert made.call(made.mentor, "GET").json["state"] == "completing"


def test_another_day_is_a_proposal_of_the_other_one(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/extend", LATER)
    other = made.call(made.mentor, "POST", "/extend", {"ends_on": "2026-08-01"}).json
    assert (other["ends_on"], other["extension"]["proposed_by"]) == (AGREED, made.mentor)
    assert (tasks(made, made.mentor), tasks(made, made.mentee)) == ([], ["extension"])
    assert made.call(made.mentee, "POST", "/extend", {"ends_on": "2026-08-01"}).json["ends_on"] == "2026-08-01"


def test_what_is_completing_is_active_again_when_both_agree_to_go_on(association: Association) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    made.call(made.mentor, "POST", "/extend", LATER)
    assert made.call(made.mentee, "POST", "/extend", LATER).json["state"] == "active"


def test_an_end_that_is_earlier_past_or_beyond_the_program_is_refused(association: Association) -> None:
    made = pair_at_work(association)
    program = association.store.programs.get(TENANT, made.program_id)
    association.put(program, settings=Settings(duration_weeks=(4, 30), goal_required=False))
    for day, said in (("2026-06-24", "Must be after"), ("2025-01-01", "a day to come"), ("2026-08-06", "2026-08-05")):
        refused = made.call(made.mentor, "POST", "/extend", {"ends_on": day})
        assert refused.status_code == 422, day
        assert any(said in error["detail"] for error in refused.json["errors"]), refused.json
        assert {error["pointer"] for error in refused.json["errors"]} == {"/ends_on"}
    assert made.call(made.mentor, "POST", "/extend", {"ends_on": "2026-08-05"}).status_code == 200
    pending = pair(association)
    assert pending.call(pending.mentor, "POST", "/extend", LATER).status_code == 409


def test_an_extension_is_between_the_two(association: Association) -> None:
    made = pair_at_work(association)
    assert association.coordinator("POST", f"{made.path}/extend", LATER).status_code == 403
    assert made.call(association.member(), "POST", "/extend", LATER).status_code == 404
    made.call(made.mentor, "POST", "/extend", LATER)
    assert "extension" not in association.coordinator("GET", made.path).json


def test_the_same_end_asked_for_by_both_at_once_extends_once(association: Association) -> None:
    made = pair_at_work(association)
    works = [partial(made.call, who, "POST", "/extend", LATER) for who in (made.mentor, made.mentee)]
    answers = at_once(works)
    assert {answer.status_code for answer in answers} == {200}
    assert made.call(made.mentor, "GET").json["ends_on"] == LATER["ends_on"]
    assert len(made.told("mentorship.extended.v1")) == 1


def test_agreeing_to_extend_and_ending_at_once_leave_one_of_the_two(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/extend", LATER)
    ways: list[Callable[[], Any]] = [
        partial(made.call, made.mentor, "POST", "/extend", LATER),
        partial(made.call, made.mentee, "POST", "/end"),
    ]
    extended, ended = at_once(ways)
    assert ended.status_code == 200
    over = made.call(made.mentor, "GET").json
    assert (over["state"], over.get("extension")) == ("ended_early", None)
    assert extended.status_code in (200, 409)
    assert tasks(made, made.mentor) == []


def test_an_extension_proposed_by_a_merged_member_is_the_survivor_s(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/extend", LATER)
    survivor = association.member()
    tell(association, merged(association, made.mentee, survivor))
    shown = made.call(survivor, "POST", "/extend", LATER).json
    assert shown["extension"]["proposed_by"] == survivor
    assert made.call(made.mentor, "POST", "/extend", LATER).json["ends_on"] == LATER["ends_on"]


def test_the_end_is_as_many_days_later_as_it_was_on_hold(association: Association) -> None:
    made = pair_at_work(association)
    for days in (10, 5):
        made.call(made.mentor, "POST", "/hold")
        assert made.call(made.mentee, "GET").json["held_at"]
        association.clock.pass_by(days=days)
        resumed = made.call(made.mentee, "POST", "/resume").json
    later = (date.fromisoformat(AGREED) + timedelta(days=15)).isoformat()
    assert (resumed["ends_on"], resumed.get("held_at")) == (later, None)
    assert made.told("mentorship.resumed.v1")[-1]["ends_on"] == later
    made.call(made.mentor, "PUT", "/agreement", {**TERMS, "duration_weeks": 25})
    for who in (made.mentor, made.mentee):
        signed = made.call(who, "POST", "/agreement/sign", {"version": 2}).json
    assert signed["ends_on"] == (date.fromisoformat(later) + timedelta(weeks=1)).isoformat()


def test_what_a_coordinator_put_on_hold_the_pair_does_not_resume(association: Association) -> None:
    made = pair_at_work(association)
    association.coordinator("POST", f"{made.path}/hold")
    refused = made.call(made.mentee, "POST", "/resume")
    assert (refused.status_code, "coordinator" in refused.json["detail"]) == (409, True)
    assert association.coordinator("POST", f"{made.path}/resume").json["state"] == "active"
    made.call(made.mentee, "POST", "/hold")
    assert made.call(made.mentor, "POST", "/resume").json["state"] == "active"


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_what_is_completing_is_not_active_again_while_one_of_the_two_is_suspended(
    association: Association, side: str
) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    made.call(made.mentor, "POST", "/extend", LATER)
    becomes(association, getattr(made, side), "suspended")
    refused = made.call(made.mentee, "POST", "/extend", LATER)
    assert (refused.status_code, "suspended" in refused.json["detail"]) == (409, True)
    assert made.call(made.mentor, "GET").json["state"] == "completing"
    becomes(association, getattr(made, side), "active")
    assert made.call(made.mentee, "POST", "/extend", LATER).json["state"] == "active"


def test_new_terms_that_both_sign_leave_nobody_to_answer_the_end_proposed_before(association: Association) -> None:
    made = pair_at_work(association)
    made.call(made.mentee, "POST", "/extend", LATER)
    assert tasks(made, made.mentor) == ["extension"]
    made.agree()
    assert made.call(made.mentor, "GET").json.get("extension") is None
    assert (tasks(made, made.mentor), tasks(made, made.mentor, "dismissed")) == ([], ["extension"])
