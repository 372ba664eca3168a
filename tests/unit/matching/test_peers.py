"""Peers: how well two fit both ways, and whole runs of them."""

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import Objective, Unmatched
from services.matching.domain.member import Language, Member
from services.matching.domain.parts import FULL, Part, Weight, Weights
from services.matching.domain.program import Format, Rules
from services.matching.engine.candidates import candidates
from services.matching.engine.explanations import Audience
from services.matching.engine.locks import ImpossibleLock
from services.matching.engine.matching import Match, match, prepared
from services.matching.engine.peers import undirected
from services.matching.engine.pool import Criteria, Place, Pool, unordered
from services.matching.engine.recommendations import recommend
from tests.unit.matching.crowds import all_criteria, crowds
from tests.unit.matching.people import MONDAY, everything_visible, offers, person, places, seeks, speaker

PEERS = Criteria(format=Format.PEER)


def peers(*members: Member, capacity: int = 1, **facts: Any) -> Pool:
    return Pool(places(members, capacity), (), MONDAY, **facts)


def run(people: Pool, objective: Objective = Objective.BEST_SCORE, criteria: Criteria = PEERS, **more: Any) -> Match:
    return match(people, criteria, objective, visible=everything_visible, audience=Audience.STAFF, **more)


def paired(result: Match) -> set[tuple[str, str]]:
    return {(pair.mentor_id, pair.mentee_id) for pair in result.pairs}


def only(part: Part, label: Weight = Weight.MEDIUM, **more: Any) -> Criteria:
    off = {each.value: Weight.OFF for each in Part}
    return Criteria(weights=Weights(**{**off, part.value: label}), format=Format.PEER, **more)


def fit(one: Member, other: Member, part: Part) -> float | None:
    result = run(peers(one, other), criteria=only(part))
    return next((pair.parts.get(part) for pair in result.pairs), None)


def test_what_each_is_to_the_other_counts_alike() -> None:
    one = person("a", skills=(*offers("law"), *seeks("tax", "sales")))
    other = person("b", skills=(*offers("tax"), *seeks("law")))
    assert fit(one, other, Part.SKILLS) == fit(replace(one, id="c"), other, Part.SKILLS) == 0.75


def test_of_what_is_known_one_way_only_that_way_counts() -> None:
    one, other = person("a", skills=offers("law")), person("b", skills=seeks("law", "tax"))
    assert fit(one, other, Part.SKILLS) == 0.5
    assert fit(person("a", skills=offers("law")), person("b", skills=offers("tax")), Part.SKILLS) is None


def test_goals_count_both_ways() -> None:
    one = person("a", goals=("Learn sailing",), skills=offers("tax"))
    other = person("b", goals=("Understand tax",), skills=offers("law"))
    assert fit(one, other, Part.GOALS) == fit(replace(one, id="c"), other, Part.GOALS)
    assert (fit(one, other, Part.GOALS) or 0) > 0


def test_what_is_mandatory_is_so_for_both() -> None:
    one, other = person("a", skills=(*offers("law"), *seeks("tax"))), person("b", skills=seeks("law"))
    mandatory = only(Part.SKILLS, Weight.MANDATORY)
    assert paired(run(peers(one, other), criteria=mandatory)) == set()
    other = person("b", skills=(*seeks("law"), *offers("tax")))
    assert paired(run(peers(one, other), criteria=mandatory)) == {("a", "b")}


@pytest.mark.parametrize(("seniorities", "allowed"), [((1, 3), True), ((3, 1), True), ((2, 2), False), ((0, 4), False)])
def test_a_gap_of_seniority_is_how_far_they_are_apart(seniorities: tuple[int, int], *, allowed: bool) -> None:
    one, other = (person(each, seniority=level) for each, level in zip("ab", seniorities, strict=True))
    result = run(peers(one, other), criteria=Criteria(Rules(seniority_gap=(1, 3)), format=Format.PEER))
    assert bool(result.pairs) is allowed


@given(crowds(), all_criteria(Format.PEER), st.sampled_from(Objective), st.sampled_from([0.0, 1.0]))
def test_every_pair_keeps_the_rules_both_ways_and_everybody_is_accounted_for_once(
    people: Pool, criteria: Criteria, objective: Objective, fairness: float
) -> None:
    result = run(people, objective, criteria, fairness=fairness)
    for pair in result.pairs:
        assert pair.mentor_id < pair.mentee_id
        assert unordered(pair.mentor_id, pair.mentee_id) not in people.blocked | people.paired_before
        assert not {(pair.mentor_id, pair.mentee_id), (pair.mentee_id, pair.mentor_id)} & people.forbidden
        assert 0 <= pair.score <= 1
        assert len(pair.reasons) == len(pair.parts)
    assert len(paired(result)) == len(result.pairs)
    for place in people.mentors:
        assert sum(place.member.id in (pair.mentor_id, pair.mentee_id) for pair in result.pairs) <= place.capacity
    alone = [one.member_id for one in result.unmatched]
    together = {each for pair in result.pairs for each in (pair.mentor_id, pair.mentee_id)}
    assert sorted([*alone, *together]) == sorted(place.member.id for place in people.mentors)
    assert {one.role for one in result.unmatched} <= {Role.MENTOR}
    assert (result.summary.most_matched or 0) >= len(result.pairs)
    assert (result.summary.most_score or 0) >= result.summary.total_score


