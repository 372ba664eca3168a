"""A whole match run."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.match_run import Objective, Summary
from services.matching.domain.member import Language
from services.matching.domain.parts import Part
from services.matching.domain.program import Format, Rules
from services.matching.engine.locks import ImpossibleLock
from services.matching.engine.matching import STAGES, Match, match
from services.matching.engine.pool import Criteria, Place, Pool, unordered
from tests.unit.matching.people import MONDAY, everything_visible, person, places, pool, speaker

LEVEL_2 = Criteria(Rules(shared_language_level=2))


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """A few people who speak a few languages, some in both roles, some of them blocked or forbidden."""
    codes = st.lists(st.builds(Language, st.sampled_from(["en", "it"]), st.integers(1, 5)), max_size=2).map(tuple)
    ids = [f"m{i}" for i in range(draw(st.integers(2, 9)))]
    members = [person(i, languages=draw(codes), seniority=draw(st.none() | st.integers(0, 4))) for i in ids]
    placed = st.lists(st.builds(Place, st.sampled_from(members), st.integers(0, 2)), unique_by=lambda p: p.member.id)
    pairs = st.frozensets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=4)
    return Pool(
        tuple(draw(placed)),
        tuple(draw(placed)),
        MONDAY,
        blocked=frozenset(unordered(one, other) for one, other in draw(pairs)),
        forbidden=draw(pairs),
    )


def run(people: Pool, objective: Objective = Objective.BEST_SCORE, criteria: Criteria = LEVEL_2, **more: Any) -> Match:
    return match(people, criteria, objective, visible=everything_visible, **more)


def paired(result: Match) -> set[tuple[str, str]]:
    return {(pair.mentor_id, pair.mentee_id) for pair in result.pairs}


@given(pools(), st.sampled_from(Objective))
def test_every_pair_keeps_the_rules_and_everybody_is_accounted_for(people: Pool, objective: Objective) -> None:
    result = run(people, objective)
    for pair in result.pairs:
        assert pair.mentor_id != pair.mentee_id
        assert unordered(pair.mentor_id, pair.mentee_id) not in people.blocked
        assert (pair.mentor_id, pair.mentee_id) not in people.forbidden
        assert pair.parts[Part.LANGUAGES] >= 2 / 5
        assert 0 <= pair.score <= 1
        assert len(pair.reasons) == len(pair.parts)
    for place in people.mentors:
        assert sum(pair.mentor_id == place.member.id for pair in result.pairs) <= place.capacity
    for place in people.mentees:
        assert sum(pair.mentee_id == place.member.id for pair in result.pairs) <= place.capacity
    alone = {(one.role, one.member_id) for one in result.unmatched}
    together = {("mentor", p.mentor_id) for p in result.pairs} | {("mentee", p.mentee_id) for p in result.pairs}
    everyone = {("mentor", p.member.id) for p in people.mentors} | {("mentee", p.member.id) for p in people.mentees}
    assert alone | together == everyone
    assert not alone & together
    assert (result.summary.matched, result.summary.unmatched) == (len(result.pairs), len(alone))


@given(pools(), st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_in_which_people_come_changes_nothing(people: Pool, chance: Any, seed: int) -> None:
    mentors, mentees = list(people.mentors), list(people.mentees)
    chance.shuffle(mentors)
    chance.shuffle(mentees)
    shuffled = replace(people, mentors=tuple(mentors), mentees=tuple(mentees))
    assert run(shuffled, seed=seed) == run(people, seed=seed)


def test_another_seed_breaks_ties_another_way_at_the_same_total() -> None:
    equals = pool([speaker("mentor")], [speaker(f"m{i}") for i in range(8)])
    results = [run(equals, seed=seed) for seed in range(8)]
    assert len({frozenset(paired(result)) for result in results}) > 1
    assert {result.summary for result in results} == {Summary(1, 7, 1.0, 1.0)}


@given(pools())
def test_most_people_never_pairs_fewer_and_best_score_never_scores_less(people: Pool) -> None:
    best, most = run(people, Objective.BEST_SCORE).summary, run(people, Objective.MOST_PEOPLE).summary
    assert most.matched >= best.matched
    assert best.total_score >= most.total_score


def test_a_short_list_keeps_each_mentees_best_candidates() -> None:
    mentors = [speaker("weak", 2), speaker("strong", 5)]
    assert paired(run(pool(mentors, [speaker("a"), speaker("b")], capacity=2), k=1)) == {
        ("strong", "a"),
        ("strong", "b"),
    }


def test_a_mentor_whom_no_short_list_names_was_outcompeted() -> None:
    result = run(pool([speaker("weak", 2), speaker("strong", 5)], [speaker("a")]), k=1)
    assert [(one.member_id, one.reason) for one in result.unmatched] == [("weak", "outcompeted")]


def test_seats_that_short_lists_left_empty_are_filled() -> None:
    mentors = [speaker(f"m{level}", level) for level in range(2, 6)]
    result = run(pool(mentors, [speaker(f"e{n}") for n in range(4)]), k=1)
    assert (result.summary.matched, result.unmatched) == (4, ())


def test_seats_that_the_rules_keep_empty_stay_empty() -> None:
    mentors = [speaker("m1", 5), speaker("m2", 1)]
    result = run(pool(mentors, [speaker("a"), speaker("b")]), k=1)
    assert paired(result).issubset({("m1", "a"), ("m1", "b")})
    assert len(result.pairs) == 1


@given(pools(), st.sampled_from(Objective), st.integers(1, 2))
def test_nobody_is_left_beside_a_free_seat_that_would_do(people: Pool, objective: Objective, k: int) -> None:
    result = run(people, objective, k=k)
    left = [
        replace(place, capacity=place.capacity - sum(getattr(pair, role) == place.member.id for pair in result.pairs))
        for role, places in (("mentor_id", people.mentors), ("mentee_id", people.mentees))
        for place in places
    ]
    rest = Pool(
        tuple(left[: len(people.mentors)]),
        tuple(left[len(people.mentors) :]),
        MONDAY,
        blocked=people.blocked,
        forbidden=people.forbidden | {(pair.mentor_id, pair.mentee_id) for pair in result.pairs},
    )
    assert run(rest, objective).pairs == ()


def test_a_locked_pair_is_made_against_the_rules_of_fit_and_takes_its_seat() -> None:
    people = pool([person("mentor")], [speaker("a"), person("b")])
    result = run(people, locked=[("mentor", "b")])
    assert [(pair.mentor_id, pair.mentee_id, pair.locked) for pair in result.pairs] == [("mentor", "b", True)]
    assert [(one.member_id, one.reason) for one in result.unmatched] == [("a", "no_capacity")]


def test_the_rest_is_matched_around_a_locked_pair() -> None:
    people = pool([speaker("m1", 5), speaker("m2", 2)], [speaker("a", 5), speaker("b", 5)])
    assert paired(run(people, locked=[("m2", "a")])) == {("m2", "a"), ("m1", "b")}


@pytest.mark.parametrize(
    ("locked", "facts", "rule"),
    [
        ([("nobody", "a")], {}, "not_in_pool"),
        ([("both", "both")], {}, "self"),
        ([("m1", "a")], {"blocked": frozenset({("a", "m1")})}, "blocked"),
        ([("m1", "a")], {"forbidden": frozenset({("m1", "a")})}, "forbidden"),
        ([("m1", "a"), ("m1", "b")], {}, "no_capacity"),
        ([("m1", "a"), ("both", "a")], {}, "no_capacity"),
    ],
)
def test_an_impossible_lock_is_refused_by_name(locked: list[tuple[str, str]], facts: Any, rule: str) -> None:
    people = pool([speaker("m1"), speaker("both")], [speaker("a"), speaker("b"), speaker("both")], **facts)
    with pytest.raises(ImpossibleLock) as refusal:
        run(people, locked=locked)
    assert refusal.value.rule == rule


def test_a_pair_locked_twice_takes_one_seat() -> None:
    assert len(run(pool([speaker("m1")], [speaker("a")]), locked=[("m1", "a"), ("m1", "a")]).pairs) == 1


def test_the_summary_tells_the_worst_tenth_of_the_pairs() -> None:
    mentors = [speaker(f"m{i:02}", 2 if i == 0 else 5) for i in range(10)]
    summary = run(pool(mentors, [speaker(f"e{i:02}") for i in range(10)])).summary
    assert summary == Summary(matched=10, unmatched=0, total_score=9.4, worst_decile=0.4)


def test_an_empty_pool_matches_nobody() -> None:
    assert run(pool([], [])) == Match((), Summary(), ())


def test_the_stages_are_told_in_order() -> None:
    heard: list[str] = []
    run(pool([speaker("m1")], [speaker("a")]), on_stage=heard.append)
    assert tuple(heard) == STAGES


def test_a_mentee_with_two_seats_has_two_mentors() -> None:
    people = Pool(places([speaker("m1"), speaker("m2")]), places([speaker("a")], 2), MONDAY)
    assert paired(run(people)) == {("m1", "a"), ("m2", "a")}


@pytest.mark.parametrize(("form", "mentor"), [(Format.REVERSE, "junior"), (Format.ONE_TO_ONE, "senior")])
def test_in_reverse_the_junior_mentors_the_senior(form: Format, mentor: str) -> None:
    mentors = [person("junior", seniority=1), person("senior", seniority=4)]
    people = pool(mentors, [person("asking", seniority=3)])
    assert paired(run(people, criteria=Criteria(format=form))) == {(mentor, "asking")}
