"""What people complain about where mentees ask mentors, and how it goes here; numbered as the complaints are."""

from functools import partial
from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program, Settings
from tests.integration.matching.asking import accept, ask, asked, paired, state_of
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import speaker
from tests.integration.matching.test_conduct import measured


def enrollment_of(association: Association, program: Program, member: str, role: Role = Role.MENTOR) -> Any:
    return association.store.enrollments.find_of(TENANT, program.id, member, role)


def opened(association: Association, who: str, request: str) -> Any:
    answer = association.call(who, "GET", f"/v1/requests/{request}")
    assert answer.status_code == 200, answer.json
    return answer.json


def recommended(association: Association, program: Program, mentee: str) -> list[str]:
    answer = association.call(mentee, "GET", f"/v1/programs/{program.id}/recommendations")
    assert answer.status_code == 200, answer.json
    return [each["mentor_id"] for each in answer.json["items"]]


def expire(association: Association) -> None:
    association.clock.pass_by(days=14)
    association.do_due_work()


def tasks(association: Association, kind: str) -> list[dict[str, Any]]:
    return [each for each in association.messages("task.created.v1") if each["kind"] == kind]


# P2: mentors do not answer.


def test_p2_five_requests_and_a_month_of_silence_do_not_leave_a_mentee_alone(association: Association) -> None:
    program = association.program()
    mentee = speaker(association, program, Role.MENTEE, "leading")
    mentors = [speaker(association, program, Role.MENTOR, "leading") for _ in range(5)]
    others = {speaker(association, program, Role.MENTOR, "leading") for _ in range(4)}
    requests = asked(association, program, mentee, *mentors)
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert {each["mentor_id"] for each in association.messages("request.reminded.v1")} == set(mentors)
    association.clock.pass_by(days=7)
    association.do_due_work()
    ended = association.messages("request.expired.v1")
    assert [(each["mentee_id"], each["offers_next"]) for each in ended] == [(mentee, True)] * 5
    seen = opened(association, mentee, requests[0])
    assert (seen["state"], seen["what_happened"]) == ("expired", "Nobody answered in time.")
    assert len(seen["next_best"]) == 3
    assert {each["mentor_id"] for each in seen["next_best"]} <= others
    assert [each["mentee_id"] for each in tasks(association, "unanswered_list")] == [mentee]
    assert "next_best" not in opened(association, mentors[0], requests[0])


def test_p2_a_mentor_who_never_answers_is_paused_told_and_back_by_one_call(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "leading", capacity=9)
    mentees = [speaker(association, program, Role.MENTEE, "leading") for _ in range(4)]
    asked(association, program, mentees[0], mentor)
    expire(association)
    assert enrollment_of(association, program, mentor).state == "approved"
    asked(association, program, mentees[1], mentor)
    association.clock.pass_by(days=1)
    [waiting] = asked(association, program, mentees[2], mentor)
    association.clock.pass_by(days=13)
    association.do_due_work()
    paused = enrollment_of(association, program, mentor)
    assert (paused.state, paused.reason) == ("paused", "silent")
    [told] = association.messages("enrollment.paused.v1")
    assert (told["member_id"], told["reason"]) == (mentor, "silent")
    vanished = opened(association, mentees[2], waiting)
    assert (vanished["state"], vanished["reason"]) == ("invalidated", "mentor_paused")
    assert recommended(association, program, mentees[3]) == []
    assert ask(association, program, mentees[3], mentor).status_code == 409
    back = association.call(mentor, "PATCH", f"/v1/enrollments/{paused.id}", {"state": "approved"})
    assert (back.status_code, back.json["state"]) == (200, "approved")
    assert recommended(association, program, mentees[3]) == [mentor]
    asked(association, program, mentees[3], mentor)
    expire(association)
    assert enrollment_of(association, program, mentor).state == "approved"


@pytest.mark.parametrize("answer", ["ask", "decline", "accept"])
def test_p2_any_answer_starts_the_count_of_silence_anew(association: Association, answer: str) -> None:
    program = association.program()
    mentor = association.mentor(program, capacity=9)
    for _ in range(2):
        asked(association, program, association.mentee(program), mentor)
        expire(association)
        [answered] = asked(association, program, association.mentee(program), mentor)
        body = {"question": "Why me?"} if answer == "ask" else None
        assert association.call(mentor, "POST", f"/v1/requests/{answered}/{answer}", body).status_code == 200
        expire(association)
    assert enrollment_of(association, program, mentor).state == "approved"


