"""A notification as a mail."""

from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.channels.email.mail import Letterhead
from services.notifications.channels.email.way_back import WayBack
from services.notifications.domain.copies import Association, Person
from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.tokens import Tokens
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording
from shared.ids import new_id
from tests.unit.calendar.reading import entries, method, moments
from tests.unit.notifications.news import (
    ADA,
    BEN,
    NOTIFICATION,
    NOW,
    SUMMIT,
    all_news,
    event_called_off,
    one,
    person,
    world,
)

SENDER = Address("Ithaca", "mentoring", "association.example")
TOKENS = Tokens(["a key of tests, and long enough for one"])
WAY_BACK = WayBack(SENDER, "https://mentoring.example", TOKENS, "bounces.example")
LETTERHEAD = Letterhead(Wording(), Links("https://portal.example/{kind}/{id}"), WAY_BACK)
DELIVERY = "019ab00e-7c1e-7b5e-9c55-0000000000d1"
NEWS = all_news()
ADA_OKAFOR = person(ADA, "Ada", "Okafor")


def written(
    notification: Notification, reader: Person = ADA_OKAFOR, other: Person | None = None, delivery: str = DELIVERY
) -> EmailMessage:
    """The mail after its way through bytes, as a client reads it."""
    return written_of(notification, world(ada=reader, ben=other), reader, delivery)


def written_of(notification: Notification, known: Known, reader: Person, delivery: str = DELIVERY) -> EmailMessage:
    """The same, of what is known."""
    pending = Delivery(
        delivery, "acme", 1, NOW, NOW, (notification.id,), reader.id, "email", DeliveryState.PENDING, NOW
    )
    mail = LETTERHEAD.write(pending, [notification], known, reader, reader.email or "ada@example.org", NOW)
    wire = mail.as_bytes()
    wire.decode("ascii")
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    read = message_from_bytes(wire, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def part(mail: EmailMessage, kind: str) -> str:
    [found] = [each for each in mail.walk() if each.get_content_type() == kind]
    content: str = found.get_content()
    return content


@pytest.mark.parametrize("name", NEWS)
def test_every_mail_has_a_subject_a_text_and_an_html_part_with_the_link(name: str) -> None:
    notification = NEWS[name]
    mail = written(notification)
    link = f"https://portal.example/{notification.subject}/{notification.subject_id}"
    assert mail["Subject"]
    assert link in part(mail, "text/plain")
    assert link in part(mail, "text/html")
    assert part(mail, "text/plain").splitlines()[0] == "Hello Ada Okafor,"
    assert mail["Content-Language"] == "en"


def test_a_mail_sent_twice_is_known_by_its_message_id() -> None:
    notification = one("request.accepted.v1")
    assert (
        written(notification)["Message-ID"]
        == written(notification)["Message-ID"]
        == f"<{DELIVERY}@association.example>"
    )
    other = new_id()
    assert written(notification, delivery=other)["Message-ID"] == f"<{other}@association.example>"


@pytest.mark.parametrize(
    "name", ["Ben\r\nBcc: all@example.org", "Ben\nSubject: won", "Ben\x00\x0b\x0c\x85\u2028Bcc: x"]
)
def test_a_name_cannot_add_a_header(name: str) -> None:
    mail = written(one("request.accepted.v1"), other=person(BEN, name, "", email="ben@example.org"))
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1
    assert "Ben" in mail["Subject"]
    mail = written(one("request.accepted.v1"), reader=person(ADA, name, "", email="ada@example.org"))
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@example.org"]


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?Ben=0D=0ABcc:_all@example.org?=",
        "=?utf-8?b?QmVuCkJjYzogYWxsQGV4YW1wbGUub3Jn?=",
        "=?utf-8?q?Ben=0D=0A=0D=0A=3Cb=3Eanother_body?=",
        "==?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0ABcc:_x=3F=3D?=",
    ],
)
def test_a_name_that_is_an_encoded_word_is_shown_and_not_decoded(name: str) -> None:
    """Decoded, it would hold a line break, and what follows would be a header or the mail's text."""
    ben, reader = person(BEN, name, "", email="ben@example.org"), person(ADA, name, "", email="ada@example.org")
    known = replace(
        world(ada=reader, ben=ben), association=Association("acme", "acme", 1, NOW, name, reply_to="b@acme.org")
    )
    mail = written_of(one("request.accepted.v1"), known, reader)
    assert (mail["Bcc"], len(mail.get_all("Subject", []))) == (None, 1)
    shown = name.replace("=?", "= ?")
    assert shown in mail["Subject"]
    for header in ("To", "Reply-To"):
        [address] = mail[header].addresses
        assert address.display_name == shown


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_name_breaks_a_mail_or_its_address(given_name: str, family_name: str) -> None:
    names = (given_name.encode("utf-8", "ignore").decode(), family_name.encode("utf-8", "ignore").decode())
    reader, other = person(ADA, *names, email="ada@example.org"), person(BEN, *names, email="ben@example.org")
    for notification in (one("request.accepted.v1"), one("session.confirmed.v1")):
        mail = written(notification, reader=reader, other=other)
        assert [address.addr_spec for address in mail["To"].addresses] == ["ada@example.org"]


