"""Peers who turn out to be one person: a pair is named in order of its ids, whoever its two are by now."""

from itertools import count

import pytest

from services.matching.commands.rate import rate
from services.matching.commands.settle_merge import settle_merge
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format
from services.matching.domain.rating import Moment
from shared.messaging.unit_of_work import Transaction
from tests.integration.matching.asking import asked, paired, state_of
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.pairing import Pair
from tests.integration.matching.telling import merged, tell, unmerged
from tests.integration.matching.test_peers import live_pairs, peer, peers_program, seats_are_exact


def test_a_pair_whose_order_changes_keeps_what_each_of_the_two_has_said(association: Association) -> None:
    program = peers_program(association)
    lower, higher = sorted((peer(association, program), peer(association, program)))
    into = association.member()
    assert into > higher
    made = Pair(association, program.id, lower, higher, paired(association, program, lower, higher))
    made.agree()
    goal = made.call(lower, "POST", "/goals", {"statement": "Speak in public"}).json["id"]

    tell(association, merged(association, lower, into))

    seen = made.call(into, "GET").json
    assert (seen["mentor_id"], seen["mentee_id"]) == (higher, into)
    assert set(seen["agreement"]["signed_by"]) == {higher, into}
    assert seen["agreement"]["proposed_by"] == into
    said_by = association.store.goals.get(TENANT, goal).words_by
    assert said_by is Role.MENTEE
    assert seats_are_exact(association, program)

    tell(association, unmerged(association, lower))

    seen = made.call(lower, "GET").json
    assert (seen["mentor_id"], seen["mentee_id"]) == (lower, higher)
    assert seen["agreement"]["proposed_by"] == lower
    assert association.store.goals.get(TENANT, goal).words_by is Role.MENTOR
    assert made.call(into, "GET").status_code == 404
    assert seats_are_exact(association, program)


def test_what_a_peer_says_of_themselves_while_a_merge_turns_the_pair_round_stays_theirs(
    association: Association,
) -> None:
    program = peers_program(association)
    lower, higher = sorted((peer(association, program), peer(association, program)))
    into = association.member()
    made = Pair(association, program.id, lower, higher, paired(association, program, lower, higher))
    made.agree()
    runs = count()

    def says(current: Transaction) -> None:
        mentorship = association.store.mentorships.get(TENANT, made.mentorship, current.session)
        who = association.store.merges.survivor(TENANT, lower, current.session)
        if next(runs) == 0:
            tell(association, merged(association, lower, into))
        rate(current, association.store, mentorship, who, moment=Moment.BEFORE, level=2, skill="Law")

    association.in_transaction(says)
    [rating] = association.store.ratings.of(TENANT, [made.mentorship])
    turned = association.store.mentorships.get(TENANT, made.mentorship)
    assert rating.by is turned.side_of(into) is Role.MENTEE


def test_two_pairs_of_the_same_two_are_one_though_they_were_the_other_way_round(association: Association) -> None:
    program = peers_program(association)
    first = peer(association, program)
    between = peer(association, program, capacity=2)
    last = peer(association, program)
    paired(association, program, first, between)
    paired(association, program, last, between)

    tell(association, merged(association, first, last))

    assert live_pairs(association, program) == [(between, last)]
    assert seats_are_exact(association, program)


def test_of_two_open_requests_that_go_both_ways_one_gives_way(association: Association) -> None:
    program = peers_program(association)
    one, same, other = (peer(association, program) for _ in range(3))
    [asks] = asked(association, program, one, other)
    [is_asked] = asked(association, program, other, same)

    tell(association, merged(association, same, one))

    states = [state_of(association, other, f"/v1/requests/{each}") for each in (asks, is_asked)]
    assert sorted(states) == ["invalidated", "sent"]


@pytest.mark.parametrize("form", [Format.PEER, Format.ONE_TO_ONE])
def test_of_requests_of_two_who_become_a_third_in_one_step_one_stays_open(
    association: Association, form: Format
) -> None:
    program = peers_program(association, format=form)
    one, same, into, other = (peer(association, program) for _ in range(4))
    if form is Format.PEER:
        made = [asked(association, program, one, other), asked(association, program, other, same)]
    else:
        association.enroll(program, other, Role.MENTOR)
        made = [asked(association, program, each, other) for each in (one, same)]

    def both_at_once(current: Transaction) -> None:
        for each in (one, same):
            association.store.merges.learn(current.session, TENANT, each, into)
        settle_merge(current, association.store, into)

    association.in_transaction(both_at_once)

    states = [state_of(association, other, f"/v1/requests/{request}") for [request] in made]
    assert sorted(states) == ["invalidated", "sent"]


def test_a_merge_that_fills_a_peer_takes_the_requests_of_both_directions_off_the_table(
    association: Association,
) -> None:
    program = peers_program(association)
    one, same, partner, third, fourth = (peer(association, program) for _ in range(5))
    paired(association, program, same, partner)
    [to_third] = asked(association, program, one, third)
    [from_fourth] = asked(association, program, fourth, one)

    tell(association, merged(association, same, one))

    assert state_of(association, third, f"/v1/requests/{to_third}") == "invalidated"
    assert state_of(association, fourth, f"/v1/requests/{from_fourth}") == "invalidated"
    assert seats_are_exact(association, program)
