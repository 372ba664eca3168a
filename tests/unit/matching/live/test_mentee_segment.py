"""Mentees as the compiled search reads them: whoever is struck out has left nothing."""

import pytest

from services.matching.domain.member import Day, Language, Skill, Window
from services.matching.engine.lexicon import lexicon_of
from services.matching.engine.pool import Criteria
from services.matching.engine.tables import wanted
from services.matching.engine.words import plain
from services.matching.live.asker import Asker, mentor_who_asks
from services.matching.live.labels import number
from services.matching.live.mentee_segment import MenteeSegment
from services.matching.live.segment import DoesNotFit, Person
from tests.unit.matching.people import MONDAY, offers, person, seeks

LEXICON = lexicon_of([("sailing", "law", "tax")] * 5, number)


def key(skill: Skill) -> int:
    return number(plain(skill.label))


def segment_of(count: int) -> MenteeSegment:
    about = {
        "organization": "Acme",
        "industry": "law",
        "seniority": 1,
        "time_zone": "UTC",
        "availability": (Window(Day.MON, "09:00", "11:00"),),
        "languages": (Language("en", 4),),
        "goals": ("sailing",),
    }
    return MenteeSegment(
        [
            Person(person(f"e{number}", skills=seeks("law", "tax"), **about), frozenset({"fair"}), seen=True)
            for number in range(count)
        ],
        LEXICON,
        MONDAY,
        key,
    )


def asking(*labels: str) -> Asker:
    mentor = person("m", skills=offers(*labels), goals=("sailing",), languages=(Language("en", 5),), industry="law")
    return mentor_who_asks(mentor, {number(plain(each)): 3 for each in labels}, LEXICON, MONDAY, ("fair",), seen=True)


def found(segment: MenteeSegment, asker: Asker, k: int = 9) -> list[str]:
    return [each.member_id for each in segment.best(asker, wanted(Criteria()), k)]


def test_only_those_who_are_open_are_found_and_the_same_each_time() -> None:
    segment = segment_of(5)
    assert found(segment, asking("law")) == []
    for row in segment.rows().values():
        segment.open(row, True)
    for _ in range(3):
        assert sorted(found(segment, asking("law"))) == [f"e{number}" for number in range(5)]
    segment.open(segment.rows()["e3"], False)
    assert sorted(found(segment, asking("law"))) == ["e0", "e1", "e2", "e4"]


def test_nothing_of_one_mentor_is_left_for_the_next() -> None:
    segment = segment_of(1)
    segment.open(segment.rows()["e0"], True)
    [alone] = segment.best(asking("sewing"), wanted(Criteria()), 1)
    segment.best(asking("law", "tax"), wanted(Criteria()), 1)
    assert segment.best(asking("sewing"), wanted(Criteria()), 1) == [alone]


def test_of_whoever_is_struck_out_no_row_of_the_arrays_speaks_any_more() -> None:
    segment = segment_of(5)
    for row in segment.rows().values():
        segment.open(row, True)
    gone = segment.rows()["e2"]
    shelf = segment._laid.shelf
    rows = [getattr(shelf, name) + gone for name in ("skills", "goals", "languages", "free", "gatherings")]
    assert all(shelf.content[shelf.start[row] : shelf.start[row + 1]].any() for row in rows)
    segment.strike_out([gone])
    assert not any(shelf.content[shelf.start[row] : shelf.start[row + 1]].any() for row in rows)
    assert segment._laid.mentees[gone] == segment._laid.mentees[-1]
    assert "e2" not in segment.ids
    assert sorted(found(segment, asking("law"))) == ["e0", "e1", "e3", "e4"]
    segment.strike_out(list(segment.rows().values()))
    assert (segment.alive, found(segment, asking("law"))) == (0, [])


def test_who_says_more_than_there_is_room_for_is_left_to_reading() -> None:
    languages = tuple((number("en"), 3) for _ in range(20_000))
    asker = Asker(skills=(), words=(), languages=languages, organization=None, industry=None, seniority=-1)
    with pytest.raises(DoesNotFit):
        found(segment_of(1), asker)
