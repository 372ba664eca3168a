"""The list of skills that comes with the service: whoever adds to it is told what would confuse people."""

from collections import defaultdict

from services.profiles.domain.concept import LONGEST_LABEL, circle, folded
from services.profiles.skill_lists.own import shipped

SKILLS = shipped()


def test_it_is_long_enough_to_start_with_and_short_enough_to_read() -> None:
    assert 280 <= len(SKILLS) <= 350


def test_ids_are_its_own_and_unique() -> None:
    ids = [skill.id for skill in SKILLS]
    assert len({*ids}) == len(ids)
    assert all(each.startswith("ithaca:") and each.isascii() and " " not in each for each in ids)


def test_no_word_for_a_skill_is_a_word_for_another() -> None:
    meant: dict[str, set[str]] = defaultdict(set)
    for skill in SKILLS:
        for text in (skill.label, *skill.synonyms):
            assert 0 < len(text) <= LONGEST_LABEL
            meant[folded(text)].add(skill.id)
    assert {text: ids for text, ids in meant.items() if len(ids) > 1} == {}
    assert "" not in meant


def test_every_skill_belongs_to_one_that_is_there_and_none_to_itself() -> None:
    ids = {skill.id for skill in SKILLS}
    assert {skill.broader for skill in SKILLS if skill.broader} <= ids
    assert circle(SKILLS) is None


def test_the_professions_are_all_there() -> None:
    roots = {skill.id for skill in SKILLS if skill.broader is None}
    wanted = {"engineering", "software-engineering", "data-analysis", "law", "medicine", "finance", "teaching"}
    wanted |= {"research", "management", "communication", "languages", "sustainability", "trades"}
    assert {f"ithaca:{each}" for each in wanted | {"public-administration"}} <= roots
