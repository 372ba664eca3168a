"""What a report leads to: a warning, a suspension, a removal; appealed against once, lifted, or over by itself."""

from functools import partial
from typing import Any

import pytest

from services.matching.app import build
from services.matching.domain.enrollment import Role
from services.matching.domain.forgetting import GONE
from services.matching.store import Store
from shared.messaging import reading
from shared.messaging.shadow import Shadow
from tests.integration.matching.asking import accept, ask, asked
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import computed, pairs_of, speaker
from tests.integration.matching.pairing import pair_at_work
from tests.integration.matching.telling import merged, tell, unmerged
from tests.integration.matching.test_blocks import suggested
from tests.integration.matching.test_erasing import erase
from tests.integration.matching.test_reports import closed, reported
from tests.integration.matching.test_suspended import becomes, looked_again, standing, told

ON_HOLD = ("on_hold", "suspended")


def measured(association: Association, member: str, kind: str = "suspension", **more: str) -> str:
    """The id of a measure that is in force, and worked on."""
    identifier = reported(association, association.member(), member)
    measure: str = closed(association, identifier, kind=kind, **more)["measure_id"]
    association.do_due_work()
    return measure


def appeal(association: Association, member: str, measure: str) -> Any:
    return association.call(member, "POST", f"/v1/measures/{measure}/appeal", {"text": "It was not me."})


def decide(association: Association, measure: str, decision: str) -> Any:
    answer = association.coordinator("PATCH", f"/v1/measures/{measure}", {"decision": decision})
    association.do_due_work()
    return answer


def test_a_warning_bars_from_nothing_and_is_told_without_saying_from_whom(association: Association) -> None:
    made = pair_at_work(association)
    reporter = association.member()
    identifier = reported(association, reporter, made.mentor)
    measure = closed(association, identifier, kind="warning")["measure_id"]
    association.do_due_work()
    assert standing(association, made.mentorship) == ("active", None)
    elsewhere = f"/v1/programs/{association.program().id}/enrollments"
    assert association.call(made.mentor, "POST", elsewhere, {"role": "mentor"}).status_code == 201
    [mine] = association.call(made.mentor, "GET", "/v1/measures").json["items"]
    assert (mine["id"], mine["kind"], mine["category"], mine["state"]) == (measure, "warning", "harassment", "in_force")
    assert reporter not in str(mine)
    assert identifier not in str(mine)
    [task] = [each for each in association.messages("task.created.v1") if each["kind"] == "measure"]
    assert (task["assignee_ids"], task["reason"]) == ([made.mentor], "warning")
    assert reporter not in str(task)
    assert association.call(reporter, "GET", "/v1/measures").json["items"] == []
    assert association.call(reporter, "GET", f"/v1/measures/{measure}").status_code == 404


@pytest.mark.parametrize("kind", ["suspension", "removal"])
def test_who_is_barred_starts_nothing_and_is_suggested_to_nobody(association: Association, kind: str) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law", capacity=3)
    mentee = speaker(association, program, Role.MENTEE, "law")
    [open_request] = asked(association, program, mentee, mentor)
    measured(association, mentor, kind)
    assert association.call(mentee, "GET", f"/v1/requests/{open_request}").json["state"] == "invalidated"
    assert accept(association, mentor, open_request).status_code == 409
    assert ask(association, program, mentee, mentor).status_code == 409
    assert suggested(association, program, mentee) == set()
    assert pairs_of(association, computed(association, program)) == set()
    enrolls = association.call(mentor, "POST", f"/v1/programs/{program.id}/enrollments", {"role": "mentee"})
    assert enrolls.status_code == 409


def test_a_suspended_mentee_asks_nobody(association: Association) -> None:
    program = association.program()
    mentee, mentor = association.mentee(program), association.mentor(program)
    measured(association, mentee)
    assert ask(association, program, mentee, mentor).status_code == 409


