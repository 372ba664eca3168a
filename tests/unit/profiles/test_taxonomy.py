"""What is found for what somebody types, and what exactly names a skill."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profiles.domain.concept import Concept, circle, folded
from services.profiles.domain.taxonomy import Taxonomy
from services.profiles.skill_lists.own import shipped

SHIPPED = Taxonomy([shipped()])


def labels(text: str, taxonomy: Taxonomy = SHIPPED, limit: int = 5) -> list[str]:
    return [found.concept.label for found in taxonomy.search(text, limit=limit)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("project management", "Project management"),
        ("PROJECT  Management", "Project management"),
        ("management project", "Project management"),
        ("pro man", "Project management"),
        ("projct managment", "Project management"),
        ("pyhton", "Python"),
        ("pytho", "Python"),
        ("kuberentes", "Kubernetes"),
        ("machne lerning", "Machine learning"),
        ("managing people", "People management"),
        ("führung", "Leadership"),
        ("fuhrung", "Leadership"),
        ("gestion de projet", "Project management"),
        ("gestión de proyectos", "Project management"),
        ("team work", "Teamwork"),
        ("javaskript", "JavaScript"),
        ("java script", "JavaScript"),
        ("negociation", "Negotiation"),
        ("c", "C (programming language)"),
        ("C++", "C++"),
        ("c#", "C#"),
        ("R", "R (programming language)"),
        ("node.js", "Node.js"),
        ("excel", "Spreadsheets"),
        ("ai", "Artificial intelligence"),
    ],
)
def test_what_was_meant_comes_first(typed: str, meant: str) -> None:
    assert labels(typed)[0] == meant


@pytest.mark.parametrize("typed", ["xqzzkw", "☃ xqzzkw", "project xqzzkw"])
def test_what_means_nothing_finds_nothing(typed: str) -> None:
    assert labels(typed) == []


@pytest.mark.parametrize("typed", ["", "  ", "☃", "...", "\0"])
def test_without_a_word_there_is_everything_by_label(typed: str) -> None:
    found = labels(typed, limit=1000)
    assert found == sorted(found, key=folded)
    assert len(found) == len(SHIPPED)


def test_a_synonym_leads_to_its_skill_once_and_is_named() -> None:
    found = SHIPPED.search("gestion", limit=100)
    assert len({each.concept.id for each in found}) == len(found)
    [first] = SHIPPED.search("gestion de projet", limit=1)
    assert first.matched == "gestion de projet"
    [first] = SHIPPED.search("project man", limit=1)
    assert first.matched is None


def test_the_whole_label_is_before_those_that_contain_it() -> None:
    assert labels("communication")[0] == "Communication"
    assert labels("management")[0] == "Management"


def test_what_is_typed_well_is_before_what_is_only_alike() -> None:
    taxonomy = Taxonomy([[Concept("a", "Pattern making"), Concept("b", "Patterns"), Concept("c", "Patters")]])
    assert labels("patterns", taxonomy)[0] == "Patterns"


def test_of_two_that_answer_alike_the_one_with_more_below_it_is_first() -> None:
    concepts = [Concept("a", "Product management"), Concept("b", "Project management"), Concept("c", "Scrum", "b")]
    assert labels("pro man", Taxonomy([concepts])) == ["Project management", "Product management"]


@settings(deadline=None)
@given(st.sampled_from(shipped()), st.data())
def test_every_beginning_of_a_label_and_its_words_in_any_order_find_it(skill: Concept, data: st.DataObject) -> None:
    words = folded(skill.label).split()
    shuffled = data.draw(st.permutations(words))
    assert skill.label in labels(" ".join(shuffled), limit=20)
    length = data.draw(st.integers(3, max(3, len(skill.label))))
    assert skill.label in labels(skill.label[:length], limit=200)


@settings(deadline=None)
@given(st.sampled_from([skill for skill in shipped() if len(folded(skill.label)) >= 5]), st.data())
def test_one_slip_in_a_word_still_finds_the_skill(skill: Concept, data: st.DataObject) -> None:
    words = folded(skill.label).split()
    number = data.draw(st.sampled_from([at for at, word in enumerate(words) if len(word) >= 5] or [None]))
    if number is None:
        return
    word = words[number]
    at = data.draw(st.integers(1, len(word) - 2))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    slips = {
        "missing": word[:at] + word[at + 1 :],
        "too many": word[:at] + letter + word[at:],
        "wrong": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }
    words[number] = data.draw(st.sampled_from(sorted(slips.values())))
    assert skill.label in labels(" ".join(words), limit=50)


@settings(deadline=None)
@given(st.text(max_size=120))
def test_whatever_is_typed_is_answered(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    found = SHIPPED.search(text, limit=200)
    assert [each.at for each in found] == sorted(each.at for each in found)


@settings(deadline=None)
@given(st.sampled_from(["", "a", "man", "pro man", "managment"]), st.integers(1, 7))
def test_pages_are_the_list_in_pieces(typed: str, limit: int) -> None:
    whole = SHIPPED.search(typed, limit=1000)
    pieces = list(SHIPPED.search(typed, limit=limit))
    while len(pieces) < len(whole):
        pieces += SHIPPED.search(typed, limit=limit, after=pieces[-1].at)
    assert pieces == list(whole)


def test_a_skill_that_an_earlier_list_has_is_shown_once_with_the_words_of_both() -> None:
    ours = [Concept("ithaca:pm", "Project management"), Concept("ithaca:m", "Management")]
    theirs = [
        Concept("esco:1", "project management", "esco:2", ("running projects",)),
        Concept("esco:2", "management"),
        Concept("esco:3", "manage a project budget", "esco:1"),
    ]
    taxonomy = Taxonomy([ours, theirs])
    [found] = taxonomy.search("running projects", limit=10)
    assert (found.concept.id, found.matched) == ("ithaca:pm", "running projects")
    assert taxonomy.concept("esco:1") == ours[0]
    broader = taxonomy.broader(theirs[2])
    assert broader is not None
    assert broader.id == "ithaca:pm"


def test_a_label_names_its_skill_whatever_its_case_accents_and_punctuation() -> None:
    for label in ("Project Management", "project-management", "GESTION DE PROJET", "gestión  de proyectos"):
        concept = SHIPPED.named(label)
        assert concept is not None
        assert concept.id == "ithaca:project-management"
    for label in ("project managment", "project", "", "☃"):
        assert SHIPPED.named(label) is None


def test_a_word_for_two_skills_names_neither_and_the_earlier_list_s_word_holds() -> None:
    first = [Concept("a", "Statics", None, ("forces",)), Concept("b", "Dynamics", None, ("forces", "motion"))]
    taxonomy = Taxonomy([first, [Concept("c", "Motion", None, ("forces",)), Concept("d", "Forces")]])
    motion, forces = taxonomy.named("motion"), taxonomy.named("forces")
    assert motion is not None
    assert motion.id == "b"
    assert forces is not None
    assert forces.id == "d"


def test_a_circle_is_found_wherever_it_begins() -> None:
    assert circle([Concept("a", "A", "b"), Concept("b", "B", "c"), Concept("c", "C", "b")]) in ("b", "c")
    assert circle([Concept("a", "A", "a")]) == "a"
    assert circle([Concept("a", "A", "b"), Concept("b", "B", "elsewhere")]) is None
