"""Every language has every template, and says all of it in words of its own."""

import re
from collections.abc import Iterator

import pytest
from babel import Locale
from jinja2 import nodes

from services.notifications.rendering.templates import FOLDER, Templates
from tests.unit.notifications.variants import asked, parsed

TEMPLATES = Templates(markup=False)
LANGUAGES = sorted(TEMPLATES.languages)
TRANSLATED = [language for language in LANGUAGES if language != "en"]
ENGLISH = {file.name for file in (FOLDER / "en").iterdir()}
COUNTED = range(200)
"""Whole numbers as they come up; French and Spanish have another form for millions alone."""


def trees(language: str) -> Iterator[tuple[str, nodes.Template]]:
    for file in sorted((FOLDER / language).iterdir()):
        yield file.name, parsed(language, file.name.removesuffix(".jinja"))


def blocks(language: str) -> dict[str, set[str]]:
    return {name: {block.name for block in tree.find_all(nodes.Block)} for name, tree in trees(language)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_has_exactly_the_templates_that_english_has(language: str) -> None:
    assert {file.name for file in (FOLDER / language).iterdir()} == ENGLISH


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_template_has_the_blocks_of_the_english_one(language: str) -> None:
    of_english, found = blocks("en"), blocks(language)
    assert found["nouns.jinja"] >= of_english["nouns.jinja"] - {"Other", "Event"}
    assert {name: found[name] for name in found if name != "nouns.jinja"} == {
        name: of_english[name] for name in of_english if name != "nouns.jinja"
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_tells_apart_what_english_tells_apart(language: str) -> None:
    """Each code that English has a word for has one, and no code is looked for that English does not know."""
    types = {name.removesuffix(".jinja") for name in ENGLISH}
    of_english, found = ({name: asked(parsed(each, name)) for name in types} for each in ("en", language))
    assert found == of_english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_has_all_the_forms_that_the_language_has_for_whole_numbers(language: str) -> None:
    rule = Locale.parse(language, sep="-").plural_form
    needed = {rule(number) for number in COUNTED} | {"other"}
    plurals = [
        (name, {each.key for each in call.kwargs})
        for name, tree in trees(language)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "plural"
    ]
    assert plurals
    assert [name for name, given in plurals if given != needed] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_writes_a_code_where_a_word_should_stand(language: str) -> None:
    """Facts are asked, counted or put into a date; none is printed as it came, but the level on its scale."""
    printed = [
        f"{name}: facts.{part.attr}"
        for name, tree in trees(language)
        for output in tree.find_all(nodes.Output)
        for part in output.nodes
        if isinstance(part, nodes.Getattr) and isinstance(part.node, nodes.Name) and part.node.name == "facts"
    ]
    assert set(printed) <= {"milestone.completed.jinja: facts.level"}
    assert not [name for name, source in sources(language) if re.search(r"\bfacts\.\w+\s*~|~\s*facts\.", source)]


def sources(language: str) -> Iterator[tuple[str, str]]:
    for file in sorted((FOLDER / language).iterdir()):
        yield file.name, file.read_text("utf-8")
