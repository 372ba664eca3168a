"""Notifications in words."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from services.notifications.channels.email.layout import Around, Layout
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.rendering.branding import branding
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.rendering.templates import FOLDER
from services.notifications.rendering.words import Wording
from shared.contracts.message_type import PREFIX
from tests.unit.notifications.news import ADA, BEN, NOTHING, all_news, one, person, world

WORDING = Wording()
NEWS = all_news()


class Tags(HTMLParser):
    """Fails where a tag closes another one than was opened last."""

    VOID = frozenset({"meta", "br", "img", "hr", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", NEWS)
@pytest.mark.parametrize("markup", [False, True])
def test_every_notification_has_words_whether_or_not_its_people_are_known(name: str, markup: bool) -> None:
    for known in (world(), NOTHING):
        words = WORDING.words(NEWS[name], known, markup=markup)
        said = [words.title, *words.paragraphs, words.action]
        assert all(said)
        assert not any(odd in text for text in said for odd in ("None", "{", "}", "\n", "  ", " .", " ,"))
        assert (words.calendar is not None) == (NEWS[name].calendar is not None)


@pytest.mark.parametrize("name", NEWS)
def test_every_html_mail_closes_what_it_opens_and_carries_the_link(name: str) -> None:
    letters = Letters(WORDING, Links("https://example.org/?a=1&b=2{id}"))
    letter = letters.letter([NEWS[name]], world(), digest=False, markup=True)
    tags = Tags()
    page = Layout(WORDING).html(letter, Around("Ada <Okafor>", "News", branding(None), "https://example.org/stop"))
    tags.feed(page)
    tags.close()
    assert tags.open == []
    assert 'href="https://example.org/?a=1&amp;b=2' in page
    assert "Ada &lt;Okafor&gt;" in page


@pytest.mark.parametrize(("reader", "who"), [(ADA, "Ben Lindqvist is the mentor"), (BEN, "you are the mentor")])
def test_one_conversation_needs_no_agreement_and_the_mail_says_so(reader: str, who: str) -> None:
    begun = one("mentorship.started.v1", reader, state="active", ends_on="2026-02-09")
    said = " ".join(WORDING.words(begun, world()).paragraphs)
    assert who in said
    assert "needs no agreement" in said
    assert "signed" not in said


def test_every_template_is_of_a_type_that_is_told() -> None:
    told = {notification.type.removeprefix(PREFIX).rpartition(".")[0] for notification in NEWS.values()}
    files = {file.name.removesuffix(".jinja") for file in (FOLDER / "en").iterdir()}
    assert files - {"layout", "nouns", "times", "frames", "unsubscribe"} == told


def test_a_name_is_escaped_in_html_and_left_alone_in_text() -> None:
    known = world(ben=person(BEN, "<script>alert('Ben')</script>", "& Sons"))
    notification = one("request.accepted.v1")
    assert WORDING.words(notification, known).title == "<script>alert('Ben')</script> & Sons said yes"
    html = WORDING.words(notification, known, markup=True).title
    assert html == "&lt;script&gt;alert(&#39;Ben&#39;)&lt;/script&gt; &amp; Sons said yes"
    assert isinstance(html, Markup)


@pytest.mark.parametrize("name", NEWS)
@pytest.mark.parametrize("markup", [False, True])
def test_who_shows_their_name_to_nobody_is_a_member_in_every_notification_of_them(name: str, markup: bool) -> None:
    """Both ways: nobody's news names them, and their own are addressed to them by their name all the same."""
    ada = person(ADA, "Ada", "Okafor", name_is_hidden=True)
    ben = person(BEN, "Ben", "Lindqvist", name_is_hidden=True)
    words = WORDING.words(NEWS[name], world(ada, ben), markup=markup)
    said = " ".join([words.title, *words.paragraphs, words.action, words.calendar or ""])
    assert "Okafor" not in said
    assert "Lindqvist" not in said
    assert (ada.name, ada.shown_name) == ("Ada Okafor", "")


def test_somebody_not_known_yet_is_a_member() -> None:
    assert WORDING.words(one("request.sent.v1", BEN), NOTHING).title == "A member asks you to be their mentor"
    assert WORDING.words(one("session.confirmed.v1"), NOTHING).title == "Your session with a member is confirmed"


def test_a_member_without_a_name_is_a_member_too() -> None:
    known = world(ben=person(BEN, " ", ""))
    assert WORDING.words(one("request.accepted.v1"), known).title == "A member said yes"


