"""A program of peers: one place a person, one pair of two, whoever asks."""

from collections import Counter
from functools import partial
from typing import Any

from services.matching.commands.change_enrollment import change_enrollment
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.mentorship import LIVE, Origin
from services.matching.domain.program import Format, Program
from services.matching.domain.program import Settings as ProgramSettings
from shared.errors import Conflict
from tests.integration.matching.asking import accept, ask, asked, paired, state_of
from tests.integration.matching.association import TENANT, Association, at_once


def peers_program(association: Association, **fields: Any) -> Program:
    settings = ProgramSettings(goal_required=False, open_request_limit=100)
    return association.program(**{"format": Format.PEER, "settings": settings, **fields})


def peer(association: Association, program: Program, capacity: int = 1) -> str:
    return association.mentee(program, capacity)


def active(association: Association, program: Program, member: str) -> int:
    load = association.store.loads.find_of(TENANT, program.id, member)
    assert load is not None
    return load.active


def live_pairs(association: Association, program: Program) -> list[tuple[str, str]]:
    live = {"program_id": program.id, "state": {"$in": [state.value for state in LIVE]}}
    return [
        (each["mentor_id"], each["mentee_id"]) for each in association.foundation.database["mentorships"].find(live)
    ]


def seats_are_exact(association: Association, program: Program) -> bool:
    """Everybody's load says in how many live pairs they are, no pair lives twice, and the lower id comes first."""
    pairs = live_pairs(association, program)
    held = Counter(each for two in pairs for each in two)
    loads = association.store.loads.of_program(TENANT, program.id)
    exact = all(load.active == held[load.member_id] <= load.capacity for load in loads)
    return exact and len(set(pairs)) == len(pairs) and all(one < other for one, other in pairs)


def change(association: Association, program: Program, member: str, state: EnrollmentState) -> None:
    def work(current: Any) -> None:
        found = association.store.enrollments.find_of(TENANT, program.id, member, Role.MENTOR, current.session)
        assert found is not None
        change_enrollment(current, association.store, found, state=state, by_coordinator=True)

    association.in_transaction(work)


def test_a_peer_enrolls_once_whichever_role_they_name(association: Association) -> None:
    program, member = peers_program(association), association.member()
    path = f"/v1/programs/{program.id}/enrollments"
    first = association.call(member, "POST", path, {"role": "mentee"})
    assert (first.status_code, first.json["role"]) == (201, "mentor")
    assert association.call(member, "POST", path, {"role": "mentor"}).status_code == 409
    assert association.call(member, "POST", path, {"role": "mentee"}).status_code == 409


def test_a_peer_who_came_as_a_mentee_is_not_reminded_to_ask(association: Association) -> None:
    program = peers_program(association)
    peer(association, program)
    association.clock.pass_by(days=30)
    association.do_due_work()
    assert association.messages("task.created.v1") == []


def test_the_lower_id_is_the_mentor_s_whoever_asked_and_both_give_a_seat(association: Association) -> None:
    for asks_first in (True, False):
        program = peers_program(association)
        lower, higher = sorted((peer(association, program), peer(association, program)))
        asker, other = (lower, higher) if asks_first else (higher, lower)
        mentorship = paired(association, program, other, asker)
        seen = association.call(asker, "GET", f"/v1/mentorships/{mentorship}").json
        assert (seen["mentor_id"], seen["mentee_id"]) == (lower, higher)
        assert (active(association, program, lower), active(association, program, higher)) == (1, 1)


def test_both_seats_are_given_back_once_when_a_pair_of_peers_ends(association: Association) -> None:
    program = peers_program(association)
    one, other = peer(association, program), peer(association, program)
    mentorship = paired(association, program, one, other)
    answers = at_once(
        [partial(association.call, who, "POST", f"/v1/mentorships/{mentorship}/end") for who in (one, other)]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (active(association, program, one), active(association, program, other)) == (0, 0)
    paired(association, program, one, peer(association, program))
    assert seats_are_exact(association, program)


def test_a_pair_that_was_made_before_peers_were_counts_for_both(association: Association) -> None:
    program = peers_program(association, format=Format.ONE_TO_ONE)
    mentee, mentor = association.mentee(program), association.mentor(program, capacity=2)
    assert mentee < mentor
    paired(association, program, mentor, mentee)
    association.put(program, format=Format.PEER)
    program = association.store.programs.get(TENANT, program.id)
    association.enroll(program, mentee, Role.MENTEE, 2)
    assert (active(association, program, mentee), active(association, program, mentor)) == (1, 1)
    for one, other in ((mentee, mentor), (mentor, mentee)):
        answer = ask(association, program, one, other)
        assert (answer.status_code, "already mentors" in answer.json["detail"]) == (409, True)


def test_of_fifty_accepts_on_two_peers_last_seats_no_seat_is_taken_twice(association: Association) -> None:
    program = peers_program(association)
    one, other = peer(association, program), peer(association, program)
    works = []
    for wanted in (one, other):
        for _ in range(25):
            asker = peer(association, program)
            works.append(partial(accept, association, wanted, asked(association, program, asker, wanted)[0]))
    answers = at_once(works)
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 48}
    assert seats_are_exact(association, program)
    assert (active(association, program, one), active(association, program, other)) == (1, 1)


