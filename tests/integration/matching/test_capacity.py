"""Capacity is an invariant: of many at once, as many get a seat as there are."""

from collections import Counter
from functools import partial

import pytest

from services.matching.commands.change_enrollment import change_enrollment
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import LIVE, AlreadyPaired, Origin
from services.matching.domain.program import Program
from shared.errors import Conflict
from tests.integration.matching.asking import accept, ask, asked, paired
from tests.integration.matching.association import TENANT, Association, at_once


def live_mentorships(association: Association, program: Program, **where: str) -> int:
    live = {"$in": [state.value for state in LIVE]}
    return association.foundation.database["mentorships"].count_documents(
        {"program_id": program.id, "state": live, **where}
    )


def active_seats(association: Association, program: Program, mentor: str) -> int:
    load = association.store.loads.find_of(TENANT, program.id, mentor)
    assert load is not None
    return load.active


def test_of_fifty_concurrent_accepts_on_capacity_one_one_succeeds_and_forty_nine_conflict(
    association: Association,
) -> None:
    program = association.program()
    mentor = association.mentor(program, capacity=1)
    requests = [asked(association, program, association.mentee(program), mentor)[0] for _ in range(50)]
    answers = at_once([partial(accept, association, mentor, request) for request in requests])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 49}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {answer.content_type for answer in refused} == {"application/problem+json"}
    assert active_seats(association, program, mentor) == live_mentorships(association, program) == 1
    assert len(association.messages("mentorship.started.v1")) == 1
    invalidated = association.messages("request.invalidated.v1")
    assert (len(invalidated), {message["reason"] for message in invalidated}) == (49, {"mentor_full"})


def test_of_five_mentors_who_accept_one_mentee_at_once_one_gets_them(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(5)]
    requests = asked(association, program, mentee, *mentors)
    answers = at_once(
        [partial(accept, association, mentor, request) for mentor, request in zip(mentors, requests, strict=True)]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 4}
    assert live_mentorships(association, program, mentee_id=mentee) == 1
    assert sum(active_seats(association, program, mentor) for mentor in mentors) == 1


def test_a_mentee_whom_many_publish_at_once_without_a_request_gets_one_mentor(association: Association) -> None:
    program = association.program()
    mentee = association.mentee(program)
    mentors = [association.mentor(program) for _ in range(8)]

    def publish(mentor: str) -> bool:
        try:
            association.in_transaction(
                lambda current: start_mentorship(
                    current, association.store, program, mentor, mentee, origin=Origin.MATCH_RUN
                )
            )
        except Conflict:
            return False
        return True

    assert sum(at_once([partial(publish, mentor) for mentor in mentors])) == 1
    assert live_mentorships(association, program, mentee_id=mentee) == 1


def test_a_full_mentor_cannot_be_asked(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    paired(association, program, mentor, association.mentee(program))
    assert ask(association, program, association.mentee(program), mentor).status_code == 409


def test_the_same_pair_lives_once_though_there_are_seats(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program, capacity=3), association.mentee(program, capacity=3)
    paired(association, program, mentor, mentee)
    assert ask(association, program, mentee, mentor).status_code == 409
    with pytest.raises(AlreadyPaired):
        association.in_transaction(
            lambda current: start_mentorship(
                current, association.store, program, mentor, mentee, origin=Origin.MATCH_RUN
            )
        )
    assert live_mentorships(association, program) == active_seats(association, program, mentor) == 1


def test_lowering_capacity_below_the_load_ends_nothing_and_blocks_new_pairs(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program, capacity=2)
    waiting = asked(association, program, association.mentee(program), mentor)[0]
    mentorship = paired(association, program, mentor, association.mentee(program))
    enrollment = association.store.enrollments.find_of(TENANT, program.id, mentor, Role.MENTOR)
    assert enrollment is not None
    association.in_transaction(
        lambda current: change_enrollment(current, association.store, enrollment, capacity=1, by_coordinator=True)
    )
    assert accept(association, mentor, waiting).status_code == 409
    assert live_mentorships(association, program) == 1
    association.call(mentor, "POST", f"/v1/mentorships/{mentorship}/end")
    assert accept(association, mentor, waiting).status_code == 200


def test_every_change_of_a_load_is_told_with_the_next_version_of_its_key(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program)
    mentorship = paired(association, program, mentor, association.mentee(program))
    association.call(mentor, "POST", f"/v1/mentorships/{mentorship}/end")
    told = association.messages("mentor.capacity_changed.v1")
    assert [(one["version"], one["active"], one["available"]) for one in told] == [
        (1, 0, True),
        (2, 1, False),
        (3, 0, True),
    ]
    assert len({one["key"] for one in told}) == 1
