"""How an association's mails look, and whose language and zone they speak."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from services.notifications.domain.copies import Association
from services.notifications.domain.known import Known
from services.notifications.rendering.branding import DARK, LIGHT, branding, ink_on
from services.notifications.rendering.words import Wording
from tests.unit.notifications.news import ADA, NOW, one, person, world
from tests.unit.notifications.test_mail import ADA_OKAFOR, part, written_of

ACME = Association(
    "acme",
    "acme",
    1,
    NOW,
    "Acme & Sons <Engineers>",
    primary="#ffdd00",
    logo="https://acme.example.org/logo.svg?a=1&b=2",
    reply_to="mentoring@acme.example.org",
)


def mail_of(association: Association | None, type_name: str = "request.accepted.v1") -> EmailMessage:
    return written_of(one(type_name), replace(world(), association=association), ADA_OKAFOR)


def test_a_mail_carries_the_association_s_name_colors_logo_and_reply_address() -> None:
    mail = mail_of(ACME)
    [reply_to] = mail["Reply-To"].addresses
    assert (reply_to.addr_spec, reply_to.display_name) == ("mentoring@acme.example.org", ACME.name)
    html = part(mail, "text/html")
    assert "background:#ffdd00;color:#1d2a30;" in html
    assert 'src="https://acme.example.org/logo.svg?a=1&amp;b=2" alt="Acme &amp; Sons &lt;Engineers&gt;"' in html
    assert "a member of Acme &amp; Sons &lt;Engineers&gt;, which runs its" in html
    text = " ".join(part(mail, "text/plain").split())
    assert "a member of Acme & Sons <Engineers>, which runs its mentoring" in text


def test_without_a_logo_the_name_stands_there_and_without_an_association_nothing_does() -> None:
    html = part(mail_of(replace(ACME, logo=None)), "text/html")
    assert "<img" not in html
    assert html.count("Acme &amp; Sons &lt;Engineers&gt;") == 2
    plain = mail_of(None)
    assert plain["Reply-To"] is None
    assert "a member of an association that runs its" in part(plain, "text/html")
    assert "a member of an association that runs its" in " ".join(part(plain, "text/plain").split())
    lines = part(mail_of(ACME), "text/plain").splitlines()
    assert max(len(line) for line in lines if not line.startswith("https:")) <= 76


@pytest.mark.parametrize(
    ("color", "ink"), [("#14606b", LIGHT), ("#000", LIGHT), ("#fff", DARK), ("#ffdd00", DARK), ("#14532d", LIGHT)]
)
def test_what_stands_on_a_color_is_legible(color: str, ink: str) -> None:
    assert ink_on(color) == ink
    assert branding(replace(ACME, primary=color)).ink == ink


@pytest.mark.parametrize(
    ("reader", "association", "language"),
    [(None, "de-AT", "de"), ("fr", "de", "en"), ("de", "en", "de"), (None, None, "en"), (None, "xx", "en")],
)
def test_who_said_no_language_is_told_in_the_association_s(
    monkeypatch: pytest.MonkeyPatch, reader: str | None, association: str | None, language: str
) -> None:
    wording = Wording()
    monkeypatch.setitem(wording.text.__dict__, "languages", frozenset({"en", "de"}))
    assert wording.language(person(ADA, "Ada", "Okafor", locale=reader), replace(ACME, locale=association)) == language


@pytest.mark.parametrize(("own", "zone"), [({}, "(Rome time)"), ({"time_zone": "America/Santiago"}, "(Santiago time)")])
def test_who_said_no_time_zone_is_told_in_the_association_s(own: dict[str, Any], zone: str) -> None:
    reader = person(ADA, "Ada", "Okafor", **own)
    known: Known = replace(world(ada=reader), association=replace(ACME, time_zone="Europe/Rome"))
    assert zone in Wording().words(one("session.confirmed.v1"), known).body
