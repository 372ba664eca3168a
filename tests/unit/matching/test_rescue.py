"""Who is left over because lists are short."""

from dataclasses import replace

import numpy as np
import pytest

from services.matching.domain.match_run import Objective
from services.matching.domain.member import Language
from services.matching.engine import assignment, rescue
from services.matching.engine.candidates import candidates
from services.matching.engine.edges import joined, kept, placed
from services.matching.engine.features import Features, features
from services.matching.engine.matching import best_pairs, match
from services.matching.engine.pool import Criteria, Pool
from services.matching.engine.rescue import overlooked
from services.matching.engine.search import cell_number
from tests.unit.matching.people import everything_visible, person, pool, speaker

MENTORS = 12


def crowd() -> Pool:
    """Mentors of whom everybody prefers the same few, and as many mentees as there are seats."""
    mentors = [speaker(f"m{number:02}", 1 + number % 5, seniority=number % 4) for number in range(MENTORS)]
    return pool(mentors, [speaker(f"e{number:02}", 5, seniority=1) for number in range(2 * MENTORS)], capacity=2)


def known() -> Features:
    return features(crowd().ordered(0))


def test_mentors_on_few_lists_are_offered_to_who_suits_them_best() -> None:
    found = candidates(known(), Criteria(), 2)
    wider = overlooked(known(), Criteria(), found)
    before, after = (np.bincount(each.mentor_index, minlength=MENTORS) for each in (found, wider))
    assert (after > 0).sum() == (before > 0).sum() + rescue.SHORT_LIST
    every = candidates(known(), Criteria(), MENTORS)
    scores = {(e, m): s for e, m, s in zip(every.mentee_index, every.mentor_index, every.score, strict=True)}
    assert all(scores[e, m] == s for e, m, s in zip(wider.mentee_index, wider.mentor_index, wider.score, strict=True))


def test_who_suits_nobody_is_not_overlooked() -> None:
    silent = replace(crowd(), mentors=pool([person("m", languages=(Language("xx", 5),))], []).mentors)
    criteria = Criteria(replace(Criteria().rules, shared_language_level=2))
    alone = features(silent.ordered(0))
    found = candidates(alone, criteria, 0)
    assert overlooked(alone, criteria, found) is found


def test_lists_that_name_everybody_often_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "LISTINGS_A_SEAT", 0)
    found = candidates(known(), Criteria(), 2)
    assert overlooked(known(), Criteria(), found) is found


@pytest.mark.parametrize("objective", Objective)
@pytest.mark.parametrize("compiled_from", [0, assignment.COMPILED_FROM])
def test_short_lists_leave_no_seat_empty_that_somebody_could_take(
    objective: Objective, compiled_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignment, "COMPILED_FROM", compiled_from)
    monkeypatch.setattr(rescue, "LISTINGS_A_SEAT", 0)  # nobody is helped before
    found = candidates(known(), Criteria(), 2)
    wider, taken = best_pairs(known(), Criteria(), found, 2, objective)
    assert (np.bincount(wider.mentor_index[taken], minlength=MENTORS) == 2).all()
    assert (np.bincount(wider.mentee_index[taken]) == 1).all()


def test_where_all_lists_are_complete_the_total_is_that_of_all_pairs() -> None:
    def total(k: int | None) -> float:
        found = match(crowd(), Criteria(), Objective.BEST_SCORE, visible=everything_visible, k=k)
        return found.summary.total_score

    assert total(None) == total(MENTORS) >= total(2)


def test_the_order_in_which_people_come_changes_no_short_list() -> None:
    people = crowd()
    turned = replace(people, mentors=people.mentors[::-1], mentees=people.mentees[::-1])
    one, other = (
        match(each, Criteria(), Objective.BEST_SCORE, visible=everything_visible, k=2) for each in (people, turned)
    )
    assert one == other


def test_joined_lists_hold_each_pair_once_in_order() -> None:
    every = candidates(known(), Criteria(), MENTORS)
    chance = np.random.default_rng(4)
    some, others = (kept(every, chance.random(len(every.score)) < share) for share in (0.6, 0.5))
    both, new = joined(some, others)
    pairs = list(zip(both.mentee_index.tolist(), both.mentor_index.tolist(), strict=True))
    ours = list(zip(some.mentee_index.tolist(), some.mentor_index.tolist(), strict=True))
    theirs = set(zip(others.mentee_index.tolist(), others.mentor_index.tolist(), strict=True))
    assert pairs == sorted(set(ours) | theirs)
    assert [pair for pair, added in zip(pairs, new, strict=True) if not added] == ours
    width = len(known().mentors.members)
    at = np.isin(*(cell_number(each.mentee_index, each.mentor_index, width) for each in (every, both)))
    np.testing.assert_array_equal(both.parts, every.parts[at])
    np.testing.assert_array_equal(both.score, every.score[at])


def test_lists_of_a_large_association_are_joined_as_those_of_a_small_one() -> None:
    every = candidates(known(), Criteria(), MENTORS)
    some, others = kept(every, np.arange(0, len(every.score), 2)), kept(every, np.arange(0, len(every.score), 3))
    # From one row to the next, their places in a table of all pairs grow beyond what 32 bits hold.
    mentees, mentors = np.arange(2 * MENTORS) + 7_170, np.arange(MENTORS) + 299_000
    far, new_far = joined(*(placed(each, mentees=mentees, mentors=mentors) for each in (some, others)))
    near, new_near = joined(some, others)
    assert new_far.tolist() == new_near.tolist()
    assert far.mentee_index.tolist() == mentees[near.mentee_index].tolist()
    assert far.mentor_index.tolist() == mentors[near.mentor_index].tolist()
