"""What mail and streams need to be told."""

import pytest

from services.notifications import settings as own
from shared import settings as shared_settings
from shared.settings import SettingsError
from shared.web.streams import Limits


def mail(**environment: str) -> own.MailSettings:
    return own.read(shared_settings.read(environment), environment)


def test_without_a_url_there_is_no_server() -> None:
    assert mail().server is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1", own.MailServer("127.0.0.1", 25, False, False, None, None)),
        ("smtp://[::1]:2525", own.MailServer("::1", 2525, False, False, None, None)),
        ("smtps://mail.example.org", own.MailServer("mail.example.org", 465, True, False, None, None)),
        (
            "smtp://ada%40example.org:p%3Aw%2Fd@mail.example.org:587?starttls=true",
            own.MailServer("mail.example.org", 587, False, True, "ada@example.org", "p:w/d"),
        ),
    ],
)
def test_a_url_names_server_security_and_account(url: str, server: own.MailServer) -> None:
    assert mail(SMTP_URL=url).server == server


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org",
        "smtp://",
        "mail.example.org:25",
        "smtp://mail.example.org:none",
        "smtp://mail.example.org?starttls=maybe",
        "smtp://mail.example.org?tls=true",
        "smtps://mail.example.org?starttls=true",
        "smtp://hunter2@mail.example.org",
    ],
)
def test_a_wrong_url_is_named_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL") as raised:
        mail(SMTP_URL=url)
    assert "hunter2" not in str(raised.value)


def test_the_sender_is_a_name_and_an_address() -> None:
    sender = mail(ITHACA_MAIL_FROM='"Society, The" <hello@society.example>').sender
    assert (sender.display_name, sender.addr_spec) == ("Society, The", "hello@society.example")


@pytest.mark.parametrize("text", ["Society", "hello@", "a@b.c\r\nBcc: x@y.z", "<>"])
def test_a_wrong_sender_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_MAIL_FROM"):
        mail(ITHACA_MAIL_FROM=text)


def test_links_lead_to_the_portal_or_to_plain_pages() -> None:
    assert own.link_template(shared_settings.read({"ITHACA_PUBLIC_URL": "https://x.example/"})) == (
        "https://x.example/pages/{kind}/{id}"
    )
    portal = "https://portal.example/#/{kind}?id={id}"
    assert own.link_template(shared_settings.read({"ITHACA_LINK_TEMPLATE": portal})) == portal


@pytest.mark.parametrize("template", ["https://portal.example/", "javascript:alert({id})"])
def test_a_wrong_link_template_is_named(template: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_LINK_TEMPLATE"):
        own.link_template(shared_settings.read({"ITHACA_LINK_TEMPLATE": template}))


def test_pages_of_acts_are_behind_one_gateway_unless_told_otherwise() -> None:
    shared = shared_settings.read({"ITHACA_PUBLIC_URL": "https://x.example/"})
    assert own.page_addresses(shared, {}) == {"matching": "https://x.example", "events": "https://x.example"}
    given = {"ITHACA_MATCHING_PUBLIC_URL": "https://m.example/our/"}
    assert own.page_addresses(shared, given)["matching"] == "https://m.example/our"


@pytest.mark.parametrize("address", ["m.example", "javascript:alert(1)", "https://m.example/a b", "https://"])
def test_a_wrong_address_of_pages_is_named(address: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_MATCHING_PUBLIC_URL"):
        own.page_addresses(shared_settings.read({}), {"ITHACA_MATCHING_PUBLIC_URL": address})


def test_links_act_for_two_weeks_unless_told_otherwise() -> None:
    assert own.link_days({}) == 14
    assert own.link_days({"ITHACA_LINK_DAYS": "3"}) == 3


@pytest.mark.parametrize("days", ["0", "91", "-1", "a week", "1.5", "\u0661"])
def test_a_wrong_time_of_links_is_named(days: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_LINK_DAYS"):
        own.link_days({"ITHACA_LINK_DAYS": days})


def test_streams_are_as_many_as_said() -> None:
    assert own.stream_limits({}) == Limits(10_000, 5, 20)
    said = {"ITHACA_STREAMS": "0", "ITHACA_STREAMS_OF_A_MEMBER": "1", "ITHACA_STREAM_HEARTBEAT_SECONDS": "300"}
    assert own.stream_limits(said) == Limits(0, 1, 300)


@pytest.mark.parametrize("name", ["ITHACA_STREAMS", "ITHACA_STREAMS_OF_A_MEMBER", "ITHACA_STREAM_HEARTBEAT_SECONDS"])
@pytest.mark.parametrize("value", ["-1", "many", "1.5", "100001", "٣"])
def test_a_number_of_streams_that_is_none_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is "):
        own.stream_limits({name: value})
