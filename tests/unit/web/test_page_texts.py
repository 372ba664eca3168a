"""The texts of pages: each language says what English says, of the same things."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta

from services.events.api.act_pages import TEXTS as EVENTS
from services.matching.api.act_pages import TEXTS as MATCHING
from services.matching.domain.questions import SurveyKind, questions
from shared.web.act_pages import languages, writing
from shared.web.act_pages.languages import LANGUAGES

FRAME = Path(writing.__file__).parent / "texts"
FOLDERS = {"all pages": FRAME, "matching": MATCHING, "events": EVENTS}
FILES = sorted((name, file.name) for name, folder in FOLDERS.items() for file in (folder / "en").iterdir())
THINGS = [(name, file) for name, file in FILES if file not in ("frame.jinja", "refusals.jinja")]
OTHERS = [each for each in LANGUAGES if each != "en"]


def blocks(folder: Path, language: str, file: str) -> set[str]:
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    return set(environment.get_template(f"{language}/{file}").blocks)


def speaks_of(folder: Path, language: str, file: str) -> set[str]:
    source = (folder / language / file).read_text("utf-8")
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(source))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("place", FOLDERS)
def test_a_language_has_the_files_of_english(place: str, language: str) -> None:
    names = [sorted(file.name for file in (FOLDERS[place] / each).iterdir()) for each in ("en", language)]
    assert names[0] == names[1]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(("place", "file"), FILES)
def test_a_language_says_and_asks_what_english_does(place: str, file: str, language: str) -> None:
    folder = FOLDERS[place]
    assert blocks(folder, language, file) == blocks(folder, "en", file)
    assert speaks_of(folder, language, file) == speaks_of(folder, "en", file)


@pytest.mark.parametrize(("place", "file"), THINGS)
def test_every_thing_has_all_that_a_page_says(place: str, file: str) -> None:
    assert {"title", "body", "button", "done", "already", "over"} <= blocks(FOLDERS[place], "en", file)


def test_every_question_is_asked_in_words() -> None:
    asked = {each.code for kind in SurveyKind for each in questions(kind, of_mentee=True, peers=False)}
    assert {f"label_rating_{code}" for code in asked} <= blocks(MATCHING, "en", "feedback.jinja")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("fr_CA", "fr"),
        ("AR-eg", "ar"),
        ("pt-BR", "en"),
        ("", "en"),
        (None, "en"),
        ("e", "en"),
    ],
)
def test_a_locale_is_read_in_its_language_or_in_english(locale: str | None, language: str) -> None:
    assert languages.spoken(locale) == language
