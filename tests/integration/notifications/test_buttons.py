"""What a mail lets a person do, in the mail as it arrives."""

import dataclasses
import re
from collections.abc import Iterator

import pytest

from services.notifications.domain.notification import Notification
from shared.contracts.acts import Act
from shared.settings import Settings
from shared.web.act_pages import Grants
from tests.emptying import empty
from tests.integration.notifications.conftest import SECRET_KEY, Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, BEN

LINK = re.compile(r"http://127\.0\.0\.1:8004/pages/([a-z-]+)/([A-Za-z0-9_-]+)")


def built(settings: Settings, prefix: str, **changes: object) -> Iterator[Desk]:
    desk = Desk(dataclasses.replace(settings, database_prefix=prefix, **changes))  # type: ignore[arg-type]
    yield desk
    empty(desk.foundation.database)
    desk.foundation.close()


@pytest.fixture
def without_portal(own_settings: Settings, prefix: str) -> Iterator[Desk]:
    yield from built(own_settings, prefix, link_template=None)


@pytest.fixture
def without_key(own_settings: Settings, prefix: str) -> Iterator[Desk]:
    yield from built(own_settings, prefix, link_template=None, secret_keys=())


def sent(desk: Desk, mailbox: Mailbox) -> tuple[Notification, list[tuple[str, str]], list[tuple[str, str]]]:
    """What asks Ben, and the links in the text and in the HTML of his mail."""
    desk.know_everybody()
    desk.hear_example("request.sent.v1", "single")
    with mailbox.answering():
        desk.work()
    [mail] = mailbox.mails
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    [notification] = desk.notifications(BEN)
    return notification, LINK.findall(parts["text/plain"]), LINK.findall(parts["text/html"])


def test_a_mail_has_a_button_for_each_answer(without_portal: Desk, mailbox: Mailbox) -> None:
    notification, text, html = sent(without_portal, mailbox)
    for links in (text, html):
        assert [act for act, _ in links] == ["accept-request", "decline-request"]
        for act, grant in links:
            read = Grants([SECRET_KEY]).read(grant)
            assert (read.act, read.tenant, read.member_id) == (Act(act), "acme", BEN)
            assert read.subject_id == notification.about_id


def test_no_answer_stands_where_it_is_kept_or_read_later(without_portal: Desk, mailbox: Mailbox) -> None:
    sent(without_portal, mailbox)
    database = without_portal.foundation.database
    kept = "".join(str(list(database[name].find())) for name in database.list_collection_names())
    assert "accept-request" not in kept


@pytest.mark.parametrize("desk_of", ["desk", "without_key"])
def test_where_there_is_a_portal_or_no_key_there_is_one_link(
    request: pytest.FixtureRequest, desk_of: str, mailbox: Mailbox
) -> None:
    notification, text, html = sent(request.getfixturevalue(desk_of), mailbox)
    kinds = [] if desk_of == "desk" else [("requests", notification.subject_id)]
    assert text == html == kinds


def test_whoever_hears_of_what_they_did_gets_no_button(without_portal: Desk, mailbox: Mailbox) -> None:
    without_portal.know_everybody()
    without_portal.hear_example("session.proposed.v1", "first")
    with mailbox.answering():
        without_portal.work()
    assert mailbox.recipients == ["ben@example.org"]
    assert without_portal.notifications(ADA) == []
