"""Goals that are said in other words find who can help, where a model is installed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.matching.domain.member import Member
from services.matching.domain.parts import Part
from services.matching.engine.candidates import PARTS, Candidates, candidates
from services.matching.engine.explanations import Audience
from services.matching.engine.features import Features, features
from services.matching.engine.marks import cells
from services.matching.engine.pool import Criteria
from services.matching.engine.scan import search
from services.matching.engine.search import Question
from services.matching.engine.suggestions import suggestion
from services.matching.engine.words import tokens
from services.matching.themes.encoder import Encoder, NoModel, require_model
from services.matching.themes.names import THEMES, spoken
from services.matching.themes.themes import NEAREST, Themes
from services.profiles.skill_lists.own import shipped
from tests.sentence_model import sentence_model
from tests.unit.matching.people import everything_visible, nothing_visible, offers, person, pool
from tests.unit.matching.said_otherwise import SAID_OTHERWISE


@pytest.fixture(scope="module")
def themes() -> Themes:
    return Themes(sentence_model())


def about(themes: Themes, member: Member) -> Member:
    labels = [skill.label for skill in member.skills]
    return replace(member, goal_themes=themes.of(member.goals), skill_themes=themes.of(labels))


def people(themes: Themes) -> Features:
    """A mentee with each goal, and a mentor who knows about it, in no order that would help."""
    mentors = [about(themes, person(f"m{n:02}", goals=(knows,))) for n, (_, knows) in enumerate(SAID_OTHERWISE)]
    mentees = [about(themes, person(f"e{n:02}", goals=(wants,))) for n, (wants, _) in enumerate(SAID_OTHERWISE)]
    return features(pool(mentors, mentees).ordered(0))


def firsts(known: Features, found: Candidates) -> int:
    """How many mentees fit the goals of nobody as well as those of the mentor who knows about theirs."""
    points = np.full((len(SAID_OTHERWISE),) * 2, -1)
    points[found.mentee_index, found.mentor_index] = found.parts[:, PARTS.index(Part.GOALS)]
    right = {member.id[1:]: row for row, member in enumerate(known.mentors.members)}
    own = [right[member.id[1:]] for member in known.mentees.members]
    return sum(row[one] > 0 and (row >= row[one]).sum() == 1 for row, one in zip(points, own, strict=True))


def test_who_can_help_is_found_though_they_say_it_in_other_words(themes: Themes) -> None:
    by_words, by_themes = (people(each) for each in (Themes(None), themes))
    assert firsts(by_words, candidates(by_words, Criteria())) <= 3
    # 21 on one processor; models in 8 bits come out a little otherwise on others.
    assert firsts(by_themes, candidates(by_themes, Criteria())) >= 18


def test_the_compiled_search_finds_the_same(themes: Themes) -> None:
    known = people(themes)
    nobody = cells(known.mentees.members, known.mentors.members, ())
    every, compiled = candidates(known, Criteria(), 10), search(Question(known, Criteria(), 10, nobody))
    for name in ("mentor_index", "mentee_index", "score", "parts"):
        np.testing.assert_array_equal(getattr(compiled, name), getattr(every, name))


def test_a_text_has_the_same_few_themes_whatever_is_asked_beside_it(themes: Themes) -> None:
    wants, knows = "I want to get better at speaking in front of large audiences", "Coaching on stage fright"
    alone = themes.of([wants])
    assert {"theme_public_speaking", "theme_presentation_skills"} <= set(alone)
    assert len(alone) == NEAREST
    assert set(alone) <= set(themes.of([wants, knows, wants]))
    assert Themes(sentence_model()).of([wants]) == alone


def test_what_is_about_nothing_on_the_list_has_no_theme(themes: Themes) -> None:
    assert themes.of([]) == ()
    assert themes.of(["qqqq zzzz xxxx"]) == ()


def test_each_theme_is_one_word_of_its_own_to_the_engine() -> None:
    assert len({tokens(theme) for theme in THEMES}) == len(THEMES) == 344
    assert all(len(tokens(theme)) == 1 for theme in THEMES)
    assert spoken("theme_c++") == "C++"


def test_the_themes_are_the_skills_that_come_with_the_profiles() -> None:
    assert {spoken(theme) for theme in THEMES} == {concept.label for concept in shipped()}


def test_a_reason_names_what_the_goals_come_close_to_and_only_to_who_may_see_it(themes: Themes) -> None:
    mentor = about(themes, person("m", skills=offers("Presentation skills", "Public speaking")))
    mentee = about(themes, person("e", goals=("Lose my fear of talking to a crowd",)))
    known = features(pool([mentor], [mentee]))
    found = candidates(known, Criteria())

    def told(visible: object, audience: Audience) -> str:
        told = suggestion(known, found, 0, visible, audience)  # type: ignore[arg-type]
        return dict(zip(told.parts, told.reasons, strict=True))[Part.GOALS]

    assert told(everything_visible, Audience.MENTEE).startswith("knows about what your goals come close to: ")
    assert "Public speaking" in told(everything_visible, Audience.STAFF)
    assert "details are private" in told(nothing_visible, Audience.STAFF)
    assert "Public speaking" not in told(nothing_visible, Audience.MENTEE)


def test_a_folder_without_a_model_is_refused_and_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"lacks model\.onnx and tokenizer\.json"):
        require_model(tmp_path)
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    require_model(tmp_path)
    with pytest.raises(NoModel, match="cannot be loaded"):
        Encoder(tmp_path)