def test_of_a_ring_of_peers_who_all_accept_at_once_nobody_has_two_partners(association: Association) -> None:
    program = peers_program(association)
    ring = [peer(association, program) for _ in range(9)]
    works = []
    for asker, wanted in zip(ring, [*ring[1:], ring[0]], strict=True):
        works.append(partial(accept, association, wanted, asked(association, program, asker, wanted)[0]))
    answers = at_once(works)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 3 <= len(live_pairs(association, program)) <= 4
    assert seats_are_exact(association, program)


def test_two_peers_whom_many_pair_at_once_both_ways_round_are_paired_once(association: Association) -> None:
    program = peers_program(association)
    one, other = peer(association, program, capacity=3), peer(association, program, capacity=3)

    def publish(two: tuple[str, str]) -> bool:
        try:
            association.in_transaction(
                lambda current: start_mentorship(current, association.store, program, *two, origin=Origin.MATCH_RUN)
            )
        except Conflict:
            return False
        return True

    assert sum(at_once([partial(publish, two) for two in [(one, other), (other, one)] * 4])) == 1
    assert seats_are_exact(association, program)


def test_of_two_peers_who_ask_each_other_at_once_one_has_asked(association: Association) -> None:
    for _ in range(5):
        program = peers_program(association)
        one, other = peer(association, program), peer(association, program)
        answers = at_once(
            [partial(ask, association, program, one, other), partial(ask, association, program, other, one)]
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        [refused] = [answer for answer in answers if answer.status_code == 409]
        assert "has asked you already" in refused.json["detail"]


def test_peers_who_are_paired_cannot_ask_each_other(association: Association) -> None:
    program = peers_program(association)
    one, other = peer(association, program, capacity=2), peer(association, program, capacity=2)
    mentorship = paired(association, program, one, other)
    for asker, wanted in ((one, other), (other, one)):
        assert ask(association, program, asker, wanted).status_code == 409
    association.call(one, "POST", f"/v1/mentorships/{mentorship}/rematch")
    for asker, wanted in ((one, other), (other, one)):
        assert ask(association, program, asker, wanted).status_code == 409


def test_a_peer_who_is_full_asks_nobody_and_is_asked_by_nobody_any_more(association: Association) -> None:
    program = peers_program(association)
    one, other, third, fourth = (peer(association, program) for _ in range(4))
    to_third, from_fourth = asked(association, program, one, third)[0], asked(association, program, fourth, one)[0]
    paired(association, program, one, other)
    assert state_of(association, one, f"/v1/requests/{to_third}") == "invalidated"
    assert state_of(association, fourth, f"/v1/requests/{from_fourth}") == "invalidated"
    assert ask(association, program, one, third).status_code == 409
    assert ask(association, program, third, one).status_code == 409


def test_who_pauses_or_leaves_takes_back_what_they_asked_and_what_they_were_asked(association: Association) -> None:
    for state in (EnrollmentState.PAUSED, EnrollmentState.WITHDRAWN):
        program = peers_program(association)
        one, other, third = (peer(association, program) for _ in range(3))
        to_other, from_third = asked(association, program, one, other)[0], asked(association, program, third, one)[0]
        change(association, program, one, state)
        assert state_of(association, other, f"/v1/requests/{to_other}") == "invalidated"
        assert state_of(association, third, f"/v1/requests/{from_third}") == "invalidated"


def test_who_is_asked_by_somebody_of_their_list_does_not_ask_them_later(association: Association) -> None:
    program = peers_program(association)
    one, first, second = (peer(association, program) for _ in range(3))
    to_first, to_second = asked(association, program, one, first, second, mode="sequential")
    [from_second] = asked(association, program, second, one)
    waiting = association.call(one, "GET", f"/v1/requests/{to_second}").json
    assert (waiting["state"], waiting["reason"]) == ("invalidated", "asked_first")
    assert association.call(first, "POST", f"/v1/requests/{to_first}/decline", {}).status_code == 200
    assert accept(association, one, from_second).status_code == 200
    assert seats_are_exact(association, program)


def test_mentor_and_mentee_of_another_format_may_still_ask_each_other(association: Association) -> None:
    program = association.program()
    one, other = association.member(), association.member()
    for who in (one, other):
        for role in Role:
            association.enroll(program, who, role)
    assert ask(association, program, one, other).status_code == 201
    assert ask(association, program, other, one).status_code == 201
