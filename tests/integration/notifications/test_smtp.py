"""What a server's answers mean, and how it is spoken to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from services.notifications.channels.email.pool import IDLE_SECONDS, MAILS_EACH, Pool
from services.notifications.channels.email.smtp import Deferred, Refused, Unreachable
from services.notifications.settings import MailServer
from tests.integration.notifications.authority import Authority
from tests.integration.notifications.mailing import Mailbox

SENDER = "mentoring@association.example"


PoolOf = Callable[..., Pool]


class Ticking:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, "ada@example.org", "News"
    message.set_content("Something happened.")
    return message


@pytest.fixture
def pool_of(mailbox: Mailbox) -> Iterator[PoolOf]:
    """Pools that are closed in the end."""
    with ExitStack() as pools:

        def made(**options: Any) -> Pool:
            pool = _pool(mailbox, **options)
            pools.callback(pool.close)
            return pool

        yield made


def _pool(
    mailbox: Mailbox,
    *,
    starttls: bool = False,
    tls: bool = False,
    account: tuple[str, str] | None = None,
    now: Ticking | None = None,
) -> Pool:
    user, password = account or (None, None)
    server = MailServer("127.0.0.1", mailbox.port, tls, starttls, user, password)
    return Pool(server, "association.example", now or Ticking())


def send(pool: Pool, recipient: str = "ada@example.org") -> None:
    with pool.conversation() as conversation:
        conversation.hand_over(mail(), SENDER, recipient)


def test_an_account_is_used_where_one_is_named(pool_of: PoolOf, mailbox: Mailbox) -> None:
    mailbox.accounts = {b"ithaca": b"pass word"}
    with mailbox.answering():
        send(pool_of(account=("ithaca", "pass word")))
    assert mailbox.recipients == ["ada@example.org"]


def test_a_wrong_password_is_our_trouble_and_not_the_mails(pool_of: PoolOf, mailbox: Mailbox) -> None:
    mailbox.accounts = {b"ithaca": b"pass word"}
    with mailbox.answering(), pytest.raises(Unreachable) as raised:
        send(pool_of(account=("ithaca", "wrong")))
    assert raised.value.code == 535
    assert mailbox.mails == []


@pytest.mark.parametrize("encryption", [{"starttls": True}, {"tls": True}])
def test_nothing_is_said_in_the_clear_to_a_server_that_cannot_encrypt(
    pool_of: PoolOf, mailbox: Mailbox, encryption: dict[str, bool]
) -> None:
    with mailbox.answering(), pytest.raises(Unreachable):
        send(pool_of(**encryption))
    assert mailbox.mails == []


@pytest.mark.parametrize("implicit", [True, False])
def test_an_encrypted_server_is_spoken_to_where_its_authority_is_trusted(
    pool_of: PoolOf, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, implicit: bool
) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context()
    mailbox.implicit_tls, mailbox.starttls = (context, None) if implicit else (None, context)
    encrypted = pool_of(tls=implicit, starttls=not implicit)
    with mailbox.answering():
        with pytest.raises(Unreachable):
            send(encrypted)
        assert mailbox.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
        send(encrypted)
        send(encrypted)
    assert len(mailbox.mails) == 2


def test_nobody_there_is_unreachable(pool_of: PoolOf, mailbox: Mailbox) -> None:
    with pytest.raises(Unreachable) as raised:
        send(pool_of())
    assert raised.value.code is None


@pytest.mark.parametrize(
    ("reply", "meaning"), [("450 later", Deferred), ("552 full", Refused), ("421 closing down", Unreachable)]
)
@pytest.mark.parametrize("step", ["on_recipient", "on_data"])
def test_the_reply_code_says_whether_to_come_again(
    pool_of: PoolOf, mailbox: Mailbox, step: str, reply: str, meaning: type[Exception]
) -> None:
    setattr(mailbox, step, reply)
    with mailbox.answering(), pytest.raises(meaning):
        send(pool_of())


def test_an_address_the_server_cannot_take_is_refused(pool_of: PoolOf, mailbox: Mailbox) -> None:
    with mailbox.answering(), pytest.raises(Refused):
        send(pool_of(), "ädä@example.org")


def test_a_connection_serves_many_mails_whatever_came_of_those_before(pool_of: PoolOf, mailbox: Mailbox) -> None:
    kept = pool_of()
    with mailbox.answering():
        send(kept)
        mailbox.on_recipient = "450 later"
        with pytest.raises(Deferred):
            send(kept)
        mailbox.on_recipient, mailbox.on_data = None, "550 no"
        with pytest.raises(Refused):
            send(kept)
        mailbox.on_data = None
        send(kept)
    assert mailbox.conversations == 1
    assert len(mailbox.mails) == 2


def test_a_connection_is_left_after_its_share_of_mails(pool_of: PoolOf, mailbox: Mailbox) -> None:
    kept = pool_of()
    with mailbox.answering():
        for _ in range(MAILS_EACH + 1):
            send(kept)
    assert mailbox.conversations == 2
    assert len(mailbox.mails) == MAILS_EACH + 1


def test_a_connection_that_nobody_used_for_long_is_left(pool_of: PoolOf, mailbox: Mailbox) -> None:
    now = Ticking()
    kept = pool_of(now=now)
    with mailbox.answering():
        send(kept)
        now.seconds += IDLE_SECONDS
        send(kept)
        assert mailbox.conversations == 1
        now.seconds += IDLE_SECONDS + 1
        send(kept)
    assert mailbox.conversations == 2


def test_a_connection_that_the_server_has_ended_costs_no_mail(pool_of: PoolOf, mailbox: Mailbox) -> None:
    kept = pool_of()
    with mailbox.answering():
        send(kept)
    with mailbox.answering():
        send(kept)
    assert len(mailbox.mails) == 2


@pytest.mark.parametrize("fault", ["hangs_up_at_recipient", "hangs_up_after_data"])
def test_a_server_that_hangs_up_is_unreachable_and_spoken_to_anew(
    pool_of: PoolOf, mailbox: Mailbox, fault: str
) -> None:
    kept = pool_of()
    setattr(mailbox, fault, 1)
    with mailbox.answering():
        with pytest.raises(Unreachable):
            send(kept)
        send(kept)
    assert mailbox.conversations == 2
