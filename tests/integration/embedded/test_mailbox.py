"""The local mailbox keeps every mail and shows it without trusting it."""

import json
import os
import signal
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder
from cli.embedded.plan import Addresses, mailbox_part
from cli.embedded.ports import PortBook, answers
from cli.embedded.supervisor import Supervisor
from tests.integration.embedded.waiting import eventually


@dataclass(frozen=True, slots=True)
class Mailbox:
    port: int
    smtp_port: int
    folder: Path

    def send(self, message: EmailMessage, to: str = "ada@example.org") -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as client:
            client.send_message(message, to_addrs=[to])

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def mails(self, query: str = "") -> list[dict[str, object]]:
        items: list[dict[str, object]] = json.loads(self.get(f"/api/mails{query}")[2])["items"]
        return items


@pytest.fixture
def mailbox(supervisor: Supervisor, folder: DataFolder) -> Mailbox:
    book = PortBook(folder.ports)
    page, smtp = book.claim("page", "127.0.0.1"), book.claim("smtp", "127.0.0.1")
    supervisor.start([mailbox_part(folder, Addresses("127.0.0.1", page - 5), smtp)])
    return Mailbox(page, smtp, folder.mailbox)


def message(subject: str = "Welcome", html: str = "<p>Hello <b>Ada</b></p>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ithaca <hello@ithaca.example>", "Ada <ada@example.org>", subject
    mail.set_content("Hello Ada, schön")
    mail.add_alternative(html, subtype="html")
    return mail


def test_a_mail_is_listed_with_its_text_and_html(mailbox: Mailbox) -> None:
    mailbox.send(message())

    (mail,) = mailbox.mails()

    assert (mail["to"], mail["from"]) == (["ada@example.org"], "Ithaca <hello@ithaca.example>")
    assert (mail["subject"], str(mail["text"]).strip()) == ("Welcome", "Hello Ada, schön")
    assert "<b>Ada</b>" in str(mail["html"])
    assert len(list(mailbox.folder.glob("*.eml"))) == 1


def test_mails_are_found_by_recipient_newest_first(mailbox: Mailbox) -> None:
    for subject, to in (("one", "ada@example.org"), ("two", "grace@example.org"), ("three", "Ada@Example.org")):
        mailbox.send(message(subject), to)

    assert [mail["subject"] for mail in mailbox.mails()] == ["three", "two", "one"]
    assert [mail["subject"] for mail in mailbox.mails("?to=ADA@example.org")] == ["three", "one"]


def test_nothing_in_a_mail_becomes_part_of_the_page(mailbox: Mailbox) -> None:
    mailbox.send(message("<script>alert(1)</script>", html='"><script>alert(2)</script>'))
    (mail,) = mailbox.mails()

    for path in ("/", f"/mails/{mail['id']}"):
        status, headers, page = mailbox.get(path)
        assert status == 200
        assert b"<script" not in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert b'<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc=' in page


def test_a_calendar_part_is_offered_as_a_download(mailbox: Mailbox) -> None:
    mail = message()
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invite.ics")
    mailbox.send(mail)
    identifier = mailbox.mails()[0]["id"]

    assert b"invite.ics" in mailbox.get(f"/mails/{identifier}")[2]
    status, headers, content = mailbox.get(f"/mails/{identifier}/attachments/0")
    assert (status, headers["Content-Disposition"], content) == (200, "attachment", b"BEGIN:VCALENDAR")
    assert b"Subject: Welcome" in mailbox.get(f"/mails/{identifier}/raw")[2]


def test_a_mail_with_a_charset_nobody_knows_is_still_shown(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port) as client:
        raw = b"Subject: odd\r\nContent-Type: text/plain; charset=klingon\r\n\r\nnuqneH\r\n"
        client.sendmail("hello@ithaca.example", ["ada@example.org"], raw)

    assert str(mailbox.mails()[0]["text"]).strip() == "nuqneH"


@pytest.mark.parametrize("path", ["/mails/nothing", "/mails/..%2f..%2fsecret.key/raw", "/mails/../lock/raw", "/no"])
def test_what_is_not_a_mail_is_not_found(mailbox: Mailbox, path: str) -> None:
    assert mailbox.get(path)[0] == 404


def test_a_mail_outlives_a_kill_of_the_mailbox(supervisor: Supervisor, folder: DataFolder, mailbox: Mailbox) -> None:
    mailbox.send(message("kept"))
    (entry,) = json.loads(folder.processes.read_bytes())

    os.kill(entry["pid"], signal.SIGKILL)
    eventually(lambda: not answers("127.0.0.1", mailbox.port))

    def answers_again() -> bool:
        supervisor.turn()
        return answers("127.0.0.1", mailbox.port)

    eventually(answers_again)
    assert [mail["subject"] for mail in mailbox.mails()] == ["kept"]