def test_p2_a_mentor_whose_question_nobody_answered_was_not_silent(association: Association) -> None:
    program = association.program(settings=Settings(expired_in_a_row=1, goal_required=False))
    mentor = association.mentor(program)
    [request] = asked(association, program, association.mentee(program), mentor)
    association.call(mentor, "POST", f"/v1/requests/{request}/ask", {"question": "Why me?"})
    expire(association)
    assert state_of(association, mentor, f"/v1/requests/{request}") == "expired"
    assert enrollment_of(association, program, mentor).state == "approved"


def test_p2_the_list_of_a_mentee_whose_mentor_is_paused_for_silence_goes_on(association: Association) -> None:
    program = association.program(settings=Settings(expired_in_a_row=1, goal_required=False))
    silent, next_one = association.mentor(program), association.mentor(program)
    asked(association, program, association.mentee(program), silent)
    association.clock.pass_by(days=1)
    mentee = association.mentee(program)
    requests = asked(association, program, mentee, silent, next_one, mode="sequential")
    association.clock.pass_by(days=13)
    association.do_due_work()
    states = [state_of(association, mentee, f"/v1/requests/{each}") for each in requests]
    assert states == ["invalidated", "sent"]


def test_p2_how_soon_a_mentor_answers_is_shown_as_a_band_and_never_as_a_number(association: Association) -> None:
    program = association.program()
    mentee = speaker(association, program, Role.MENTEE, "leading")
    mentors = {days: speaker(association, program, Role.MENTOR, "leading", capacity=9) for days in (1, 2, 6, 7)}
    unknown = speaker(association, program, Role.MENTOR, "leading", capacity=9)
    for answers, mentor in [*((3, each) for each in mentors.values()), (2, unknown)]:
        days = next((days for days, each in mentors.items() if each == mentor), 1)
        for _ in range(answers):
            [request] = asked(association, program, association.mentee(program), mentor)
            association.clock.pass_by(days=days)
            association.call(mentor, "POST", f"/v1/requests/{request}/decline")
    expected = {
        mentors[1]: "under_2_days",
        mentors[2]: "under_a_week",
        mentors[6]: "under_a_week",
        mentors[7]: "slower",
        unknown: None,
    }
    shown = association.call(mentee, "GET", f"/v1/programs/{program.id}/recommendations").json["items"]
    assert {each["mentor_id"]: each["response_band"] for each in shown} == expected
    asked(association, program, mentee, *expected)
    listed = association.call(mentee, "GET", "/v1/requests").json["items"]
    assert {each["mentor_id"]: each["response_band"] for each in listed} == expected
    assert not any("hours" in name for each in (*shown, *listed) for name in each)


# P3: capacity is exceeded or stale.


def test_p3_fifty_accepts_of_the_last_seat_give_one_mentorship_and_say_why_to_the_others(
    association: Association,
) -> None:
    program = association.program()
    mentor = association.mentor(program, capacity=1)
    requests = [asked(association, program, association.mentee(program), mentor)[0] for _ in range(50)]
    answers = at_once([partial(accept, association, mentor, each) for each in requests])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
    for refused in (each for each in answers if each.status_code == 409):
        assert "no free seat" in refused.json["detail"] or "no place left" in refused.json["detail"]


def test_p3_a_full_mentor_is_shown_to_nobody_and_back_when_a_seat_is_given_back(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "leading")
    first, second = (speaker(association, program, Role.MENTEE, "leading") for _ in range(2))
    mentorship = paired(association, program, mentor, first)
    assert recommended(association, program, second) == []
    ends = [partial(association.call, mentor, "POST", f"/v1/mentorships/{mentorship}/end")] * 8
    assert sorted(answer.status_code for answer in at_once(ends)) == [200] + [409] * 7
    load = association.store.loads.find_of(TENANT, program.id, mentor)
    assert load is not None
    assert (load.active, load.available) == (0, True)
    assert recommended(association, program, second) == [mentor]


