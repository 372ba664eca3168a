"""Asking for a mentor, from the request to its end."""

import dataclasses
from collections import Counter
from functools import partial

import pytest

from services.matching.domain.asking import AlreadyAsked
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Membership
from services.matching.domain.program import Format, ProgramState, Settings
from shared.ids import new_id
from tests.integration.matching.asking import accept, ask, asked, paired, state_of
from tests.integration.matching.association import TENANT, Association, at_once


def test_a_request_is_seen_with_its_words_by_the_two_and_without_them_by_a_coordinator(
    association: Association,
) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    path = f"/v1/requests/{asked(association, program, mentee, mentor)[0]}"
    for party in (mentor, mentee):
        shown = association.call(party, "GET", path)
        assert (shown.status_code, shown.json["message"]) == (200, "Would you help me?")
        assert [item["message"] for item in association.call(party, "GET", "/v1/requests").json["items"]] == [
            "Would you help me?"
        ]
    for seen in (
        association.coordinator("GET", path).json,
        association.coordinator("GET", f"/v1/requests?program_id={program.id}&state=sent").json["items"][0],
    ):
        assert seen["state"] == "sent"
        assert {"message", "exchanges"}.isdisjoint(seen)
    assert association.call(association.member(), "GET", path).status_code == 404


def test_what_members_write_to_each_other_never_travels(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor, message="a secret wish")[0]
    association.call(mentor, "POST", f"/v1/requests/{request}/ask", {"question": "a secret question"})
    association.call(mentee, "POST", f"/v1/requests/{request}/answer", {"answer": "a secret answer"})
    assert accept(association, mentor, request).status_code == 200
    sent = association.foundation.database["outbox"].distinct("value")
    assert sent
    assert not any(b"secret" in bytes(value) for value in sent)