@given(crowds(5), all_criteria(Format.PEER), st.sampled_from(Objective))
def test_no_other_pairs_are_better(people: Pool, criteria: Criteria, objective: Objective) -> None:
    result = run(people, objective, criteria)
    known = prepared(people, criteria, (), 0)
    found = undirected(known, candidates(known, criteria))
    ids = [member.id for member in known.mentors.members]
    allowed = [
        (ids[one], ids[other], score)
        for one, other, score in zip(
            found.mentor_index.tolist(), found.mentee_index.tolist(), found.score.tolist(), strict=True
        )
    ]
    assert sorted(allowed) == sorted(set(allowed))
    room = {place.member.id: place.capacity for place in people.mentors}

    def worth(chosen: list[tuple[str, str, int]]) -> tuple[int, int]:
        total = sum(score for _, _, score in chosen)
        return (total, len(chosen)) if objective is Objective.BEST_SCORE else (len(chosen), total)

    def fits(chosen: list[tuple[str, str, int]]) -> bool:
        return all(sum(each in edge[:2] for edge in chosen) <= places for each, places in room.items())

    every = (
        [e for e, keep in zip(allowed, mask, strict=True) if keep] for mask in product((0, 1), repeat=len(allowed))
    )
    best = max(worth(chosen) for chosen in every if fits(chosen))
    assert worth([(p.mentor_id, p.mentee_id, round(p.score * FULL)) for p in result.pairs]) == best


@given(crowds(), all_criteria(Format.PEER), st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_in_which_people_come_changes_nothing(
    people: Pool, criteria: Criteria, chance: Any, seed: int
) -> None:
    everybody = list(people.mentors)
    chance.shuffle(everybody)
    assert run(replace(people, mentors=tuple(everybody)), criteria=criteria, seed=seed) == run(
        people, criteria=criteria, seed=seed
    )


def test_of_three_who_fit_one_is_left_alone_and_told_why() -> None:
    result = run(peers(*(speaker(each) for each in "abc")), Objective.MOST_PEOPLE)
    assert (result.summary.matched, result.summary.most_matched) == (1, 1)
    [alone] = result.unmatched
    assert alone == Unmatched(alone.member_id, Role.MENTOR, "outcompeted")


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_locked_and_forbidden_pairs_are_so_whichever_way_they_are_named(pair: tuple[str, str]) -> None:
    four = peers(speaker("a"), speaker("b", 1), speaker("c"), speaker("d"))
    locked = run(four, locked=[pair])
    assert paired(locked) == {("a", "b"), ("c", "d")}
    assert [each.locked for each in locked.pairs] == [True, False]
    assert ("a", "b") not in paired(run(replace(four, forbidden=frozenset({pair}))))
    with pytest.raises(ImpossibleLock):
        run(replace(four, forbidden=frozenset({pair})), locked=[pair])
    with pytest.raises(ImpossibleLock):
        run(four, locked=[pair, ("a", "c")])


def test_a_lock_is_counted_in_the_bound() -> None:
    four = peers(speaker("a"), speaker("b"), speaker("c"), speaker("d"))
    summary = run(four, locked=[("b", "a")]).summary
    assert (summary.matched, summary.most_matched) == (2, 2)
    assert summary.total_score == summary.most_score == 2.0


def test_with_the_most_people_everybody_has_a_partner_where_that_can_be() -> None:
    many = peers(*(speaker(f"p{number:02}", 1 + number % 5) for number in range(30)))
    assert run(many, Objective.MOST_PEOPLE).summary.matched == 15


def test_reasons_say_what_each_has_for_the_other() -> None:
    one = person("a", skills=(*offers("law"), *seeks("tax", "sales")), seniority=1)
    other = person("b", skills=(*offers("tax"), *seeks("law")), seniority=2)
    [pair] = run(peers(one, other)).pairs
    reasons = dict(zip(pair.parts, pair.reasons, strict=True))
    assert reasons[Part.SKILLS] == (
        "the first offers 1 of the 1 skill the second seeks: law; "
        "the second offers 1 of the 2 skills the first seeks: tax"
    )
    assert reasons[Part.SENIORITY] == "they are 1 step apart: early career and mid career"
    people = peers(one, other).of_peers()
    [told] = recommend(people, PEERS, "a", Role.MENTEE, 5, visible=everything_visible)
    assert (told.mentor_id, told.mentee_id) == ("b", "a")
    assert told.score == pair.score
    reasons = dict(zip(told.parts, told.reasons, strict=True))
    assert reasons[Part.SKILLS] == ("offers 1 of the 2 skills you seek: tax; you offer 1 of the 1 skill they seek: law")


def test_a_reason_leaves_out_the_way_of_which_nothing_is_known() -> None:
    one, other = person("a", skills=offers("law")), person("b", skills=seeks("law"))
    [pair] = run(peers(one, other), criteria=only(Part.SKILLS)).pairs
    assert pair.reasons == ("the first offers 1 of the 1 skill the second seeks: law",)


def test_a_peer_is_recommended_everybody_but_themselves_whom_they_may_meet() -> None:
    people = peers(*(speaker(each) for each in "abcd"), forbidden=frozenset({("a", "d")})).of_peers()
    found = recommend(people, PEERS, "a", Role.MENTEE, 5, visible=everything_visible)
    assert {each.mentor_id for each in found} == {"b", "c"}


def test_everybody_may_have_several_partners() -> None:
    three = Pool(tuple(Place(speaker(each), 2) for each in "abc"), (), MONDAY)
    assert paired(run(three)) == set(combinations("abc", 2))


def test_languages_are_shared_both_ways() -> None:
    one, other = person("a", languages=(Language("en", 2),)), person("b", languages=(Language("en", 5),))
    assert fit(one, other, Part.LANGUAGES) == fit(other, one, Part.LANGUAGES) == 0.4