def test_live_mentorships_rest_until_the_suspension_is_over_by_itself(association: Association) -> None:
    made = pair_at_work(association)
    measure = measured(association, made.mentor, until="2026-01-10T12:00:00Z")
    assert standing(association, made.mentorship) == ON_HOLD
    assert made.call(made.mentee, "POST", "/resume").status_code == 409
    looked_again(association)
    association.clock.pass_by(days=2)
    association.do_due_work()
    assert standing(association, made.mentorship) == ON_HOLD
    association.clock.pass_by(days=1)
    association.do_due_work()
    assert standing(association, made.mentorship) == ("active", None)
    looked_again(association)
    assert association.call(made.mentor, "GET", f"/v1/measures/{measure}").json["state"] == "over"
    assert decide(association, measure, "lifted").status_code == 409


def test_what_profiles_tell_meanwhile_ends_no_suspension_and_is_so_when_it_is_over(association: Association) -> None:
    made = pair_at_work(association)
    measure = measured(association, made.mentor)
    becomes(association, made.mentor, "active")
    assert standing(association, made.mentorship) == ON_HOLD
    becomes(association, made.mentor, "suspended")
    assert decide(association, measure, "lifted").status_code == 200
    assert standing(association, made.mentorship) == ON_HOLD
    becomes(association, made.mentor, "active")
    assert standing(association, made.mentorship) == ("active", None)


def test_a_copy_made_anew_beside_the_old_one_is_barred_as_well(association: Association) -> None:
    member, free = association.member(), association.member()
    measured(association, member)
    shadow = Shadow(association.foundation.database, "members", 1)
    [members] = [each for each in build(association.foundation.over(shadow)).reactions if each.name == "members"]
    assert members.projection is not None
    keep, store = members.projection.keep, Store.over(shadow)
    for each in (member, free):
        message = reading.opened(told(association, each, "active"))
        association.in_transaction(lambda current, message=message: keep([(current, message)]))  # type: ignore[misc]
    made_anew = [store.copies.get(TENANT, each).may_start_something for each in (member, free)]
    shadow.drop()
    assert made_anew == [False, True]


def test_of_two_measures_the_later_end_counts(association: Association) -> None:
    made = pair_at_work(association)
    first, second = measured(association, made.mentor), measured(association, made.mentor, "removal")
    decide(association, first, "lifted")
    assert standing(association, made.mentorship) == ON_HOLD
    decide(association, second, "lifted")
    assert standing(association, made.mentorship) == ("active", None)


def test_a_member_appeals_once_and_somebody_else_decides(association: Association) -> None:
    made = pair_at_work(association)
    measure = measured(association, made.mentor)
    assert decide(association, measure, "upheld").status_code == 409
    assert appeal(association, made.mentee, measure).status_code == 404
    assert appeal(association, made.mentor, measure).json["appeal"]["text"] == "It was not me."
    assert appeal(association, made.mentor, measure).status_code == 409
    [task] = [each for each in association.messages("task.created.v1") if each["kind"] == "appeal"]
    assert made.mentor not in str(task)
    own = association.call(
        made.mentor, "PATCH", f"/v1/measures/{measure}", {"decision": "lifted"}, roles=("coordinator",)
    )
    assert own.status_code == 403
    assert decide(association, measure, "upheld").json["appeal"]["outcome"] == "upheld"
    assert decide(association, measure, "upheld").status_code == 409
    assert standing(association, made.mentorship) == ON_HOLD
    lifted = decide(association, measure, "lifted").json
    assert (lifted["state"], lifted["appeal"]["outcome"]) == ("lifted", "upheld")
    assert standing(association, made.mentorship) == ("active", None)
    assert appeal(association, made.mentor, measure).status_code == 409


