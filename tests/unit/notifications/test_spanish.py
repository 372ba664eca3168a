"""What is peculiar to Spanish: inverted marks, usted, no gender of persons, hours."""

import re
from functools import cache

import pytest

from services.notifications.rendering.templates import FOLDER
from services.notifications.rendering.words import Wording
from tests.unit.notifications.news import ADA, BEN, one, person, world
from tests.unit.notifications.test_every_sentence import BASES, NAMES, all_variants, said, words

FAMILIAR = (
    r"\b(tu|tus|tú|ti|te|contigo|tuy[oa]s?|has|eres|estás|tienes|puedes|quieres|debes|"
    r"vosotr[oa]s|vuestr\w+|os|habéis|podéis)\b"
)
"""Addressed otherwise than by usted and ustedes."""

GENDERED = (
    r"[@]|/a\b|\(a\)|\b(mentor|mentores|mentora|compañer\w+|coordinador\w*|organizador\w*|socios?|miembros?|"
    r"todos(?! los correos)|juntos|"
    r"ambos|los dos|nuestros|usuarios?|interesad[oa]s?|invitad[oa]s?|inscrit[oa]s?|registrad[oa]s?|emparejados?|"
    r"bienvenid[oa]s?|segur[oa]s?|él|ella|ellos|ellas)\b"
)
"""Of a person; `personas emparejadas` and `ambas partes` are nobody's gender."""


@cache
def spoken(name: str) -> list[str]:
    found = [
        text
        for notification in all_variants(name)
        for program in ("one_to_one", "peer")
        for text in said(words(notification, "es", program=program))
    ]
    return [re.sub("|".join(NAMES), "X", text) for text in dict.fromkeys(found)]


@pytest.mark.parametrize("name", BASES)
def test_a_question_and_an_exclamation_are_opened_and_closed(name: str) -> None:
    for text in spoken(name):
        assert re.sub(r"[^¿?¡!]", "", text) in ("", "¿?", "¡!"), text
        assert re.fullmatch(r"([^¿?¡!]*[.:] )?([¿¡][^¿?¡! ][^¿?¡!]*[?!])?[^¿?¡!]*", text), text


@pytest.mark.parametrize("name", BASES)
def test_spanish_says_usted_to_everybody(name: str) -> None:
    assert [text for text in spoken(name) if re.search(FAMILIAR, text, re.I)] == []


@pytest.mark.parametrize("name", BASES)
def test_spanish_assumes_nobodys_gender(name: str) -> None:
    without = [
        re.sub("a lo que ella|dirigirse a ella|orden de llegada a ella|En ella", "", text) for text in spoken(name)
    ]
    assert [text for text in without if re.search(GENDERED, text, re.I)] == []


@pytest.mark.parametrize("file", ["frames", "layout", "unsubscribe"])
def test_neither_does_what_stands_around_the_news(file: str) -> None:
    source = (FOLDER / "es" / f"{file}.jinja").read_text("utf-8")
    assert re.findall(f"{GENDERED}|{FAMILIAR}", source, re.I) == []


@pytest.mark.parametrize(
    ("locale", "starts_at", "said_so"),
    [
        ("es", "2026-05-12T11:00:00Z", "el martes, 12 de mayo de 2026, a las 13:00 (hora local: Madrid)"),
        ("es", "2026-05-11T23:05:00Z", "el martes, 12 de mayo de 2026, a la 1:05 (hora local: Madrid)"),
        ("es", "2026-05-12T08:00:00Z", "el martes, 12 de mayo de 2026, a las 10:00 (hora local: Madrid)"),
        ("es-MX", "2026-05-12T11:00:00Z", "el martes, 12 de mayo de 2026, a la 1:00 p.m. (hora local: Madrid)"),
    ],
)
def test_one_oclock_is_singular(locale: str, starts_at: str, said_so: str) -> None:
    reader = person(ADA, "Ada", "Okafor", locale=locale, time_zone="Europe/Madrid")
    body = Wording().words(one("session.confirmed.v1", starts_at=starts_at), world(ada=reader)).body
    assert said_so in body


def test_a_name_that_begins_with_i_or_o_needs_no_other_conjunction() -> None:
    """`y` becomes `e` before the sound of an i, so a name never follows it."""
    known = world(
        ada=person(ADA, "Ada", "Okafor", locale="es"), ben=person(BEN, "Inés", "Olmo", email="ines@example.org")
    )
    wording = Wording()
    news = [each for name in BASES for each in all_variants(name) if each.other_id == BEN and each.member_id == ADA]
    texts = [text for each in news for text in said(wording.words(each, known))]
    assert any("Inés Olmo y usted" in text for text in texts)
    assert [text for text in texts if re.search(r"\b[yo] Inés", text)] == []
