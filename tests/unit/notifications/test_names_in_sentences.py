"""Names of any kind in sentences of any language: as they are, and nothing but a name."""

from dataclasses import replace
from typing import Any

import pytest
from html5lib import HTMLParser
from markupsafe import Markup

from services.notifications.channels.email.preview import Preview, preview
from services.notifications.domain.copies import Association
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.bidi import isolated
from services.notifications.rendering.specimen import Specimen
from services.notifications.rendering.templates import Templates
from services.notifications.rendering.words import Wording
from tests.examples import shared_out
from tests.unit.notifications.news import NOW, all_news, event_called_off, one, person, world

WORDING = Wording()
LANGUAGES = sorted(Templates(markup=False).languages)
NEWS = all_news()

HOSTILE = {
    "markup": "<b onclick='x()'>Bold</b><script>1</script>",
    "quotes": """O'Neil "Q" “R” »S« &amp; &lt; `T`""",
    "template": "{{ 7*191 }} {% raw %} {# gone #} ${x} #",
    "directions": "Ada \u202egnp\u202c \u2066x\u2069\u2069\u202b",
    "hebrew": "דנה <כהן>",
    "breaks": "Ada\r\nBcc: x\u2028y",
}


def hostile_world(name: str, reader: str, language: str) -> Known:
    known = world(program_format="peer")
    people = {
        each.id: replace(each, given_name=name, family_name="", locale=language) for each in known.people.values()
    }
    people[reader] = person(reader, name, "", locale=language, email="ada@example.org")
    return Known(
        people=people,
        events={each.id: replace(each, name=name, place=name) for each in known.events.values()},
        programs={each.id: replace(each, name=name) for each in known.programs.values()},
        association=Association("acme", "acme", 1, NOW, name),
    )


def mail(notification: Notification, known: Known) -> Preview:
    reader = known.person(notification.member_id)
    assert reader is not None
    return preview(Specimen(notification, known, reader), WORDING)


def shown(name: str) -> str:
    """The name on one line, without what would turn the line round."""
    return " ".join("".join(each for each in name if each not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2069").split())


def elements(page: Any) -> list[str]:
    return [str(each.tag) for each in page.iter() if "bdi" not in str(each.tag)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_changes_the_page_it_stands_on(language: str) -> None:
    """The page is valid HTML, or the strict parser would raise, and has no element that a plain name's has not.

    Each piece of news in one of the languages: in which, changes nothing of how names are put in.
    """
    name = " ".join(HOSTILE.values())
    for news in shared_out(list(NEWS.values()), LANGUAGES.index(language), len(LANGUAGES)):
        notification = replace(news, facts=replace(news.facts, table=name if news.facts.table else None))
        known, plain = (hostile_world(each, notification.member_id, language) for each in (name, "Ada"))
        page, usual = (HTMLParser(strict=True).parse(mail(notification, of).html) for of in (known, plain))
        assert elements(page) == elements(usual)
        said = " ".join("".join(page.itertext()).split())
        assert shown(name) in said
        assert "1337" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_name_stands_in_the_text_and_on_the_page_as_it_is(kind: str, language: str) -> None:
    notification = event_called_off()
    written = mail(notification, hostile_world(HOSTILE[kind], notification.member_id, language))
    text = written.text
    page = "".join(HTMLParser(strict=True).parse(written.html).itertext())
    for said in (page, text):
        assert shown(HOSTILE[kind]) in " ".join(said.replace("\u2068", "").replace("\u2069", "").split())
        assert "\u202e" not in said
        assert said.count("\u2068") == said.count("\u2069")
    assert "&quot;" not in text


def test_a_name_of_another_direction_is_kept_apart_and_one_of_the_same_is_left_alone() -> None:
    apart = "\u2068{}\u2069"
    assert isolated("Ada", "ltr", markup=False) == "Ada"
    assert isolated("دانة", "rtl", markup=False) == "دانة"
    assert isolated("دانة", "ltr", markup=False) == apart.format("دانة")
    assert isolated("Ada", "rtl", markup=False) == apart.format("Ada")
    assert isolated("Ada دانة", "rtl", markup=False) == apart.format("Ada دانة")
    assert isolated("12", "rtl", markup=False) == "12"
    assert isolated("", "rtl", markup=False) == ""


def test_in_html_it_is_kept_apart_by_an_element_and_escaped() -> None:
    assert isolated("<Ada>", "rtl", markup=True) == Markup("<bdi>&lt;Ada&gt;</bdi>")
    assert isolated("<Ada>", "ltr", markup=True) == Markup("&lt;Ada&gt;")


@pytest.mark.parametrize("markup", [False, True])
def test_no_name_can_leave_the_place_it_is_kept_in(markup: bool) -> None:
    """A closing mark in a name would end the isolation, and an override turn all that follows round."""
    for turning in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        assert isolated(f"A{turning}b", "ltr", markup=markup) == "Ab"
    assert isolated("\u200fA\u200e", "ltr", markup=False) == "\u2068\u200fA\u200e\u2069"


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "ar"])
def test_a_hebrew_name_does_not_turn_the_title_of_a_page_round(language: str) -> None:
    notification = one("request.accepted.v1")
    known = hostile_world(HOSTILE["hebrew"], notification.member_id, language)
    titles = [WORDING.words(notification, known, markup=markup).title for markup in (False, True)]
    assert titles[0].startswith("\u2068דנה <כהן>\u2069 ")
    assert titles[1].startswith("<bdi>דנה &lt;כהן&gt;</bdi> ")
    written = mail(notification, known)
    page = HTMLParser(strict=True, namespaceHTMLElements=False).parse(written.html)
    assert written.subject == titles[0]
    assert page.find("head/title").text == titles[0]
    assert page.get("dir") == "ltr"