# P4: the first mentor who accepts gets the mentee.


def test_p4_who_was_too_late_is_told_and_reads_what_happened_in_words(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    quick, slow = association.mentor(program), association.mentor(program)
    won, lost = asked(association, program, mentee, quick, slow)
    assert association.call(slow, "POST", f"/v1/requests/{lost}/view").status_code == 200
    assert accept(association, quick, won).status_code == 200
    words = "It can no longer be accepted: whoever asked has found a partner."
    for who in (slow, mentee):
        assert opened(association, who, lost)["what_happened"] == words
    late = accept(association, slow, lost)
    assert (late.status_code, late.content_type) == (409, "application/problem+json")
    assert words in late.json["detail"]
    [told] = association.messages("request.invalidated.v1")
    assert (told["mentor_id"], told["mentee_id"], told["reason"]) == (slow, mentee, "mentee_matched")


def test_p4_a_list_may_be_asked_one_after_the_other_so_that_nobody_is_overtaken(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(3)]
    requests = asked(association, program, mentee, *mentors, mode="sequential")
    expire(association)
    association.call(mentors[1], "POST", f"/v1/requests/{requests[1]}/decline", {"reason": "not_a_fit"})
    assert accept(association, mentors[2], requests[2]).status_code == 200
    assert association.messages("request.invalidated.v1") == []


@pytest.mark.parametrize(
    ("leave", "reason", "words"),
    [
        ("mentor_paused", "mentor_paused", "whoever was asked takes nobody new at the moment"),
        ("mentor_withdrawn", "withdrawn", "one of the two is no longer there"),
        ("mentee_paused", "mentee_paused", "whoever asked takes a break"),
        ("mentee_withdrawn", "withdrawn", "one of the two is no longer there"),
        ("cancel", "program_over", "the program is over"),
        ("mentor_full", "mentor_full", "whoever was asked has no place left"),
    ],
)
def test_p4_a_request_that_vanishes_says_why_to_both(
    association: Association, leave: str, reason: str, words: str
) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    [request] = asked(association, program, mentee, mentor)
    if leave == "cancel":
        association.coordinator("POST", f"/v1/programs/{program.id}/cancel")
        association.do_due_work()
    elif leave == "mentor_full":
        paired(association, program, mentor, association.mentee(program))
    else:
        role, state = leave.split("_")
        who = mentor if role == "mentor" else mentee
        enrollment = enrollment_of(association, program, who, Role(role))
        left = association.call(who, "PATCH", f"/v1/enrollments/{enrollment.id}", {"state": state})
        assert left.status_code == 200
    for who in (mentor, mentee):
        seen = opened(association, who, request)
        assert (seen["state"], seen["reason"]) == ("invalidated", reason)
        assert words in seen["what_happened"]
    assert words in accept(association, mentor, request).json["detail"]


# P5: requests too thin to judge.


def test_p5_a_mentor_asks_for_more_and_decides_by_the_answer(association: Association) -> None:
    program = association.program(settings=Settings())
    mentor = association.mentor(program)
    mentee = association.member(goals=("Lead a team",))
    association.enroll(program, mentee, Role.MENTEE)
    [request] = asked(association, program, mentee, mentor, message="Hi")
    path = f"/v1/requests/{request}"
    assert opened(association, mentor, request)["goal"]["text"] == "Lead a team"
    question = association.call(mentor, "POST", f"{path}/ask", {"question": "What have you tried?"})
    assert question.json["state"] == "info_requested"
    again = association.call(mentor, "POST", f"{path}/ask", {"question": "And?"})
    assert again.status_code == 409
    answered = association.call(mentee, "POST", f"{path}/answer", {"answer": "Two courses."})
    assert (answered.json["state"], answered.json["exchanges"]) == (
        "viewed",
        [{"question": "What have you tried?", "answer": "Two courses."}],
    )
    assert accept(association, mentor, request).status_code == 200
    told = [each["type"] for each in association.messages() if each["key"] == request]
    assert told == ["request.sent.v1", "request.info_requested.v1", "request.answered.v1", "request.accepted.v1"]


def test_p5_a_mentor_who_has_enough_declines_and_is_asked_by_nobody_from_then_on(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "leading", capacity=3)
    first, second = (speaker(association, program, Role.MENTEE, "leading") for _ in range(2))
    [declined], [other] = (asked(association, program, each, mentor) for each in (first, second))
    body = {"reason": "no_time", "make_unavailable": True}
    answer = association.call(mentor, "POST", f"/v1/requests/{declined}/decline", body)
    assert (answer.status_code, answer.json["state"]) == (200, "declined")
    enrollment = enrollment_of(association, program, mentor)
    assert (enrollment.state, enrollment.reason) == ("paused", "member")
    assert opened(association, second, other)["reason"] == "mentor_paused"
    assert recommended(association, program, second) == []
    assert ask(association, program, first, mentor).status_code == 409


def test_p5_a_list_that_comes_to_its_end_is_a_task_once_however_many_decline_at_once(
    association: Association,
) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(5)]
    requests = asked(association, program, mentee, *mentors)
    declines = [
        partial(association.call, mentor, "POST", f"/v1/requests/{request}/decline")
        for mentor, request in zip(mentors, requests, strict=True)
    ]
    assert {answer.status_code for answer in at_once(declines)} == {200}
    [task] = tasks(association, "unanswered_list")
    assert task["mentee_id"] == mentee
    assert [each["kind"] for each in association.coordinator("GET", "/v1/tasks").json["items"]] == ["unanswered_list"]