def test_view_question_answer_and_acceptance_are_each_told(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    path = f"/v1/requests/{request}"
    for _ in range(2):
        assert association.call(mentor, "POST", f"{path}/view").json["state"] == "viewed"
    question = association.call(mentor, "POST", f"{path}/ask", {"question": "What have you tried?"})
    assert question.json["state"] == "info_requested"
    answered = association.call(mentee, "POST", f"{path}/answer", {"answer": "Courses."})
    assert answered.json["exchanges"] == [{"question": "What have you tried?", "answer": "Courses."}]
    accepted = accept(association, mentor, request)
    assert accepted.json["state"] == "accepted"
    told = [message for message in association.messages() if message["key"] == request]
    assert [(message["type"], message["version"]) for message in told] == [
        ("request.sent.v1", 1),
        ("request.viewed.v1", 2),
        ("request.info_requested.v1", 3),
        ("request.answered.v1", 4),
        ("request.accepted.v1", 5),
    ]
    assert told[-1]["mentorship_id"] == accepted.json["mentorship_id"]


@pytest.mark.parametrize("step", ["view", "ask", "accept", "decline"])
def test_a_mentee_cannot_answer_for_the_mentor(association: Association, step: str) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    body = {"question": "Why?"} if step == "ask" else None
    assert association.call(mentee, "POST", f"/v1/requests/{request}/{step}", body).status_code == 403
    assert state_of(association, mentor, f"/v1/requests/{request}") == "sent"


@pytest.mark.parametrize("step", ["answer", "withdraw"])
def test_a_mentor_cannot_act_for_the_mentee(association: Association, step: str) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    body = {"answer": "So."} if step == "answer" else None
    assert association.call(mentor, "POST", f"/v1/requests/{request}/{step}", body).status_code == 403
    assert state_of(association, mentor, f"/v1/requests/{request}") == "sent"


def test_an_accepted_mentees_other_requests_are_invalidated(association: Association) -> None:
    program, other_program = association.program(), association.program()
    mentee = association.mentee(program)
    first, second = association.mentor(program, 2), association.mentor(program)
    elsewhere = association.mentor(other_program)
    association.enroll(other_program, mentee, Role.MENTEE)
    request, competing = asked(association, program, mentee, first, second)
    untouched = asked(association, other_program, mentee, elsewhere)[0]
    assert accept(association, first, request).status_code == 200
    overtaken = association.call(second, "GET", f"/v1/requests/{competing}").json
    assert (overtaken["state"], overtaken["reason"]) == ("invalidated", "mentee_matched")
    assert state_of(association, elsewhere, f"/v1/requests/{untouched}") == "sent"
    assert accept(association, second, competing).status_code == 409


def test_a_mentee_with_room_for_two_keeps_the_other_requests(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program, capacity=2)
    first, second = association.mentor(program), association.mentor(program)
    requests = asked(association, program, mentee, first, second)
    assert accept(association, first, requests[0]).status_code == 200
    assert accept(association, second, requests[1]).status_code == 200


def test_a_declined_request_keeps_its_reason_and_tells_it(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    declined = association.call(mentor, "POST", f"/v1/requests/{request}/decline", {"reason": "no_time"})
    assert (declined.json["state"], declined.json["reason"]) == ("declined", "no_time")
    assert [message["reason"] for message in association.messages("request.declined.v1")] == ["no_time"]
    assert accept(association, mentor, request).status_code == 409
    assert asked(association, program, mentee, mentor)


def test_only_one_request_of_a_pair_is_open_however_often_it_is_asked_at_once(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    answers = at_once([partial(ask, association, program, mentee, mentor)] * 8)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}


def test_a_second_open_request_of_a_pair_is_refused_by_the_database_itself(association: Association) -> None:
    program = association.program()
    request_id = asked(association, program, association.mentee(program), association.mentor(program))[0]
    again = dataclasses.replace(association.store.requests.get(TENANT, request_id), id=new_id())
    with pytest.raises(AlreadyAsked):
        association.in_transaction(lambda current: association.store.requests.add(current.session, again))


def test_no_more_than_five_requests_are_open_however_many_are_asked_at_once(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    lists = [[association.mentor(program), association.mentor(program)] for _ in range(4)]
    answers = at_once([partial(ask, association, program, mentee, *mentors) for mentors in lists])
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 2}


def test_a_list_asked_one_after_the_other_moves_on_when_a_mentor_declines(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(3)]
    requests = asked(association, program, mentee, *mentors, mode="sequential")
    states = [state_of(association, mentee, f"/v1/requests/{request}") for request in requests]
    assert states == ["sent", "queued", "queued"]
    assert association.call(mentors[1], "GET", f"/v1/requests/{requests[1]}").status_code == 404
    assert association.call(mentors[1], "GET", "/v1/requests").json["items"] == []
    paired(association, program, mentors[1], association.mentee(program))
    association.call(mentors[0], "POST", f"/v1/requests/{requests[0]}/decline")
    states = [state_of(association, mentee, f"/v1/requests/{request}") for request in requests]
    assert states == ["declined", "invalidated", "sent"]
    told = [message["mentor_id"] for message in association.messages("request.sent.v1") if "list_id" in message]
    assert sorted(told) == sorted([mentors[0], mentors[2]])
    assert accept(association, mentors[2], requests[2]).status_code == 200


def test_taking_back_the_request_in_hand_takes_back_what_is_queued_behind_it(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(3)]
    requests = asked(association, program, mentee, *mentors, mode="sequential")
    assert association.call(mentee, "POST", f"/v1/requests/{requests[0]}/withdraw").status_code == 200
    states = {state_of(association, mentee, f"/v1/requests/{request}") for request in requests}
    assert states == {"withdrawn"}
    assert len(association.messages("request.withdrawn.v1")) == 1


def test_a_silent_mentor_is_reminded_on_day_7_and_the_request_expires_on_day_14(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    association.clock.pass_by(days=6, hours=23)
    association.do_due_work()
    assert association.messages("request.reminded.v1") == []
    association.clock.pass_by(hours=1)
    association.do_due_work()
    association.do_due_work()
    assert len(association.messages("request.reminded.v1")) == 1
    assert state_of(association, mentor, f"/v1/requests/{request}") == "sent"
    association.clock.pass_by(days=7)
    assert accept(association, mentor, request).status_code == 409
    association.do_due_work()
    association.do_due_work()
    assert state_of(association, mentee, f"/v1/requests/{request}") == "expired"
    assert len(association.messages("request.expired.v1")) == 1


def test_an_expired_request_passes_the_list_on_to_the_next(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program), association.mentor(program)]
    requests = asked(association, program, mentee, *mentors, mode="sequential")
    association.clock.pass_by(days=14)
    association.do_due_work()
    states = [state_of(association, mentee, f"/v1/requests/{request}") for request in requests]
    assert states == ["expired", "sent"]
    assert [message["offers_next"] for message in association.messages("request.expired.v1")] == [True]


def test_a_flash_request_expires_after_48_hours(association: Association) -> None:
    program = association.program(format=Format.FLASH)
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    association.clock.pass_by(hours=48)
    association.do_due_work()
    assert state_of(association, mentee, f"/v1/requests/{request}") == "expired"
    assert association.messages("request.reminded.v1") == []


def test_accepting_and_withdrawing_at_once_have_one_outcome(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    request = asked(association, program, mentee, mentor)[0]
    at_once(
        [
            partial(accept, association, mentor, request),
            partial(association.call, mentee, "POST", f"/v1/requests/{request}/withdraw"),
        ]
    )
    ended = state_of(association, mentee, f"/v1/requests/{request}")
    started = association.messages("mentorship.started.v1")
    assert (ended, len(started)) in {("accepted", 1), ("withdrawn", 0)}


def test_who_is_no_mentor_here_is_named_by_place(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    refused = ask(association, program, mentee, association.mentor(program), association.member())
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/mentor_ids/1"]


def test_only_who_takes_part_as_a_mentee_may_ask(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    assert ask(association, program, association.member(), mentor).status_code == 409
    lapsed = association.mentee(program)
    association.tell_of(lapsed, membership=Membership.LAPSED)
    assert ask(association, program, lapsed, mentor).status_code == 409


def test_a_lapsed_mentor_cannot_accept(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    request = asked(association, program, association.mentee(program), mentor)[0]
    association.tell_of(mentor, membership=Membership.LAPSED)
    assert accept(association, mentor, request).status_code == 409


def test_nobody_is_asked_in_a_program_that_is_closed_or_not_known(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    association.put(program, state=ProgramState.CLOSED)
    assert ask(association, program, mentee, mentor).status_code == 409
    draft = association.program(state=ProgramState.DRAFT)
    assert ask(association, draft, mentee, mentor).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"mentor_ids": [], "message": "Hi"}, 422, "/mentor_ids"),
        ({"mentor_ids": ["x"], "message": "Hi"}, 422, "/mentor_ids/0"),
        ({"message": "Hi"}, 422, "/mentor_ids"),
        ({"mentor_ids": [new_id()], "message": ""}, 422, "/message"),
        ({"mentor_ids": [new_id()], "message": 3}, 422, "/message"),
        ({"mentor_ids": [new_id()], "message": "Hi", "mode": "random"}, 422, "/mode"),
        ({"mentor_ids": [new_id()], "message": "Hi", "urgent": True}, 422, "/urgent"),
    ],
)
def test_a_wrong_body_is_told_what_is_wrong(
    association: Association, body: dict[str, object], status: int, pointer: str
) -> None:
    program = association.program()
    answer = association.call(association.mentee(program), "POST", "/v1/requests", {"program_id": program.id, **body})
    assert answer.status_code == status
    assert pointer in {error["pointer"] for error in answer.json["errors"]}


def test_a_stale_version_accepts_nothing(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    request = asked(association, program, association.mentee(program), mentor)[0]
    path = f"/v1/requests/{request}"
    known = association.call(mentor, "GET", path).headers["ETag"]
    association.call(mentor, "POST", f"{path}/view")
    stale = association.call(mentor, "POST", f"{path}/accept", headers={"If-Match": known})
    assert stale.status_code == 412
    assert association.messages("mentorship.started.v1") == []


def test_an_accept_sent_again_with_its_key_is_answered_as_before(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    path = f"/v1/requests/{asked(association, program, association.mentee(program), mentor)[0]}/accept"
    key = {"Idempotency-Key": "once"}
    first = association.call(mentor, "POST", path, headers=key)
    again = association.call(mentor, "POST", path, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert len(association.messages("mentorship.started.v1")) == 1


def test_pages_of_requests_show_each_once(association: Association) -> None:
    program = association.program(settings=Settings(open_request_limit=5, goal_required=False))
    mentee = association.mentee(program)
    requests = asked(association, program, mentee, *[association.mentor(program) for _ in range(5)])
    seen: list[str] = []
    path: str | None = "/v1/requests?limit=2"
    while path is not None:
        page = association.call(mentee, "GET", path).json
        seen += [item["id"] for item in page["items"]]
        path = page["next"] and f"/v1/requests?limit=2&cursor={page['next']}"
    assert seen == sorted(requests)