def test_mentor_and_mentee_read_different_words() -> None:
    assert WORDING.words(one("mentorship.started.v1", ADA), world()).title == "Ben Lindqvist is your mentor"
    assert WORDING.words(one("mentorship.started.v1", BEN), world()).title == "Ada Okafor is your mentee"


def of_peers(name: str) -> bool:
    """Flash programs are another format, and no peer is reminded to ask first."""
    facts = NEWS[name].facts
    flash = name.startswith("mentorship.started") and facts.state == "active"
    return facts.program_id is not None and not flash and facts.kind != "first_request"


@pytest.mark.parametrize("name", [name for name in NEWS if of_peers(name)])
@pytest.mark.parametrize("markup", [False, True])
def test_no_news_of_peers_calls_one_of_them_mentor_or_mentee(name: str, markup: bool) -> None:
    words = WORDING.words(NEWS[name], world(program_format="peer"), markup=markup)
    said = " ".join([words.title, *words.paragraphs, words.action])
    assert "neither of you is the other" in said or not re.search(r"\bment(or|ee)s?\b", said)
    assert not any(odd in said for odd in ("None", "{", "}", " .", " ,", "  "))


def test_peers_read_the_same_of_each_other() -> None:
    peers = world(program_format="peer")
    begun = [WORDING.words(one("mentorship.started.v1", each), peers) for each in (ADA, BEN)]
    assert [each.title for each in begun] == ["You and Ben Lindqvist are paired", "You and Ada Okafor are paired"]
    asked = WORDING.words(one("request.sent.v1", BEN), peers)
    assert asked.title == "Ada Okafor asks to be paired with you"
    full = WORDING.words(one("request.invalidated.v1", reason="mentor_full"), peers)
    assert "they have all the partners they can take" in full.body


def test_a_program_whose_format_is_not_known_yet_is_one_of_mentors() -> None:
    known = world()
    old = {each.id: replace(each, format=None) for each in known.programs.values()}
    assert "be your mentor" in WORDING.words(one("request.accepted.v1"), replace(known, programs=old)).body


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Rome", "Tuesday, May 12, 2026, 6:00 PM (Rome time)"),
        ("America/Santiago", "Tuesday, May 12, 2026, 12:00 PM (Santiago time)"),
        ("Atlantic/Azores", "Tuesday, May 12, 2026, 4:00 PM (Azores time)"),
        ("Mars/Olympus", "Tuesday, May 12, 2026, 4:00 PM (UTC)"),
        ("America", "Tuesday, May 12, 2026, 4:00 PM (UTC)"),
        ("../etc/passwd", "Tuesday, May 12, 2026, 4:00 PM (UTC)"),
        (None, "Tuesday, May 12, 2026, 4:00 PM (UTC)"),
    ],
)
def test_a_session_is_told_in_the_readers_own_time(zone: str | None, said: str) -> None:
    known = world(ada=person(ADA, "Ada", "Okafor", time_zone=zone))
    assert said in WORDING.words(one("session.confirmed.v1"), known).body


def test_an_event_is_told_in_the_time_of_its_place() -> None:
    known = world(ada=person(ADA, "Ada", "Okafor", time_zone="America/Havana"))
    body = WORDING.words(one("registration.confirmed.v1", example="opted-into-mentoring"), known).body
    assert "Monday, May 4, 2026, 9:00 AM (Rome time) at Congress Center, Milan." in body


def test_a_text_without_a_translation_is_english_with_the_readers_own_dates() -> None:
    known = world(ada=person(ADA, "Ada", "Okafor", locale="en-GB", time_zone="Europe/Rome"))
    words = WORDING.words(one("session.confirmed.v1"), known)
    assert "Tuesday, 12 May 2026, 18:00 (Rome time)" in words.body
    for locale in ("pt-PT", "xx", "en_US", "../en", "en-nonsense-and-more", ""):
        reader = person(ADA, "Ada", "Okafor", locale=locale, time_zone="Europe/Rome")
        words = WORDING.words(one("session.confirmed.v1"), world(ada=reader))
        assert words.language == "en"
        assert "Tuesday, May 12, 2026" in words.body


def covered(notification: Notification, known: Known) -> bool:
    return known.covers(notification)


def test_a_notification_is_covered_once_all_it_names_is_known() -> None:
    started = one("mentorship.started.v1")
    full = world()
    assert covered(started, full)
    assert not covered(started, Known({ADA: full.people[ADA]}, full.events, full.programs))
    assert not covered(started, Known(full.people, full.events, {}))
    assert not covered(one("registration.confirmed.v1", BEN, "made-here"), Known(full.people, {}, full.programs))
