"""Readers stop mails without signing in, and never by looking."""

import re
import string
import threading
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.notifications.domain.preferences import Channel, Pace
from services.notifications.domain.telling import Category
from services.notifications.domain.tokens import Tokens, Unsubscribing
from shared.signing import as_text, from_text
from tests.integration.notifications.conftest import SECRET_KEY, Desk
from tests.integration.notifications.mailing import Mailbox
from tests.integration.notifications.test_erasing import hear_erasure
from tests.unit.notifications.news import ADA, BEN

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(mail: EmailMessage) -> str:
    """Where the mail's reader unsubscribes, below the service."""
    found = re.fullmatch(r"<https?://[^/]+(/v1/unsubscribe/[A-Za-z0-9._-]+)>", str(mail["List-Unsubscribe"]))
    assert found is not None
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return found[1]


def sent(desk: Desk, mailbox: Mailbox) -> EmailMessage:
    """A mail of requests to Ada."""
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
    [mail] = mailbox.mails
    return mail


def off(desk: Desk, member_id: str = ADA, tenant: str = "acme") -> set[Category]:
    said = desk.store.preferences_of(tenant, member_id)
    paces = {} if said is None else said.paces
    return {category for category, by in paces.items() if by.get(Channel.EMAIL) is Pace.OFF}


def audited(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.foundation.database["audit"].find({}, {"_id": 0}))


def test_looking_at_the_page_changes_nothing(desk: Desk, mailbox: Mailbox) -> None:
    there = address(sent(desk, mailbox))
    client = desk.client()
    answers = [client.get(there), client.head(there), client.get(f"{there}?List-Unsubscribe=One-Click")]
    assert [each.status_code for each in answers] == [200] * 3
    assert "Mails of this kind: Requests" in answers[0].text
    assert answers[0].headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert off(desk) == set()
    assert audited(desk) == []


@pytest.mark.parametrize(
    ("form", "stopped"),
    [
        (ONE_CLICK, {Category.REQUESTS}),
        ({"choice": "these"}, {Category.REQUESTS}),
        ({"choice": "every"}, set(Category)),
    ],
)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_post_without_a_login_stops_what_it_names(
    desk: Desk, mailbox: Mailbox, form: dict[str, str], stopped: set[Category], kind: str
) -> None:
    there = address(sent(desk, mailbox))
    for _ in range(2):
        answer = desk.client().post(there, data=form, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (200, "text/html")
        assert "do not come any more" in answer.text
        assert off(desk) == stopped
    [row] = audited(desk)
    assert (row["issuer"], row["members"], row["operation"]) == ("address", [ADA], "unsubscribe.stop")
    assert there.rpartition("/")[2] not in repr(row)


def test_no_more_mail_of_that_kind_comes_but_what_was_agreed_does(desk: Desk, mailbox: Mailbox) -> None:
    there = address(sent(desk, mailbox))
    desk.client().post(there, data={"choice": "every"})
    desk.hear_example("request.declined.v1", "no-time")
    desk.hear_example("session.confirmed.v1", "first")
    with mailbox.answering():
        desk.work()
    after = [mail for mail in mailbox.mails[1:] if "ada@" in mail["To"]]
    assert [mail["Subject"] for mail in after] == ["Your session with Ben Lindqvist is confirmed"]
    assert [mail["List-Unsubscribe"] for mail in after] == [None]
    assert len(desk.notifications(ADA)) == 3


@pytest.mark.parametrize("form", [{}, {"choice": "all of it"}, {"List-Unsubscribe": "yes"}])
def test_a_form_that_says_nothing_of_it_stops_nothing(desk: Desk, mailbox: Mailbox, form: dict[str, str]) -> None:
    there = address(sent(desk, mailbox))
    assert desk.client().post(there, data=form).status_code == 422
    assert off(desk) == set()


def _tampered(token: str) -> list[str]:
    """What is not as it was given: another's content, half a signature, another spelling of the same bytes."""
    other = from_text(Tokens([SECRET_KEY]).unsubscribing(Unsubscribing("globex", ADA, [Category.EVENTS])))
    signed = from_text(token)
    content, signature = signed[:-16], signed[-16:]
    altered = [other[:-16] + signature, content + bytes(16), content, signed[:-1], signed + b"\0", signature]
    spellings = [token[:-1] + each for each in (*string.ascii_letters, *string.digits, "-", "_") if each != token[-1]]
    return [*map(as_text, altered), *spellings, f"{token}A", f"{token}=", "x.y", "é.ü"]


def test_an_address_that_was_not_given_opens_nothing(desk: Desk, mailbox: Mailbox) -> None:
    there, _, token = address(sent(desk, mailbox)).rpartition("/")
    client = desk.client()
    bounce = Tokens([SECRET_KEY]).bouncing(desk.deliveries(ADA)[0].id)
    foreign = Tokens(["another key of at least thirty-two characters"]).unsubscribing(
        Unsubscribing("acme", ADA, [Category.EVENTS])
    )
    for each in [*_tampered(token), bounce, foreign]:
        assert client.get(f"{there}/{each}").status_code == 404
        assert client.post(f"{there}/{each}", data=ONE_CLICK).status_code == 404
    assert off(desk) == set()


def test_an_address_outlives_the_key_that_made_it_while_that_is_listed() -> None:
    old, new = "an old key of at least thirty-two characters", "a new key of at least thirty-two characters"
    what = Unsubscribing("acme", ADA, [Category.EVENTS])
    token = Tokens([old]).unsubscribing(what)
    assert Tokens([new, old]).read_unsubscribing(token) == what
    assert Tokens([new]).read_unsubscribing(token) is None


def test_an_address_of_one_merged_away_stops_the_mails_of_whoever_they_are_now(desk: Desk, mailbox: Mailbox) -> None:
    there = address(sent(desk, mailbox))
    desk.hear("member.merged.v1", {"id": ADA, "merged_into": BEN}, version=2)
    assert desk.client().post(there, data=ONE_CLICK).status_code == 200
    assert off(desk, BEN) == {Category.REQUESTS}
    assert desk.store.preferences.find("acme", ADA) is None


def test_an_address_of_one_erased_keeps_nothing_of_them(desk: Desk, mailbox: Mailbox) -> None:
    there = address(sent(desk, mailbox))
    hear_erasure(desk, "tr")
    answer = desk.client().post(there, data=ONE_CLICK)
    assert answer.status_code == 200
    assert "Ada" not in answer.text
    assert list(desk.foundation.database["preferences"].find()) == []


def test_clicks_at_the_same_moment_all_count(desk: Desk, mailbox: Mailbox) -> None:
    sent(desk, mailbox)
    tokens = Tokens([SECRET_KEY])
    app = desk.service.web_app()
    answers: list[int] = []

    def click(category: Category) -> None:
        client: FlaskClient = app.test_client()
        token = tokens.unsubscribing(Unsubscribing("acme", ADA, [category]))
        answers.append(client.post(f"/v1/unsubscribe/{token}", data=ONE_CLICK).status_code)

    threads = [threading.Thread(target=click, args=(each,)) for each in Category]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * len(Category)
    assert off(desk) == set(Category)


def test_without_a_key_mails_go_out_without_such_an_address(keyless_desk: Desk, mailbox: Mailbox) -> None:
    mail = sent(keyless_desk, mailbox)
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"], mail["Ithaca-Bounce"]) == (None, None, None)
    assert keyless_desk.client().get("/v1/unsubscribe/a.b").status_code == 404