@pytest.mark.parametrize("ending", ["accept", "withdraw"])
def test_p5_a_list_that_did_not_fail_is_nobody_s_task(association: Association, ending: str) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(2)]
    requests = asked(association, program, mentee, *mentors)
    association.call(mentors[0], "POST", f"/v1/requests/{requests[0]}/decline")
    who = mentors[1] if ending == "accept" else mentee
    assert association.call(who, "POST", f"/v1/requests/{requests[1]}/{ending}").status_code == 200
    assert tasks(association, "unanswered_list") == []


# P6: mentees never start.


def test_p6_a_mentee_who_asks_nobody_is_reminded_after_3_and_10_days_and_no_more(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    association.mentor(program)
    reminders = []
    for _ in range(20):
        association.clock.pass_by(days=1)
        association.do_due_work()
        association.do_due_work()
        reminders.append(len(tasks(association, "first_request")))
    assert reminders == [0] * 2 + [1] * 7 + [2] * 11
    assert {tuple(each["assignee_ids"]) for each in tasks(association, "first_request")} == {(mentee,)}
    [waiting] = association.call(mentee, "GET", "/v1/tasks?state=open").json["items"]
    assert (waiting["kind"], waiting["staff"]) == ("first_request", False)


def test_p6_the_first_request_settles_the_reminder_and_stops_the_next(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    association.clock.pass_by(days=3)
    association.do_due_work()
    [request] = asked(association, program, mentee, mentor)
    [done] = association.call(mentee, "GET", "/v1/tasks").json["items"]
    assert done["state"] == "done"
    association.call(mentee, "POST", f"/v1/requests/{request}/withdraw")
    association.clock.pass_by(days=7)
    association.do_due_work()
    assert len(tasks(association, "first_request")) == 1


def test_p6_who_asked_has_a_mentor_left_or_cannot_ask_is_not_reminded(association: Association) -> None:
    program, quiet = association.program(), association.program(settings=Settings(first_request_days=()))
    mentor = association.mentor(program, capacity=2)
    asked(association, program, association.mentee(program), mentor)
    paired(association, program, mentor, association.mentee(program))
    gone = association.mentee(program)
    enrollment = enrollment_of(association, program, gone, Role.MENTEE)
    association.call(gone, "PATCH", f"/v1/enrollments/{enrollment.id}", {"state": "withdrawn"})
    association.mentee(quiet)
    over = association.program()
    association.mentee(over)
    association.coordinator("POST", f"/v1/programs/{over.id}/cancel")
    association.clock.pass_by(days=11)
    association.do_due_work()
    assert tasks(association, "first_request") == []


def test_p6_who_may_not_ask_is_not_reminded_to(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    measured(association, mentee)
    for _ in range(4):
        association.clock.pass_by(days=7)
        association.do_due_work()
    assert tasks(association, "first_request") == []