@pytest.mark.parametrize("address", ["a..b@example.org", ".a@example.org", "o'brien+tag@example.co.uk", "a/b=c@x.y"])
def test_an_unusual_address_stays_one_address(address: str) -> None:
    mail = written(one("request.accepted.v1"), reader=person(ADA, "Okafor, Ada", '"A"', email=address))
    [recipient] = mail["To"].addresses
    assert recipient.username + "@" + recipient.domain == address
    assert recipient.display_name == 'Okafor, Ada "A"'


def calendar_of(mail: EmailMessage) -> tuple[str, Calendar]:
    [found] = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    return found.get_param("method"), Calendar.from_ical(found.get_content())


def test_a_confirmed_registration_comes_with_an_invitation() -> None:
    method, calendar = calendar_of(written(one("registration.confirmed.v1", example="opted-into-mentoring")))
    [event] = calendar.walk("VEVENT")
    assert (method, calendar["method"]) == ("REQUEST", "REQUEST")
    assert (event["uid"], event["summary"], event["location"]) == (SUMMIT, "Annual Summit", "Congress Center, Milan")
    assert event.decoded("dtstart").isoformat() == "2026-05-04T09:00:00+02:00"
    assert event.decoded("dtend").isoformat() == "2026-05-06T18:00:00+02:00"
    assert event["organizer"] == "mailto:mentoring@association.example"
    assert event["attendee"] == "mailto:ada@example.org"


def test_a_session_keeps_its_uid_and_raises_its_sequence_until_it_is_cancelled() -> None:
    seen = []
    for type_name in ("session.confirmed.v1", "session.changed.v1", "session.cancelled.v1"):
        method, calendar = calendar_of(written(one(type_name)))
        [event] = calendar.walk("VEVENT")
        seen.append((str(event["uid"]), method, int(event["sequence"]), str(event["status"])))
    session = "019ab009-7c1e-7b5e-9c55-000000000051"
    assert seen == [
        (session, "REQUEST", 0, "CONFIRMED"),
        (session, "REQUEST", 1, "CONFIRMED"),
        (session, "CANCEL", 2, "CANCELLED"),
    ]


def test_a_meeting_is_where_its_table_is_and_leaves_the_calendar_while_its_time_is_open() -> None:
    seen = []
    for type_name, example in (
        ("meeting.accepted.v1", "with-a-table"),
        ("meeting.requested.v1", "another-time-for-what-was-agreed"),
        ("meeting.cancelled.v1", "called-off"),
    ):
        method, calendar = calendar_of(written(one(type_name, example=example)))
        [event] = calendar.walk("VEVENT")
        seen.append((str(event["uid"]), method, int(event["sequence"]), str(event["location"])))
    meeting, place = "019ab00d-7c1e-7b5e-9c55-000000000091", "Congress Center, Milan"
    assert seen == [
        (meeting, "REQUEST", 1, f"T12, {place}"),
        (meeting, "CANCEL", 2, place),
        (meeting, "CANCEL", 2, place),
    ]


def test_an_event_called_off_leaves_the_calendar_by_the_uid_it_came_with() -> None:
    method, calendar = calendar_of(written(event_called_off()))
    [event] = calendar.walk("VEVENT")
    assert (method, event["uid"], event["status"]) == ("CANCEL", SUMMIT, "CANCELLED")


