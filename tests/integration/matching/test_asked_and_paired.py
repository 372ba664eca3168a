"""Two of whom one has asked the other are paired in another way: there is nothing left to answer."""

from functools import partial
from typing import Any

import pytest

from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.mentorship import Origin
from services.matching.domain.program import Program
from shared.errors import Conflict
from tests.integration.matching.asking import accept, asked, state_of
from tests.integration.matching.association import Association, at_once
from tests.integration.matching.test_peers import live_pairs, peer, peers_program, seats_are_exact

INVALIDATED = "request.invalidated.v1"


def publish(association: Association, program: Program, mentor: str, mentee: str) -> bool:
    """As a coordinator does with a run that has this pair; whether it could be."""
    try:
        association.in_transaction(
            lambda current: start_mentorship(
                current, association.store, program, mentor, mentee, origin=Origin.MATCH_RUN
            )
        )
    except Conflict:
        return False
    return True


def seen(association: Association, who: str, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = association.call(who, "GET", f"/v1/requests/{request_id}").json
    return found


@pytest.mark.parametrize("places", [1, 3])
def test_what_a_mentee_asked_a_mentor_whom_a_run_gives_them_is_settled(association: Association, places: int) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program, places), association.mentee(program, places)
    [request] = asked(association, program, mentee, mentor)
    assert publish(association, program, mentor, mentee)
    found = seen(association, mentee, request)
    assert (found["state"], found["reason"]) == ("invalidated", "already_paired")
    assert found["what_happened"] == "It needs no answer any more: the two are paired."
    late = accept(association, mentor, request)
    assert (late.status_code, found["what_happened"] in late.json["detail"]) == (409, True)
    assert [each["reason"] for each in association.messages(INVALIDATED)] == ["already_paired"]


@pytest.mark.parametrize("asks_first", [True, False])
def test_what_a_peer_asked_one_whom_a_run_gives_them_is_settled_whoever_asked(
    association: Association, *, asks_first: bool
) -> None:
    program = peers_program(association)
    lower, higher = sorted((peer(association, program, 2), peer(association, program, 2)))
    asker, wanted = (lower, higher) if asks_first else (higher, lower)
    [request] = asked(association, program, asker, wanted)
    assert publish(association, program, higher, lower)
    assert seen(association, asker, request)["reason"] == "already_paired"


def test_a_list_goes_on_behind_it_while_the_mentee_has_a_place_left(association: Association) -> None:
    program = association.program()
    first, second, mentee = association.mentor(program), association.mentor(program), association.mentee(program, 2)
    requests = asked(association, program, mentee, first, second, mode="sequential")
    assert publish(association, program, first, mentee)
    assert [state_of(association, mentee, f"/v1/requests/{each}") for each in requests] == ["invalidated", "sent"]


def test_a_list_that_comes_to_its_end_that_way_is_nobody_s_task(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program, 2)
    asked(association, program, mentee, mentor)
    assert publish(association, program, mentor, mentee)
    assert association.messages("task.created.v1") == []


def test_a_mentee_who_is_matched_by_it_asks_nobody_further(association: Association) -> None:
    program = association.program()
    first, second, mentee = association.mentor(program), association.mentor(program), association.mentee(program)
    requests = asked(association, program, mentee, first, second, mode="sequential")
    assert publish(association, program, first, mentee)
    assert [seen(association, mentee, each)["reason"] for each in requests] == ["already_paired", "mentee_matched"]
    assert len(association.messages("request.sent.v1")) == 1


def test_of_a_yes_and_a_publication_at_once_one_pairs_the_two_and_nothing_stays_open(association: Association) -> None:
    for _ in range(5):
        program = peers_program(association)
        one, other = peer(association, program, 3), peer(association, program, 3)
        [request] = asked(association, program, one, other)
        works = [
            lambda other=other, request=request: accept(association, other, request).status_code == 200,
            partial(publish, association, program, one, other),
        ]
        assert sorted(at_once(works)) == [False, True]
        assert len(live_pairs(association, program)) == 1
        assert seats_are_exact(association, program)
        assert state_of(association, one, f"/v1/requests/{request}") in ("accepted", "invalidated")