def test_two_appeals_at_once_are_one(association: Association) -> None:
    member = association.member()
    measure = measured(association, member, "warning")
    answers = at_once([partial(appeal, association, member, measure)] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "warning", "until": "2027-01-01T00:00:00Z"},
        {"kind": "suspension", "until": "2020-01-01T00:00:00Z"},
        {"kind": "exile"},
    ],
)
def test_a_measure_that_makes_no_sense_is_named(association: Association, action: dict[str, str]) -> None:
    identifier = reported(association, association.member(), association.member())
    body = {"state": "actioned", "action": action}
    answer = association.coordinator("PATCH", f"/v1/reports/{identifier}", body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("/action/")


def test_a_measure_follows_the_person_through_a_merge_and_its_undo(association: Association) -> None:
    made = pair_at_work(association)
    away = association.member()
    measured(association, away)
    tell(association, merged(association, away, made.mentor))
    association.do_due_work()
    assert standing(association, made.mentorship) == ON_HOLD
    tell(association, unmerged(association, away))
    association.do_due_work()
    looked_again(association)
    assert standing(association, made.mentorship) == ("active", None)
    copy = association.store.copies.get(TENANT, away)
    assert not copy.may_start_something


def test_a_report_of_who_was_erased_since_is_closed_and_leaves_nothing_to_be_done(association: Association) -> None:
    member = association.member()
    identifier = reported(association, association.member(), member)
    erase(association, member)
    assert closed(association, identifier, kind="removal")["state"] == "actioned"
    association.do_due_work()
    assert association.foundation.database["suspensions"].count_documents({}) == 0


def test_a_measure_raced_by_what_profiles_tell_bars_all_the_same(association: Association) -> None:
    for _ in range(4):
        made = pair_at_work(association)
        identifier = reported(association, association.member(), made.mentor)
        works: list[Any] = [
            partial(tell, association, told(association, made.mentor, "active")),
            partial(closed, association, identifier, kind="suspension"),
        ]
        at_once(works)
        looked_again(association)
        assert standing(association, made.mentorship) == ON_HOLD
        assert not association.store.copies.get(TENANT, made.mentor).may_start_something


def test_a_suspension_raced_by_acceptances_lets_no_mentorship_begin_after_it(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program, 4)
    requests = [asked(association, program, association.mentee(program), mentor)[0] for _ in range(4)]
    identifier = reported(association, association.member(), mentor)
    works: list[Any] = [partial(closed, association, identifier, kind="suspension")]
    answers = at_once([*works, *(partial(accept, association, mentor, each) for each in requests)])
    assert {answer.status_code for answer in answers[1:]} <= {200, 409}
    looked_again(association)
    states = [association.store.requests.get(TENANT, each).state.value for each in requests]
    assert set(states) <= {"accepted", "invalidated"}


def test_what_the_erased_wrote_in_appeal_goes_where_no_evidence_is_left_to_decide_on(association: Association) -> None:
    member = association.member()
    measure = measured(association, member, "removal")
    association.clock.pass_by(days=181)
    association.do_due_work()
    assert appeal(association, member, measure).status_code == 200
    erase(association, member)
    kept = association.coordinator("GET", f"/v1/measures/{measure}").json["appeal"]
    assert (kept["text"], kept.get("outcome")) == (GONE, None)


def test_a_measure_on_who_was_erased_since_is_nobody_s_to_read(association: Association) -> None:
    association.program()
    member = association.member()
    identifier = reported(association, association.member(), member)
    erase(association, member)
    closed(association, identifier, kind="warning")
    assert association.foundation.database["tasks"].count_documents({"assignee_ids": member}) == 0


def test_a_late_appeal_is_kept_no_longer_than_its_decision(association: Association) -> None:
    member = association.member()
    measure = measured(association, member, "removal")
    association.clock.pass_by(days=181)
    association.do_due_work()
    assert appeal(association, member, measure).json["appeal"]["text"] == "It was not me."
    kept = decide(association, measure, "upheld").json["appeal"]
    assert (kept["text"], kept["outcome"]) == (GONE, "upheld")


def test_a_late_appeal_that_nobody_decided_on_is_kept_no_longer_than_the_measure(association: Association) -> None:
    member = association.member()
    measure = measured(association, member, until="2026-09-01T12:00:00Z")
    association.clock.pass_by(days=181)
    association.do_due_work()
    assert appeal(association, member, measure).json["appeal"]["text"] == "It was not me."
    association.clock.pass_by(days=181)
    association.do_due_work()
    kept = association.coordinator("GET", f"/v1/measures/{measure}").json
    assert (kept["state"], kept["appeal"]["text"], kept["appeal"].get("outcome")) == ("over", GONE, None)