def test_a_mail_that_waited_while_its_event_was_called_off_does_not_bring_it_back() -> None:
    known = world(ada=ADA_OKAFOR)
    off = {name: replace(event, cancelled=True) for name, event in known.events.items()}
    for notification, kinds in (
        (one("registration.confirmed.v1", example="opted-into-mentoring"), 0),
        (event_called_off(), 1),
    ):
        pending = Delivery(DELIVERY, "acme", 1, NOW, NOW, (notification.id,), ADA, "email", DeliveryState.PENDING, NOW)
        mail = LETTERHEAD.write(pending, [notification], replace(known, events=off), ADA_OKAFOR, "ada@example.org", NOW)
        assert sum(1 for each in mail.walk() if each.get_content_type() == "text/calendar") == kinds


@pytest.mark.parametrize("name", [name for name, notification in NEWS.items() if notification.calendar])
def test_every_invitation_is_read_by_a_parser_of_somebody_elses(name: str) -> None:
    mail = written(NEWS[name])
    content = part(mail, "text/calendar")
    [entry] = entries(content)
    wanted = str(NEWS[name].calendar)
    assert method(content) == wanted
    assert entry.status.value == ("CANCELLED" if wanted == "CANCEL" else "CONFIRMED")
    assert entry.organizer.value == "mailto:mentoring@association.example"
    assert [each.value for each in entry.attendee_list] == ["mailto:ada@example.org"]
    starts_at, ends_at = moments(entry)
    assert starts_at < ends_at


def test_a_name_cannot_add_a_line_to_the_calendar() -> None:
    other = person(BEN, "Ben\r\nATTENDEE:mailto:spy@example.org", "; X, Y\\n", email="ben@example.org")
    _, calendar = calendar_of(written(one("session.confirmed.v1"), other=other))
    [event] = calendar.walk("VEVENT")
    assert event["attendee"] == "mailto:ada@example.org"
    assert str(event["summary"]).startswith("Mentoring session with Ben ATTENDEE:")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_mail_of_ten_items_is_small_enough_that_no_mail_program_cuts_it(language: str) -> None:
    several = [each for each in NEWS.values() if each.member_id == ADA][:10]
    reader = replace(ADA_OKAFOR, locale=language)
    ids = tuple(each.id for each in several)
    digest = Delivery(
        DELIVERY, "acme", 1, NOW, NOW, ids, ADA, "email", DeliveryState.PENDING, NOW, digest=True, closed_at=NOW
    )
    mail = LETTERHEAD.write(digest, several, world(ada=reader), reader, "ada@example.org", NOW)
    assert len(mail.as_bytes()) < 60_000
    html = part(mail, "text/html")
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert html.count("<h3>") == 10
    assert "prefers-color-scheme: dark" in html


def test_the_way_back_stands_in_headers_in_one_unbroken_line_each() -> None:
    wire = LETTERHEAD.write(
        Delivery(DELIVERY, "acme", 1, NOW, NOW, (NOTIFICATION,), ADA, "email", DeliveryState.PENDING, NOW),
        [one("request.accepted.v1")],
        world(),
        ADA_OKAFOR,
        "ada@example.org",
        NOW,
    ).as_bytes()
    lines = [line for line in wire.split(b"\r\n\r\n")[0].split(b"\r\n") if line.startswith((b"List-", b"Ithaca-"))]
    assert [line.partition(b": ")[0] for line in lines] == [
        b"List-Unsubscribe",
        b"List-Unsubscribe-Post",
        b"Ithaca-Bounce",
    ]
    assert lines[0].startswith(b"List-Unsubscribe: <https://mentoring.example/v1/unsubscribe/")
    assert lines[0].endswith(b">")
    assert b"=?" not in b"".join(lines)


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: everybody@example.org", "Ada\nOkafor\x00", "Ada\u2028Bcc: x@example.org"]
)
def test_no_name_makes_a_header(name: str) -> None:
    mail = written(one("request.accepted.v1"), other=person(BEN, name, "Lindqvist"))
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject") or []) == 1
