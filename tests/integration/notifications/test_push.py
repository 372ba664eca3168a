"""News at addresses that members named themselves: a title and a link, to a real receiver."""

import dataclasses
import ipaddress
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.domain.push_address import GIVEN_UP_AFTER
from shared.settings import Settings
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.push_receiving import Receiver
from tests.integration.notifications.test_erasing import hear_erasure
from tests.unit.notifications.news import ADA, BEN

AsMember = Callable[..., dict[str, str]]


@pytest.fixture
def own_settings(own_settings: Settings) -> Settings:
    """Loopback is allowed."""
    return dataclasses.replace(own_settings, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with receiver.answering():
        yield receiver


class Chooser:
    """Ada, at her preferences."""

    def __init__(self, desk: Desk, headers: dict[str, str]) -> None:
        self._client = desk.client()
        self._headers = headers

    def put(self, *push: dict[str, Any]) -> Any:
        return self._client.put("/v1/preferences", json={"push": list(push)}, headers=self._headers)

    def shown(self) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = self._client.get("/v1/preferences", headers=self._headers).get_json()["push"]
        return shown


@pytest.fixture
def ada(desk: Desk, as_member: AsMember) -> Chooser:
    desk.know_everybody()
    return Chooser(desk, as_member(ADA))


def tell(desk: Desk, name: str = "request.accepted.v1/yes") -> None:
    type_name, _, example = name.partition("/")
    desk.hear_example(type_name, example)
    desk.work("send_push")


def outcomes(desk: Desk) -> list[list[str]]:
    pushes = [each for each in desk.deliveries(ADA) if each.channel == "push"]
    return [[attempt.outcome.value for attempt in each.attempts] for each in pushes]


def failed(desk: Desk) -> list[str]:
    return [each["reason"] for each in desk.announced() if each["type"].endswith("failed.v1")]


def test_an_address_is_shown_by_scheme_and_host_alone_and_kept_sealed(
    desk: Desk, ada: Chooser, receiver: Receiver
) -> None:
    answer = ada.put({"url": f"json://ada:pass-word@127.0.0.1:{receiver.port}/secret-path"})
    assert answer.status_code == 200
    [shown] = ada.shown()
    assert answer.get_json()["push"] == [shown]
    assert (shown["scheme"], shown["host"], shown["state"]) == ("json", "127.0.0.1", "active")
    assert "secret-path" not in repr(shown)
    kept = repr(list(desk.foundation.database["push_addresses"].find()))
    assert "secret-path" not in kept
    assert "pass-word" not in kept
    assert receiver.bodies == []


@pytest.mark.parametrize("scheme", ["json", "ntfy", "gotify", "mmost"])
def test_news_comes_as_a_title_and_a_link(desk: Desk, ada: Chooser, receiver: Receiver, scheme: str) -> None:
    ada.put({"url": f"{scheme}://127.0.0.1:{receiver.port}/AbcDef123456789"})
    tell(desk)
    [body] = receiver.bodies
    assert "Ben Lindqvist said yes" in repr(body)
    assert "https://portal.example/requests/" in repr(body)
    assert outcomes(desk) == [["sent"]]
    assert [each["channel"] for each in desk.announced()] == ["push"]


def test_who_named_no_address_gets_no_push(desk: Desk, ada: Chooser, receiver: Receiver) -> None:
    ada.put({"url": f"json://127.0.0.1:{receiver.port}/ada"})
    tell(desk, "mentorship.started.v1/from-a-request")
    assert receiver.paths == ["/ada"]
    assert [each.channel for each in desk.deliveries(BEN)] == ["email"]


def test_preferences_hold_for_push_as_for_mail(desk: Desk, as_member: AsMember, receiver: Receiver) -> None:
    desk.know_everybody()
    body = {
        "push": [{"url": f"json://127.0.0.1:{receiver.port}"}],
        "categories": {"requests": {"push": "off"}},
    }
    assert desk.client().put("/v1/preferences", json=body, headers=as_member(ADA)).status_code == 200
    tell(desk)
    assert receiver.bodies == []
    tell(desk, "mentorship.started.v1/from-a-request")
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("mailto://ada:secret@example.org", "none of json://"),
        ("file:///etc/passwd", "none of json://"),
        ("ada", "none of json://"),
        ("json://", "not how an address"),
        ("json://169.254.169.254/latest", "not public"),
        ("jsons://10.0.0.1/x", "not public"),
        ("json://[::1]/x", "not public"),
        ("json://127.0.0.1/x?method=GET", "nothing to send to"),
    ],
)
def test_an_address_we_may_not_speak_to_is_refused_and_said_why(
    desk: Desk, ada: Chooser, url: str, because: str
) -> None:
    answer = ada.put({"url": url})
    assert answer.status_code == 422
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == "/push/0/url"
    assert because in fault["detail"]
    assert "secret" not in answer.text
    assert ada.shown() == []


