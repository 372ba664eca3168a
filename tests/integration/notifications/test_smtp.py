"""What a server's answers mean."""

from email.message import EmailMessage

import pytest

from services.notifications.channels.email.smtp import Deferred, Refused, Unreachable, send
from services.notifications.settings import MailServer
from tests.integration.notifications.mailing import Mailbox

SENDER = "mentoring@association.example"


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, "ada@example.org", "News"
    message.set_content("Something happened.")
    return message


def server(
    mailbox: Mailbox, *, starttls: bool = False, tls: bool = False, account: tuple[str, str] | None = None
) -> MailServer:
    user, password = account or (None, None)
    return MailServer("127.0.0.1", mailbox.port, tls, starttls, user, password)


def test_an_account_is_used_where_one_is_named(mailbox: Mailbox) -> None:
    mailbox.accounts = {b"ithaca": b"pass word"}
    with mailbox.answering():
        send(server(mailbox, account=("ithaca", "pass word")), mail(), SENDER, "ada@example.org")
    assert mailbox.recipients == ["ada@example.org"]


def test_a_wrong_password_is_our_trouble_and_not_the_mails(mailbox: Mailbox) -> None:
    mailbox.accounts = {b"ithaca": b"pass word"}
    with mailbox.answering(), pytest.raises(Unreachable) as raised:
        send(server(mailbox, account=("ithaca", "wrong")), mail(), SENDER, "ada@example.org")
    assert raised.value.code == 535
    assert mailbox.mails == []


@pytest.mark.parametrize("encryption", [{"starttls": True}, {"tls": True}])
def test_nothing_is_said_in_the_clear_to_a_server_that_cannot_encrypt(
    mailbox: Mailbox, encryption: dict[str, bool]
) -> None:
    with mailbox.answering(), pytest.raises(Unreachable):
        send(server(mailbox, **encryption), mail(), SENDER, "ada@example.org")
    assert mailbox.mails == []


def test_nobody_there_is_unreachable(mailbox: Mailbox) -> None:
    with pytest.raises(Unreachable) as raised:
        send(server(mailbox), mail(), SENDER, "ada@example.org")
    assert raised.value.code is None


@pytest.mark.parametrize(
    ("reply", "meaning"), [("450 later", Deferred), ("552 full", Refused), ("421 closing down", Deferred)]
)
def test_the_reply_code_says_whether_to_come_again(mailbox: Mailbox, reply: str, meaning: type[Exception]) -> None:
    mailbox.on_recipient = reply
    with mailbox.answering(), pytest.raises(meaning):
        send(server(mailbox), mail(), SENDER, "ada@example.org")


def test_an_address_the_server_cannot_take_is_refused(mailbox: Mailbox) -> None:
    with mailbox.answering(), pytest.raises(Refused):
        send(server(mailbox), mail(), SENDER, "ädä@example.org")
