"""What is peculiar to Arabic: six plurals, its own punctuation, names that run the other way."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from babel import Locale
from jinja2 import nodes

from services.notifications.rendering.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.rendering.templates import FOLDER
from services.notifications.rendering.words import Wording
from tests.unit.notifications.news import ADA, BEN, one, person, world
from tests.unit.notifications.test_every_sentence import BASES, NAMES, all_variants, said, words
from tests.unit.notifications.test_languages import trees

FIRST_PLAN = {"state": "published", "plan_version": 1}
ASKED = {"kind": "attendance", "answered": None, "disputed": None}
MINUTES = {
    0: "0 دقيقة",
    1: "دقيقة واحدة",
    2: "دقيقتين",
    3: "3 دقائق",
    10: "10 دقائق",
    11: "11 دقيقة",
    99: "99 دقيقة",
    100: "100 دقيقة",
    102: "102 دقيقة",
    103: "103 دقائق",
    1440: "1,440 دقيقة",
}
ROUNDS = {
    0: "0 جولة سريعة",
    1: "جولة سريعة واحدة",
    2: "جولتين سريعتين",
    3: "3 جولات سريعة",
    10: "10 جولات سريعة",
    11: "11 جولة سريعة",
    100: "100 جولة سريعة",
    103: "103 جولات سريعة",
}
STEPS = {
    1: "خطوة واحدة",
    2: "خطوتين",
    3: "3 خطوات",
    10: "10 خطوات",
    11: "11 خطوة",
    100: "100 خطوة",
    103: "103 خطوات",
}
MORE_THAN_NONE = {count: said_so for count, said_so in MINUTES.items() if count}

COUNTED = [
    ("session.proposed", {}, "duration_minutes", "لمدة {}.", MINUTES),
    ("session.confirmed", {}, "duration_minutes", "لمدة {}.", MINUTES),
    ("session.changed", {}, "duration_minutes", "لمدة {}.", MINUTES),
    ("session.held", {}, "action_count", "، مع الاتفاق على {}.", STEPS),
    ("feedback.requested", ASKED, "no_show_minutes", "بعد مرور {} على البداية.", MORE_THAN_NONE),
    ("rounds.published", FIRST_PLAN, "rounds", "تشمل مشاركتك {} في", ROUNDS),
    ("rounds.published", FIRST_PLAN, "round_minutes", "وتستغرق الجولة {}.", MORE_THAN_NONE),
]
"""Every place with a number: what else is the case, the fact, the sentence around it, and how it counts."""

GENDERED = (
    r"\b(ال)?(مرشد|مسترشد|منسق|منظم|زميل|مستخدم)(ة|ون|ين|ك|تك)?\b|\bعزيز[يت]\w*|"
    r"\b(تجد|تستطيع|تريد|ترغب|تقدم|تتلقى|اقرأ|اضغط|انقر|أكد|اقترح)(ي|ين)?\b|"
    rf"\b(وافق|اقترح|قبل|رفض|أرسل|كتب|ألغى|غير|وقع)ت? {FIRST_STRONG_ISOLATE}"
)
"""Nouns, verbs to the reader and verbs of the one told of by which they would be a man or a woman."""


@cache
def spoken(name: str) -> list[str]:
    found = [
        text
        for notification in all_variants(name)
        for program in ("one_to_one", "peer")
        for text in said(words(notification, "ar", program=program))
    ]
    return list(dict.fromkeys(found))


def without_names(text: str) -> str:
    """The sentence, of every name only that there is one."""
    isolate = f"{FIRST_STRONG_ISOLATE}[^{POP_DIRECTIONAL_ISOLATE}]*{POP_DIRECTIONAL_ISOLATE}"
    return re.sub(isolate, "ف", text)


@pytest.mark.parametrize(("name", "case", "fact", "sentence", "forms"), COUNTED)
def test_every_place_with_a_number_counts_in_every_form(
    name: str, case: dict[str, Any], fact: str, sentence: str, forms: dict[int, str]
) -> None:
    for count, form in forms.items():
        given: dict[str, Any] = {**case, fact: count}
        facts = replace(BASES[name][0].facts, **given)
        assert sentence.format(form) in words(replace(BASES[name][0], facts=facts), "ar").body


def test_every_plural_of_the_templates_is_among_those_places() -> None:
    calls = [call for _, tree in trees("ar") for call in tree.find_all(nodes.Call)]
    plurals = [call for call in calls if isinstance(call.node, nodes.Name) and call.node.name == "plural"]
    in_frames = 1
    assert len(plurals) == len(COUNTED) + in_frames
    rule = Locale.parse("ar").plural_form
    assert {rule(each) for each in MINUTES} == {"zero", "one", "two", "few", "many", "other"}


@pytest.mark.parametrize(
    ("more", "said_so"),
    [
        (1, "(وخبر آخر)"),
        (2, "(وخبران آخران)"),
        (3, "(و3 أخبار أخرى)"),
        (11, "(و11 خبرًا آخر)"),
        (100, "(و100 خبر آخر)"),
    ],
)
def test_a_digest_counts_what_else_is_in_it(more: int, said_so: str) -> None:
    known = world(ada=person(ADA, "Ada", "Okafor", locale="ar"))
    news = [one("request.accepted.v1")] * (more + 1)
    letter = Letters(Wording(), Links("https://example.org/{kind}/{id}")).letter(news, known, digest=True)
    assert letter.title.endswith(said_so)


@pytest.mark.parametrize("name", BASES)
def test_arabic_has_its_own_comma_semicolon_and_question_mark(name: str) -> None:
    assert [text for text in map(without_names, spoken(name)) if re.search(r"[,;?](?!\d)", text)] == []


@pytest.mark.parametrize("name", BASES)
def test_nothing_latin_stands_in_an_arabic_sentence_but_in_an_isolate(name: str) -> None:
    texts = spoken(name)
    assert any(each in text for text in texts for each in NAMES) == any(FIRST_STRONG_ISOLATE in text for text in texts)
    assert [text for text in map(without_names, texts) if re.search(r"[A-Za-z]", text)] == []


def test_an_arabic_name_is_no_stranger_in_an_arabic_sentence() -> None:
    known = world(
        ada=person(ADA, "ليلى", "حداد", locale="ar"), ben=person(BEN, "سمير", "خوري", email="samir@example.org")
    )
    title = Wording().words(one("session.confirmed.v1"), known).title
    assert title == "تأكيد جلستك مع سمير خوري"
    html = Wording().words(one("session.confirmed.v1"), known, markup=True).title
    assert html == "تأكيد جلستك مع سمير خوري"


@pytest.mark.parametrize("name", BASES)
def test_arabic_assumes_nobodys_gender(name: str) -> None:
    assert [text for text in spoken(name) if re.search(GENDERED, text)] == []


@pytest.mark.parametrize("file", ["frames", "layout", "unsubscribe"])
def test_neither_does_what_stands_around_the_news(file: str) -> None:
    source = (FOLDER / "ar" / f"{file}.jinja").read_text("utf-8")
    assert re.findall(GENDERED, source) == []


@pytest.mark.parametrize(
    ("zone", "said_so"),
    [
        ("Africa/Cairo", "يوم الثلاثاء، 12 مايو 2026، الساعة 7:00 م (بتوقيت القاهرة)"),
        ("Asia/Riyadh", "يوم الثلاثاء، 12 مايو 2026، الساعة 7:00 م (بتوقيت الرياض)"),
        ("Etc/GMT-3", "يوم الثلاثاء، 12 مايو 2026، الساعة 7:00 م (UTC+03:00)"),
    ],
)
def test_a_moment_is_told_by_the_readers_city(zone: str, said_so: str) -> None:
    reader = person(ADA, "Ada", "Okafor", locale="ar", time_zone=zone)
    assert said_so in Wording().words(one("session.confirmed.v1"), world(ada=reader)).body
