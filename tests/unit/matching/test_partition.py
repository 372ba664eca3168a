"""Candidates found part by part, by whoever and in whatever order, are those found at once."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.engine import partition
from services.matching.engine.candidates import Candidates, candidates, list_length
from services.matching.engine.features import features
from services.matching.engine.partition import candidates_of, parts, together
from services.matching.engine.pool import Criteria, Pool
from tests.examples import tried
from tests.unit.matching.crowds import all_criteria, crowds


def assert_same(one: Candidates, other: Candidates) -> None:
    for field in dataclasses.fields(Candidates):
        ours, theirs = (getattr(each, field.name) for each in (one, other))
        np.testing.assert_array_equal(ours, theirs, err_msg=field.name)
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype


@settings(deadline=None, max_examples=tried(300))
@given(crowds(), all_criteria(), st.integers(1, 9), st.integers(1, 3), st.data())
def test_the_parts_together_are_the_whole(
    people: Pool, criteria: Criteria, k: int, size: int, data: st.DataObject
) -> None:
    pairs = [(mentor.member.id, mentee.member.id) for mentor in people.mentors for mentee in people.mentees]
    locked = data.draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    known = features(people.ordered(0))
    mentees = len(people.mentees)
    rows = [range(first, min(first + size, mentees)) for first in range(0, max(1, mentees), size)]
    length = list_length(known, k)
    found = {each: candidates_of(known, criteria, length, locked, each) for each in data.draw(st.permutations(rows))}
    assert_same(together([found[each] for each in rows]), candidates(known, criteria, k, locked))


def test_every_mentee_is_in_one_part() -> None:
    for mentees in (0, 1, partition.PART, partition.PART + 1, 3 * partition.PART):
        rows = [row for each in parts(mentees) for row in each]
        assert rows == list(range(mentees))
    assert len(parts(0)) == 1
