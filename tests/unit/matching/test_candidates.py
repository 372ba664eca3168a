"""The compiled search finds what the plain one finds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.matching.engine import candidates as dispatch
from services.matching.engine import dense, scan
from services.matching.engine.features import features
from services.matching.engine.marks import cells
from services.matching.engine.pool import Criteria, Pair, Pool, unordered
from services.matching.engine.search import Found, Question
from tests.examples import tried
from tests.unit.matching.crowds import all_criteria, crowds
from tests.unit.matching.people import pool, seeks, speaker


def question(people: Pool, criteria: Criteria, k: int, locked: Sequence[Pair] = ()) -> Question:
    known = features(people.ordered(0))
    marked = cells(known.mentees.members, known.mentors.members, locked)
    return Question(known, criteria, min(k, len(people.mentors)), marked)


def assert_same(one: Found, other: Found) -> None:
    for name in Found.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@settings(deadline=None, max_examples=tried(400))
@given(crowds(), all_criteria(), st.integers(0, 9), st.data())
def test_both_searches_find_the_same(people: Pool, criteria: Criteria, k: int, data: st.DataObject) -> None:
    pairs = [(mentor.member.id, mentee.member.id) for mentor in people.mentors for mentee in people.mentees]
    locked = data.draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    assume(people.mentors and people.mentees)
    asked = question(people, criteria, k, locked)
    assert_same(scan.search(asked), dense.search(asked))


def crowd() -> Pool:
    """Large enough for several parts of a search, with ties in plenty."""
    mentors = [speaker(f"m{number}", 1 + number % 5, seniority=number % 4) for number in range(90)]
    mentees = [speaker(f"e{number}", 1 + number % 3, skills=seeks("law")) for number in range(1_100)]
    return pool(mentors, mentees, blocked=frozenset(unordered(f"m{n}", f"e{n}") for n in range(90)))


def test_the_number_of_threads_changes_nothing() -> None:
    asked = question(crowd(), Criteria(), 7)
    alone = scan.search(asked)
    assert_same(scan.search(asked, threads=3), alone)
    assert_same(dense.search(asked), alone)


@pytest.mark.parametrize("search", [dense.search, scan.search])
def test_progress_is_told_to_the_end_and_can_stop_the_search(search: Any) -> None:
    asked, heard = question(crowd(), Criteria(), 3), []

    def follow(done: int, total: int) -> None:
        heard.append((done, total))

    def refuse(_done: int, _total: int) -> None:
        raise InterruptedError

    search(asked, follow)
    assert heard[-1] == (1_100, 1_100)
    assert heard == sorted(heard)
    with pytest.raises(InterruptedError):
        search(asked, refuse)


@pytest.mark.parametrize("compiler", [True, False])
def test_a_large_pool_is_searched_alike_with_and_without_a_compiler(
    compiler: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "DENSE_POOL", 0)
    if not compiler:
        monkeypatch.setattr(dispatch, "find_spec", lambda _name: None)
        monkeypatch.setattr(scan, "search", None)
    people = crowd().ordered(0)
    found = dispatch.candidates(features(people), Criteria(), 4)
    expected = dense.search(question(crowd(), Criteria(), 4))
    np.testing.assert_array_equal(found.mentor_index, expected.mentor_index)
    np.testing.assert_array_equal(found.score, expected.score)


def test_a_list_holds_the_best_and_of_equals_the_first_of_the_pool() -> None:
    people = pool([speaker(f"m{n}", level) for n, level in enumerate((5, 3, 5, 4, 5))], [speaker("e")])
    for search in (dense.search, scan.search):
        known = features(people)
        found = search(Question(known, Criteria(), 3, cells(known.mentees.members, known.mentors.members, ())))
        assert found.mentor_index.tolist() == [0, 2, 4]
