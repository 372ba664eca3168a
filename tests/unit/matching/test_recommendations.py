"""The best partners for one member."""

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Rules
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.engine.recommendations import recommend
from tests.unit.matching.people import MONDAY, everything_visible, places, pool, speaker

PEOPLE = pool(
    [speaker(f"m{level}", level) for level in range(1, 6)], [speaker(f"e{level}", level) for level in range(1, 6)]
)


def ids(people: Pool, member_id: str, role: Role, count: int = 3, criteria: Criteria | None = None) -> list[str]:
    found = recommend(people, criteria or Criteria(), member_id, role, count, visible=everything_visible)
    return [one.mentor_id if role is Role.MENTEE else one.mentee_id for one in found]


def test_a_mentee_is_shown_the_best_mentors_first() -> None:
    assert ids(PEOPLE, "e5", Role.MENTEE) == ["m5", "m4", "m3"]


def test_a_mentor_is_shown_the_best_mentees_first() -> None:
    assert ids(PEOPLE, "m5", Role.MENTOR) == ["e5", "e4", "e3"]


def test_the_reasons_speak_to_the_member() -> None:
    (best,) = recommend(PEOPLE, Criteria(), "e5", Role.MENTEE, 1, visible=everything_visible)
    assert (best.score, best.reasons) == (1.0, ("you share a language: en at level 5",))


def test_mentors_who_are_full_or_excluded_are_not_recommended() -> None:
    full = Pool((Place(speaker("full"), 0), *PEOPLE.mentors), PEOPLE.mentees, MONDAY, blocked=frozenset({("e5", "m5")}))
    assert ids(full, "e5", Role.MENTEE, 9, Criteria(Rules(shared_language_level=3))) == ["m4", "m3"]


def test_equals_are_recommended_in_the_same_order_however_they_come() -> None:
    equals = places([speaker(f"m{i}") for i in range(20)])
    mentees = places([speaker("e")])
    forward, backward = Pool(equals, mentees, MONDAY), Pool(equals[::-1], mentees, MONDAY)
    assert ids(forward, "e", Role.MENTEE, 20) == ids(backward, "e", Role.MENTEE, 20)


def test_someone_who_is_not_in_the_pool_is_recommended_nobody() -> None:
    assert ids(PEOPLE, "stranger", Role.MENTEE) == []
