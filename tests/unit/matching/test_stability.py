"""No two who would both rather have each other."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.match_run import Mode, Objective
from services.matching.engine import stability
from services.matching.engine.candidates import candidates
from services.matching.engine.features import features
from services.matching.engine.locks import without_locked_seats
from services.matching.engine.matching import Match, match
from services.matching.engine.pool import Criteria, Pool, unordered
from tests.unit.matching.crowds import all_criteria, crowds
from tests.unit.matching.people import everything_visible, offers, person, pool, seeks


def stable(people: Pool, criteria: Criteria, **more: Any) -> Match:
    return match(people, criteria, Objective.BEST_SCORE, visible=everything_visible, mode=Mode.STABLE, **more)


def blocking(people: Pool, criteria: Criteria, result: Match, locked: Any = ()) -> list[tuple[str, str]]:
    """The allowed pairs of whom each has a free seat or somebody who fits worse."""
    open_pool = without_locked_seats(people, locked)
    known = features(open_pool)
    every = candidates(known, criteria, len(people.mentors))
    seats = {place.member.id: place.capacity for place in open_pool.mentors}
    wanted = {place.member.id: place.capacity for place in open_pool.mentees}
    together = {(pair.mentor_id, pair.mentee_id) for pair in result.pairs}
    free = [pair for pair in result.pairs if not pair.locked]
    has_mentor = {one: [pair.score for pair in free if pair.mentor_id == one] for one in seats}
    has_mentee = {one: [pair.score for pair in free if pair.mentee_id == one] for one in wanted}
    found = []
    for mentor_row, mentee_row, score in zip(every.mentor_index, every.mentee_index, every.score / 10_000, strict=True):
        mentor, mentee = known.mentors.members[mentor_row].id, known.mentees.members[mentee_row].id
        mentor_would = len(has_mentor[mentor]) < seats[mentor] or min(has_mentor[mentor], default=2) < score
        mentee_would = len(has_mentee[mentee]) < wanted[mentee] or min(has_mentee[mentee], default=2) < score
        if mentor_would and mentee_would and (mentor, mentee) not in together:
            found.append((mentor, mentee))
    return found


@settings(deadline=None)
@given(crowds(), all_criteria(), st.integers(1, 3), st.data())
def test_no_allowed_pair_would_rather_have_each_other(
    people: Pool, criteria: Criteria, k: int, data: st.DataObject
) -> None:
    result = stable(people, criteria, k=k)
    assert blocking(people, criteria, result) == []
    pairs = [(one.member.id, other.member.id) for one in people.mentors for other in people.mentees]
    pairs = [
        (one, other)
        for one, other in pairs
        if one != other and unordered(one, other) not in people.blocked and (one, other) not in people.forbidden
    ]
    able = {p.member.id for p in people.mentors if p.capacity}, {p.member.id for p in people.mentees if p.capacity}
    pairs = [(one, other) for one, other in pairs if one in able[0] and other in able[1]]
    if pairs:
        locked = [data.draw(st.sampled_from(pairs))]
        assert blocking(people, criteria, stable(people, criteria, k=k, locked=locked), locked) == []


def town(mentees: int) -> Pool:
    """Everybody seeks the same few: short lists run out."""
    labels = [f"s{n}" for n in range(20)]
    return pool(
        [person(f"m{n}", skills=offers(*labels[: 1 + n % 20]), seniority=n % 5) for n in range(mentees // 2)],
        [person(f"e{n}", skills=seeks(*labels[n % 7 : n % 7 + 6]), seniority=n % 3) for n in range(mentees)],
        capacity=2,
        blocked=frozenset(unordered(f"m{n % (mentees // 2)}", f"e{n}") for n in range(0, mentees, 9)),
    )


@pytest.mark.parametrize("k", [2, 300])
def test_short_lists_are_lengthened_until_it_holds_for_all_pairs(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "_MOST_EDGES", 1_000)
    people = town(300)
    result = stable(people, Criteria(), k=k)
    assert blocking(people, Criteria(), result) == []
    assert result.summary.matched == 300


def test_the_length_of_the_lists_changes_nothing() -> None:
    people = town(200)
    assert stable(people, Criteria(), k=1) == stable(people, Criteria(), k=100)


def test_the_order_in_which_people_come_changes_nothing() -> None:
    people = town(60)
    backward = replace(people, mentors=people.mentors[::-1], mentees=people.mentees[::-1])
    assert stable(backward, Criteria(), k=3) == stable(people, Criteria(), k=3)
