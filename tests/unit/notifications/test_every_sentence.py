"""Every language says everything: each example, each code, each part, with and without what is optional."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from services.notifications.domain.catalog import EVENT_CANCELLED
from services.notifications.domain.notification import Notification
from services.notifications.rendering.templates import Templates
from services.notifications.rendering.words import Wording, Words
from shared.contracts.message_type import PREFIX
from tests.unit.notifications.news import ADA, NOTHING, PROGRAM, SUMMIT, all_news, one, person, world
from tests.unit.notifications.variants import variants

WORDING = Wording()
LANGUAGES = sorted(Templates(markup=False).languages)
TRANSLATED = [language for language in LANGUAGES if language != "en"]

BASES: dict[str, list[Notification]] = {}
for _news in all_news().values():
    BASES.setdefault(_news.type.removeprefix(PREFIX).rpartition(".")[0], []).append(_news)

NAMES = ("Ada Okafor", "Ben Lindqvist", "Annual Summit", "Breakfast", "Summit mentoring 2026", "Congress Center, Milan")

ENGLISH = re.compile(r"\b(the|you|your|with|has|have|of|and|to|mentorship|member|event|session|meeting|time)\b", re.I)

ROLES = {
    "en": r"\bment(or|ee)s?\b(?!: neither)",
    "de": r"\bMent(or|orin|ee)(s|en|innen)?\b",
    "fr": r"\bmentor(e|é|ée)?s?\b",
    "es": r"\bmentor(a|es|as|izad\w+)?\b|\bmentees?\b|\b(da|dan|dará|dar|darle|dé|diera|recibir) (la )?mentoría\b",
    "ar": r"مرشد|مسترشد|(تقديم|تلقي|يقدم) الإرشاد",
}
"""What peers are never called, by language."""

MINUTES = {
    "en": ["0 minutes", "1 minute", "2 minutes", "3 minutes", "11 minutes", "100 minutes"],
    "de": ["0 Minuten", "1 Minute", "2 Minuten", "3 Minuten", "11 Minuten", "100 Minuten"],
    "fr": ["0 minute", "1 minute", "2 minutes", "3 minutes", "11 minutes", "100 minutes"],
    "es": ["0 minutos", "1 minuto", "2 minutos", "3 minutos", "11 minutos", "100 minutos"],
    "ar": ["0 دقيقة", "دقيقة واحدة", "دقيقتين", "3 دقائق", "11 دقيقة", "100 دقيقة"],
}
"""Of 0, 1, 2, 3, 11 and 100."""


@cache
def words(notification: Notification, language: str, *, markup: bool = False, program: str = "one_to_one") -> Words:
    reader = person(notification.member_id, "Ada", "Okafor", locale=language, time_zone="Europe/Rome")
    known = world(program_format=program)
    return WORDING.words(notification, replace(known, people={**known.people, reader.id: reader}), markup=markup)


def said(spoken: Words) -> list[str]:
    return [spoken.title, *spoken.paragraphs, spoken.action, *([spoken.calendar] if spoken.calendar else [])]


@cache
def all_variants(name: str) -> Sequence[Notification]:
    """Of every example, and, for whoever it is first told, of every code."""
    bases = BASES[name]
    return [*bases, *variants(max(bases, key=lambda each: sum(1 for fact in _given(each))), name)]


def _given(notification: Notification) -> list[str]:
    return [fact for fact in notification.facts.__slots__ if getattr(notification.facts, fact) is not None]


def faults(text: str, language: str) -> list[str]:
    """What no text may have: a code, a hole, a placeholder, a space where none belongs or none where one does."""
    found = re.findall(r"None|[{}#%<>]|\w_\w|unheard|\n|  | [.,،]|\.\.|,,|\(\)|,[^ \d]|:\.| $|^ ", text)
    before = r"[^\u00a0\d][?!:;»]|«[^\u00a0]|[ ][?!:;»]" if language == "fr" else r"\s[?!:;؟؛»”“](?=\s|$)"
    return found + re.findall(before, text)


def names_no_role(notification: Notification, spoken: Words) -> bool:
    """Of peers: nobody is called mentor or mentee. Flash programs are another format; no peer is told to ask first."""
    facts = notification.facts
    if facts.program_id is None or facts.state == "active" or facts.kind == "first_request":
        return True
    return "neither of you" in spoken.body or not re.search(ROLES[spoken.language], " ".join(said(spoken)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BASES)
def test_everything_is_said_in_whole_sentences(name: str, language: str) -> None:
    for notification, program in product(all_variants(name), ("one_to_one", "peer")):
        spoken = words(notification, language, program=program)
        assert spoken.language == language
        assert all(said(spoken)), spoken
        assert spoken.paragraphs
        assert [(text, odd) for text in said(spoken) if (odd := faults(text, language))] == []
        assert all(text.endswith((".", "!", "?", "؟")) for text in spoken.paragraphs), spoken
        assert not spoken.title.endswith((".", ","))
        assert program == "one_to_one" or names_no_role(notification, spoken), spoken
        assert all(text[0] in "«„" or text[0].upper() == text[0] for text in said(spoken)), spoken


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("name", BASES)
def test_nothing_is_left_in_english_and_no_name_or_number_is_left_out(name: str, language: str) -> None:
    for notification, program in product(all_variants(name), ("one_to_one", "peer")):
        both = [words(notification, each, program=program) for each in ("en", language)]
        assert len(both[0].paragraphs) == len(both[1].paragraphs), both
        english, spoken = (" ".join(said(each)) for each in both)
        assert [each for each in NAMES if each in english and each not in spoken] == []
        of_english, of_it = (set(re.findall(r"\d+", each)) for each in (english, spoken))
        hours = {str(hour) for hour in range(24)}  # An afternoon is said otherwise.
        assert of_english - hours <= of_it, (english, spoken)
        for each in NAMES:
            spoken = spoken.replace(each, "")
        assert ENGLISH.findall(spoken) == [], spoken


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BASES)
def test_html_says_the_same_as_the_text_whoever_and_whatever_is_known(name: str, language: str) -> None:
    reader = person(ADA, "", "", locale=language)
    for notification in BASES[name]:
        for known in (NOTHING, world()):
            of_ada = replace(known, people={**known.people, notification.member_id: replace(reader)})
            text, html = (WORDING.words(notification, of_ada, markup=markup) for markup in (False, True))
            bare = [re.sub(r"</?bdi>", "", each).replace("&#39;", "'").replace("&#34;", '"') for each in said(html)]
            assert [re.sub("[\u2068\u2069]", "", each) for each in said(text)] == bare
            assert [odd for each in said(text) for odd in faults(re.sub("[\u2068\u2069]", "", each), language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_are_counted_by_the_rules_of_the_language(language: str) -> None:
    spoken = [words(one("session.confirmed.v1", duration_minutes=each), language) for each in (0, 1, 2, 3, 11, 100)]
    for text, minutes in zip(spoken, MINUTES[language], strict=True):
        assert re.search(rf"(?<!\d){re.escape(minutes)}(?!\w)", text.body), text.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_large_number_has_the_separators_of_the_reader(language: str) -> None:
    body = words(one("session.confirmed.v1", duration_minutes=1440), language).body
    assert {"en": "1,440", "de": "1.440", "fr": "1\u202f440", "es": "1440", "ar": "1,440"}[language] in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_event_and_a_program_not_known_yet_have_a_noun(language: str) -> None:
    reader = person(ADA, "Ada", "Okafor", locale=language)
    news = [BASES[EVENT_CANCELLED.removesuffix(".v1")][0], one("request.accepted.v1")]
    for notification in news:
        spoken = " ".join(said(WORDING.words(notification, replace(NOTHING, people={ADA: reader}))))
        assert SUMMIT not in spoken
        assert PROGRAM not in spoken
