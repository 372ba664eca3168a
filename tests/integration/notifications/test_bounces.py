"""Mail that came back: what is said of it counts once, and an address that does not work gets no more."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from services.notifications.domain.bounces import SOFT_BOUNCES
from services.notifications.domain.delivery import DeliveryState
from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA

REPORT = """\
Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org> is not here
"""


def dsn(action: str, status: str) -> str:
    return REPORT.format(action=action, status=status).replace("\n", "\r\n")


def in_a_mail(report: str) -> tuple[str, str]:
    """The content type and the body of a mail with the report."""
    body = (
        "--cut\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--cut\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n--cut--\r\n"
    )
    return 'multipart/report; report-type=delivery-status; boundary="cut"', body


def sent(desk: Desk, mailbox: Mailbox, number: int = 1) -> list[EmailMessage]:
    before = len(mailbox.mails)
    for _ in range(number):
        desk.hear_example("request.accepted.v1", "yes", id=new_id())
        with mailbox.answering():
            desk.work()
        desk.clock.pass_by(timedelta(days=1))
    return mailbox.mails[before:]


def address(mail: EmailMessage) -> str:
    found = re.fullmatch(r"<https?://[^/]+(/v1/bounces/[a-z2-7]+)>", str(mail["Ithaca-Bounce"]))
    assert found is not None
    return found[1]


def failed(desk: Desk) -> list[dict[str, Any]]:
    return [one for one in desk.announced() if one["type"].endswith("failed.v1")]


HARD = [
    ("application/json", '{"kind": "hard"}'),
    ("application/json", '{"status": "5.1.1"}'),
    ("message/delivery-status", dsn("failed", "5.1.1")),
    in_a_mail(dsn("failed", "5.1.1")),
    ("message/rfc822", "Subject: Undelivered\r\nContent-Type: {}\r\n\r\n{}".format(*in_a_mail(dsn("failed", "5.4.1")))),
]


@pytest.mark.parametrize(("content_type", "body"), HARD)
def test_no_more_mail_goes_to_an_address_that_does_not_work(
    desk: Desk, mailbox: Mailbox, content_type: str, body: str
) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    for _ in range(2):
        answer = desk.client().post(address(mail), data=body, content_type=content_type)
        assert answer.status_code == 204
    [announced] = failed(desk)
    assert (announced["reason"], announced["member_id"]) == ("bounced", ADA)
    assert sent(desk, mailbox) == []
    assert [each["reason"] for each in failed(desk)] == ["bounced"] * 2
    assert "ada@example.org" not in repr(list(desk.foundation.database["bounced_addresses"].find()))


def test_the_member_sees_that_mail_comes_back(
    desk: Desk, mailbox: Mailbox, as_member: Callable[..., dict[str, str]]
) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    client = desk.client()

    def shown() -> Any:
        return client.get("/v1/preferences", headers=as_member(ADA)).get_json()["email_comes_back"]

    assert shown() is False
    client.post(address(mail), json={"kind": "hard"})
    assert shown() is True
    moved = {"id": ADA, "given_name": "Ada", "family_name": "Okafor", "email": "ada@elsewhere.example"}
    desk.hear("member.updated.v1", moved, version=2)
    assert shown() is False


def test_a_new_address_gets_mail_again_and_is_not_blamed_for_the_old_one(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    [late, mail] = sent(desk, mailbox, 2)
    desk.client().post(address(mail), json={"kind": "hard"})
    assert sent(desk, mailbox) == []
    moved = {"id": ADA, "given_name": "Ada", "family_name": "Okafor", "email": "ada@elsewhere.example"}
    desk.hear("member.updated.v1", moved, version=2)
    assert desk.client().post(address(late), json={"kind": "hard"}).status_code == 204
    [again] = sent(desk, mailbox)
    assert "ada@elsewhere.example" in again["To"]


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1"])
def test_an_address_is_given_up_when_several_mails_did_not_get_there(desk: Desk, mailbox: Mailbox, status: str) -> None:
    desk.know_everybody()
    mails = sent(desk, mailbox, SOFT_BOUNCES)
    for mail in mails[1:]:
        for _ in range(2):  # a repetition is no second one
            desk.client().post(address(mail), data=dsn("failed", status), content_type="message/delivery-status")
    [last] = sent(desk, mailbox)
    desk.client().post(address(last), json={"status": status})
    assert sent(desk, mailbox) == []


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_mail_that_is_late_or_got_there_says_nothing_against_the_address(
    desk: Desk, mailbox: Mailbox, action: str
) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    answer = desk.client().post(address(mail), data=dsn(action, "4.0.0"), content_type="message/delivery-status")
    assert answer.status_code == 204
    assert failed(desk) == []
    assert desk.deliveries(ADA)[0].state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", "{}", 422),
        ("application/json", "[]", 422),
        ("application/json", '"hard"', 422),
        ("application/json", '{"kind": "worse"}', 422),
        ("application/json", '{"status": "5.1.1 \\n"}', 422),
        ("application/json", '{"kind": "hard", "address": "ada@example.org"}', 422),
        ("application/json", "{", 400),
        ("text/plain", "5.1.1", 415),
        ("message/delivery-status", "", 422),
        ("multipart/report", "no boundary", 422),
        ("message/rfc822", "\x00\xff", 422),
    ],
)
def test_what_is_no_report_is_named_and_changes_nothing(
    desk: Desk, mailbox: Mailbox, content_type: str, body: str, status: int
) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    answer = desk.client().post(address(mail), data=body, content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert failed(desk) == []


def test_a_token_that_was_not_given_is_not_found(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    there, _, token = address(mail).rpartition("/")
    swapped = token[:-1] + ("a" if token[-1] != "a" else "b")
    for each in [swapped, token[:-8], "a", new_id(), "1!"]:
        assert desk.client().post(f"{there}/{each}", json={"kind": "hard"}).status_code == 404
    assert desk.client().post(f"{there}/{token.upper()}", json={"kind": "hard"}).status_code == 204


def test_reports_of_one_mail_at_the_same_moment_count_once(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    app = desk.service.web_app()
    answers: list[int] = []

    def report() -> None:
        answers.append(app.test_client().post(address(mail), json={"kind": "soft"}).status_code)

    threads = [threading.Thread(target=report) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 8
    [counted] = desk.foundation.database["bounced_addresses"].find()
    assert counted["soft"] == 1
    assert len(failed(desk)) == 1


def test_what_comes_back_goes_to_an_address_for_the_mail_where_there_is_a_domain_for_it(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.know_everybody()
    [mail] = sent(desk, mailbox)
    token = address(mail).rpartition("/")[2]
    assert mailbox.senders == [f"bounce+{token}@bounces.example"]
    assert len(mailbox.senders[0].partition("@")[0]) <= 64
