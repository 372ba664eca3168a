"""Mentors as the compiled search reads them: whoever is struck out has left nothing."""

import numpy as np
import pytest

from services.matching.domain.member import Day, Language, Window
from services.matching.engine.lexicon import lexicon_of
from services.matching.engine.pool import Criteria
from services.matching.engine.tables import wanted
from services.matching.live.asker import Asker, asker_of
from services.matching.live.labels import Labels, number
from services.matching.live.segment import DoesNotFit, Person, Segment
from tests.unit.matching.people import MONDAY, offers, person, seeks

LEXICON = lexicon_of([("sailing", "law", "tax")] * 5, number)


def people(count: int) -> list[Person]:
    about = {
        "organization": "Acme",
        "industry": "law",
        "seniority": 3,
        "time_zone": "UTC",
        "availability": (Window(Day.MON, "09:00", "11:00"),),
        "languages": (Language("en", 4),),
        "goals": ("sailing",),
    }
    return [
        Person(person(f"m{number}", skills=offers("law", "tax", level=3), **about), frozenset({"fair"}), seen=True)
        for number in range(count)
    ]


def segment_of(count: int) -> Segment:
    return Segment(people(count), LEXICON, MONDAY)


def found(segment: Segment, asker: Asker, k: int = 9) -> list[str]:
    return [each.member_id for each in segment.best(asker, wanted(Criteria()), k)]


def asking() -> Asker:
    mentee = person("e", skills=seeks("law"), goals=("sailing",), languages=(Language("en", 5),), industry="law")
    return asker_of(mentee, Labels(), LEXICON, MONDAY, ("fair",), seen=True)


def test_only_those_who_are_open_are_found_and_the_same_each_time() -> None:
    segment = segment_of(5)
    assert found(segment, asking()) == []
    for row in segment.rows().values():
        segment.open(row, True)
    for _ in range(3):
        assert sorted(found(segment, asking())) == [f"m{number}" for number in range(5)]
    segment.open(segment.rows()["m3"], False)
    assert sorted(found(segment, asking())) == ["m0", "m1", "m2", "m4"]


def test_of_whoever_is_struck_out_no_row_of_the_arrays_speaks_any_more() -> None:
    segment = segment_of(5)
    for row in segment.rows().values():
        segment.open(row, True)
    gone = segment.rows()["m2"]
    segment.strike_out([gone])
    laid, shelf = segment._laid, segment._laid.shelf
    turned_round = shelf.content[shelf.start[shelf.by_skill] : shelf.start[shelf.topics]]
    assert gone not in turned_round[:, 0]
    said = shelf.content[shelf.start[shelf.topics + gone] : shelf.start[shelf.topics + gone + 1]]
    assert said.size > 0
    assert not said.any()
    assert gone not in laid.members
    assert laid.mentors[gone] == laid.mentors[segment._nobody]
    assert "m2" not in segment.ids
    assert sorted(found(segment, asking())) == ["m0", "m1", "m3", "m4"]
    segment.strike_out(list(segment.rows().values()))
    assert (segment.alive, found(segment, asking())) == (0, [])


def test_no_text_is_kept() -> None:
    segment = segment_of(1)
    for codes in (segment._labels, segment._words, segment._names, segment._languages):
        assert all(isinstance(each, int) for each in codes)
    assert not any(isinstance(each, np.ndarray) and each.dtype == object for each in segment._laid)


def test_there_is_a_place_for_each_word_that_whoever_asks_may_name() -> None:
    # Compiled code looks at no bounds: beyond them it would write over what belongs to others.
    segment = segment_of(1)
    assert segment._words
    assert len(segment._scratch.word) > max(segment._words.values())


def test_who_says_more_than_there_is_room_for_is_left_to_reading() -> None:
    segment = segment_of(1)
    asker = asker_of(person("e", skills=seeks(*map(str, range(300)))), Labels(), LEXICON, MONDAY, (), seen=False)
    with pytest.raises(DoesNotFit):
        found(segment, asker)