@pytest.mark.parametrize("item", [{}, {"id": ADA}, {"id": ADA, "url": "json://127.0.0.1"}, {"scheme": "json"}])
def test_an_item_that_names_no_address_is_a_fault(ada: Chooser, item: dict[str, str]) -> None:
    assert ada.put(item).status_code == 422


def test_what_is_shown_can_be_put_and_keeps_what_it_names(desk: Desk, ada: Chooser, receiver: Receiver) -> None:
    ada.put(*[{"url": f"json://127.0.0.1:{receiver.port}/{each}"} for each in ("one", "two")])
    one, two = ada.shown()
    assert ada.put(two).status_code == 200
    assert ada.shown() == [two]
    tell(desk)
    assert receiver.paths == ["/two"]
    assert one["id"] != two["id"]


def test_a_redirect_is_not_followed(desk: Desk, ada: Chooser, receiver: Receiver) -> None:
    other = Receiver()
    with other.answering():
        receiver.status, receiver.redirect = 307, f"http://127.0.0.1:{other.port}/elsewhere"
        ada.put({"url": f"json://127.0.0.1:{receiver.port}/here"})
        tell(desk)
    assert (len(receiver.bodies), other.bodies) == (1, [])
    assert outcomes(desk) == [["unreachable"]]


def test_an_address_that_fails_rests_and_is_off_after_days_of_nothing_but_failures(
    desk: Desk, ada: Chooser, receiver: Receiver
) -> None:
    ada.put({"url": f"json://127.0.0.1:{receiver.port}/ada"})
    receiver.status = 500
    tell(desk)
    tell(desk)
    assert len(receiver.bodies) == 1, "the second waits while the address rests"
    [shown] = ada.shown()
    assert (shown["state"], bool(shown["failing_since"])) == ("active", True)
    desk.clock.pass_by(GIVEN_UP_AFTER - timedelta(minutes=1))
    tell(desk)
    assert ada.shown()[0]["state"] == "active"
    desk.clock.pass_by(timedelta(hours=7))
    tell(desk)
    [shown] = ada.shown()
    assert shown["state"] == "off"
    tried = len(receiver.bodies)
    receiver.status = 200
    tell(desk)
    assert len(receiver.bodies) == tried
    ada.put({"id": shown["id"], "state": "active"})
    tell(desk)
    assert len(receiver.bodies) == tried + 1
    assert ada.shown()[0]["failing_since"] is None


def test_an_address_that_works_gets_the_news_though_another_fails(desk: Desk, ada: Chooser, receiver: Receiver) -> None:
    broken = Receiver(status=500)
    with broken.answering():
        ada.put(*[{"url": f"json://127.0.0.1:{each.port}"} for each in (broken, receiver)])
        tell(desk)
    assert (len(broken.bodies), len(receiver.bodies)) == (1, 1)
    assert outcomes(desk) == [["sent"]]


def test_news_for_one_merged_away_goes_where_the_survivor_or_they_wanted_it(
    desk: Desk, ada: Chooser, receiver: Receiver
) -> None:
    ada.put({"url": f"json://127.0.0.1:{receiver.port}/ada"})
    desk.hear("member.merged.v1", {"id": ADA, "merged_into": BEN}, version=2)
    tell(desk, "request.sent.v1/single")
    assert receiver.paths == ["/ada"]


def test_nothing_of_it_is_left_after_an_erasure(desk: Desk, ada: Chooser, receiver: Receiver) -> None:
    ada.put({"url": f"json://127.0.0.1:{receiver.port}/ada"})
    hear_erasure(desk, "tr")
    assert list(desk.foundation.database["push_addresses"].find()) == []


def test_without_a_key_no_address_is_kept(keyless_desk: Desk, as_member: AsMember, receiver: Receiver) -> None:
    keyless_desk.know_everybody()
    answer = Chooser(keyless_desk, as_member(ADA)).put({"url": f"json://127.0.0.1:{receiver.port}"})
    assert answer.status_code == 503
    assert "ITHACA_SECRET_KEY" in answer.get_json()["detail"]
