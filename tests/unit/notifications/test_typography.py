"""How languages set a line, a number of things, a moment."""

from datetime import UTC, datetime

import pytest
from babel import Locale

from services.notifications.rendering.plurals import Numbers
from services.notifications.rendering.times import Moment, Times, locale_for
from services.notifications.rendering.typography import is_elided_before, typeset


def test_french_signs_keep_a_space_that_does_not_break() -> None:
    assert typeset("Vraiment ? « Oui » : bien sûr ; enfin !", "fr") == (
        "Vraiment\u00a0? «\u00a0Oui\u00a0»\u00a0: bien sûr\u00a0; enfin\u00a0!"
    )
    assert typeset("Vraiment ?", "fr-ca") == "Vraiment\u00a0?"
    assert typeset("Wirklich ?", "de") == "Wirklich ?"


def test_a_line_has_no_break_and_keeps_the_spaces_that_hold_words_together() -> None:
    assert typeset(" a\r\nb\u2028c \u0085 d\x0be ", "en") == "a b c d e"
    assert typeset("1\u202f440\u00a0km", "en") == "1\u202f440\u00a0km"


@pytest.mark.parametrize("name", ["Ada", "Émile", "œuvre", "Yves", "Île", "Olga"])
def test_french_shortens_de_before_a_vowel(name: str) -> None:
    assert is_elided_before(name)


@pytest.mark.parametrize("name", ["Ben", "Yann", "Hugo", "Çelik", "", "دانة", "<bdi>"])
def test_french_does_not_before_anything_else(name: str) -> None:
    assert not is_elided_before(name)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["other", "one", "other", "other", "other", "other"]),
        ("de", ["other", "one", "other", "other", "other", "other"]),
        ("fr", ["one", "one", "other", "other", "other", "other"]),
        ("es", ["other", "one", "other", "other", "other", "other"]),
        ("ar", ["zero", "one", "two", "few", "many", "other"]),
    ],
)
def test_each_language_has_its_own_rule_for_0_1_2_3_11_and_100(language: str, forms: list[str]) -> None:
    plural = Numbers(Locale.parse(language)).plural
    named = {each: each for each in ("zero", "one", "two", "few", "many", "other")}
    assert [plural(each, **named) for each in (0, 1, 2, 3, 11, 100)] == forms


def test_a_form_that_a_language_does_not_give_is_the_other_one() -> None:
    assert Numbers(Locale.parse("ar")).plural(2, other="# x") == "2 x"


def times(locale: str, zone: str | None) -> Times:
    return Times(
        locale_for(locale, locale), zone, lambda moment: f"{moment.day}|{moment.time}|{moment.city}|{moment.offset}"
    )


@pytest.mark.parametrize(
    ("locale", "zone", "said"),
    [
        ("en", "Europe/Rome", "Friday, May 1, 2026|6:00 PM|Rome|UTC+02:00"),
        ("de", "Europe/Rome", "Freitag, 1. Mai 2026|18:00|Rom|UTC+02:00"),
        ("fr", "America/Havana", "vendredi 1er mai 2026|12:00|La Havane|UTC-04:00"),
        ("es-MX", "America/Mexico_City", "viernes, 1 de mayo de 2026|10:00 a.m.|Ciudad de México|UTC-06:00"),
        ("en", "Etc/GMT+5", "Friday, May 1, 2026|11:00 AM||UTC-05:00"),
        ("en", "EST5EDT", "Friday, May 1, 2026|12:00 PM||UTC-04:00"),
        ("en", None, "Friday, May 1, 2026|4:00 PM||UTC"),
    ],
)
def test_a_zone_is_told_by_its_city_in_the_language_or_by_how_far_it_is_from_utc(
    locale: str, zone: str | None, said: str
) -> None:
    assert times(locale, zone).when(datetime(2026, 5, 1, 16, tzinfo=UTC)) == said


def test_only_the_first_of_a_french_month_is_the_first() -> None:
    days = [times("fr", None).day(f"2026-12-{day:02}") for day in (1, 11, 21, 31)]
    assert days == ["1er décembre 2026", "11 décembre 2026", "21 décembre 2026", "31 décembre 2026"]


def test_a_moment_is_put_together_by_the_language() -> None:
    heard: list[Moment] = []

    def said(moment: Moment) -> str:
        heard.append(moment)
        return moment.city

    assert Times(Locale.parse("de"), "Europe/Rome", said).when(datetime(2026, 5, 4, 12, tzinfo=UTC)) == "Rom"
    assert heard == [Moment("Montag, 4. Mai 2026", "14:00", "Rom", "UTC+02:00")]
