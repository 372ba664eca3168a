"""Two things at once: one of them happens, and whoever was too late is told what did."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from services.matching.commands.follow_up_request import follow_up_request
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program
from tests.integration.matching.asking import accept, asked, state_of
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.test_capacity import active_seats, live_mentorships

TIMES = 6
"""Whoever comes first differs from time to time."""


def seats_are_sound(association: Association, program: Program, mentor: str) -> bool:
    return active_seats(association, program, mentor) == live_mentorships(association, program, mentor_id=mentor)


def told(refused: Any, *words: str) -> bool:
    assert (refused.status_code, refused.content_type) == (409, "application/problem+json"), refused.json
    return any(each in refused.json["detail"] for each in words)


def test_of_accepting_and_taking_back_one_happens_and_the_other_is_told_which(association: Association) -> None:
    program = association.program()
    for _ in range(TIMES):
        mentor, mentee = association.mentor(program), association.mentee(program)
        [request] = asked(association, program, mentee, mentor)
        yes, back = at_once(
            [
                partial(accept, association, mentor, request),
                partial(association.call, mentee, "POST", f"/v1/requests/{request}/withdraw"),
            ]
        )
        state = state_of(association, mentee, f"/v1/requests/{request}")
        if yes.status_code == 200:
            assert (state, told(back, "The answer was yes.")) == ("accepted", True)
        else:
            assert (state, told(yes, "It was taken back.")) == ("withdrawn", True)
        assert seats_are_sound(association, program, mentor)


def test_of_accepting_at_the_last_moment_and_expiring_one_happens_and_the_mentor_is_told(
    association: Association,
) -> None:
    program = association.program()
    for _ in range(TIMES):
        mentor, mentee = association.mentor(program), association.mentee(program)
        [request] = asked(association, program, mentee, mentor)
        association.clock.pass_by(days=13, hours=23, minutes=59)

        def expire(request: str = request) -> None:
            association.clock.pass_by(minutes=1)
            association.in_transaction(lambda current: follow_up_request(current, association.store, request))

        works: list[Callable[[], Any]] = [partial(accept, association, mentor, request), expire]
        yes, _ = at_once(works)
        state = state_of(association, mentee, f"/v1/requests/{request}")
        if yes.status_code == 200:
            assert state == "accepted"
        else:
            assert (state, told(yes, "Nobody answered in time.")) == ("expired", True)
        ended = [each["type"] for each in association.messages() if each["key"] == request][1:]
        assert ended == [f"request.{state}.v1"]
        assert seats_are_sound(association, program, mentor)


def test_of_two_mentors_who_accept_one_mentee_one_wins_and_the_other_is_told(association: Association) -> None:
    program = association.program()
    for _ in range(TIMES):
        mentee = association.mentee(program)
        mentors = [association.mentor(program) for _ in range(2)]
        requests = asked(association, program, mentee, *mentors)
        answers = at_once(
            [partial(accept, association, each, request) for each, request in zip(mentors, requests, strict=True)]
        )
        [refused] = [answer for answer in answers if answer.status_code != 200]
        assert told(refused, "whoever asked has found a partner", "has a mentor")
        assert all(seats_are_sound(association, program, each) for each in mentors)
        assert live_mentorships(association, program, mentee_id=mentee) == 1


@pytest.mark.parametrize(("change", "words"), [({"capacity": 0}, "no free seat"), ({"state": "paused"}, "nobody new")])
def test_accepting_while_the_mentor_s_enrollment_changes_leaves_the_load_sound(
    association: Association, change: dict[str, Any], words: str
) -> None:
    program = association.program()
    for _ in range(TIMES):
        mentor, mentee = association.mentor(program), association.mentee(program)
        [request] = asked(association, program, mentee, mentor)
        enrollment = association.store.enrollments.find_of(TENANT, program.id, mentor, Role.MENTOR)
        assert enrollment is not None
        yes, changed = at_once(
            [
                partial(accept, association, mentor, request),
                partial(association.call, mentor, "PATCH", f"/v1/enrollments/{enrollment.id}", change),
            ]
        )
        assert changed.status_code == 200
        assert yes.status_code == 200 or told(yes, words)
        live = live_mentorships(association, program, mentor_id=mentor)
        assert live == (1 if yes.status_code == 200 else 0)
        assert seats_are_sound(association, program, mentor)
