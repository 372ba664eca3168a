"""What a thin webhook names is fetched from a real server over HTTP, whatever that server does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.events.commands import fetch_named
from shared.messaging.patience import Patience
from tests.integration.events.conftest import Bench
from tests.integration.events.shopping import Shopping
from tests.integration.events.standin import Fault, Shop, opened, page_of_html, slow, status, truncated
from tests.integration.events.test_hooks import rejections, show
from tests.integration.events.test_sources import shown
from tests.unit.events.pretix_orders import order
from tests.unit.events.test_eventbrite import attendee


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened() as found:
        yield found


@pytest.fixture
def pretix(bench: Bench, shop: Shop) -> Shopping:
    return Shopping.at(bench, shop, "pretix")


@pytest.fixture
def eventbrite(bench: Bench, shop: Shop) -> Shopping:
    return Shopping.at(bench, shop, "eventbrite")


def sell(shopping: Shopping, code: str = "URFY3", **changes: Any) -> dict[str, Any]:
    sold = shopping.shop.orders[code] = order(code) | changes
    return sold


def named(shopping: Shopping, path: str) -> dict[str, Any]:
    body = {"api_url": f"{shopping.shop.url}{path}", "config": {"action": "attendee.updated"}}
    answer = show(shopping.bench, shopping.made, body)
    assert answer.status_code == 202, answer.get_data()
    receipt: dict[str, Any] = answer.json  # type: ignore[assignment]
    return receipt


def test_a_thin_webhook_only_asks_and_the_fetch_publishes(pretix: Shopping) -> None:
    sell(pretix)
    receipt = pretix.hook("URFY3")
    assert (receipt["fetches"], receipt["published"], pretix.told()) == (1, 0, [])
    pretix.work()
    [record] = pretix.told()
    assert record["source_registration_id"] == "URFY3-1"
    assert pretix.shop.asked == ["/api/v1/organizers/assoc/events/summit/orders/URFY3/?include_canceled_positions=true"]
    assert list(pretix.waiting()) == []


def test_many_webhooks_of_one_order_are_one_fetch(pretix: Shopping) -> None:
    sell(pretix)
    for number in range(5):
        pretix.hook("URFY3", number=number)
    pretix.work()
    assert len(pretix.shop.asked) == 1


def test_duplicate_deliveries_are_answered_with_the_first_result_and_fetch_once(pretix: Shopping) -> None:
    sell(pretix)
    first = pretix.hook("URFY3")
    pretix.work()
    assert pretix.hook("URFY3") == first
    pretix.work()
    assert len(pretix.shop.asked) == 1


def test_a_change_that_comes_while_its_order_is_fetched_is_fetched_once_more(pretix: Shopping) -> None:
    sell(pretix)

    def meanwhile(handler: Any) -> None:
        pretix.hook("URFY3", number=2)
        pretix.shop.serve(handler)

    pretix.shop.faults = [meanwhile]
    pretix.hook("URFY3", number=1)
    pretix.work()
    assert len(pretix.shop.asked) == 2
    assert list(pretix.waiting()) == []


def test_an_order_that_is_not_there_is_reported_and_not_asked_for_again(pretix: Shopping) -> None:
    pretix.hook("GONE1")
    pretix.work()
    [rejection] = rejections(pretix.bench, "pretix")
    assert rejection["reason"] == "not_there"
    assert "GONE1" in rejection["faults"][0]["detail"]
    assert list(pretix.waiting()) == []


def test_an_order_of_an_event_that_is_not_for_this_token_is_reported_and_holds_up_no_other(pretix: Shopping) -> None:
    sell(pretix)
    sell(pretix, "7S3ED", event="private")
    body = {"notification_id": 1, "organizer": "assoc", "event": "private", "code": "7S3ED", "action": "x"}
    assert show(pretix.bench, pretix.made, body).status_code == 202
    pretix.hook("URFY3", number=2)
    pretix.work()
    assert [each["source_registration_id"] for each in pretix.told()] == ["URFY3-1"]
    [rejection] = rejections(pretix.bench, "pretix")
    assert rejection["reason"] == "not_there"
    assert shown(pretix.bench, pretix.made["id"])["error"] is None


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (status(500), "status 500"),
        (page_of_html, "text/html"),
        (truncated, "no whole answer"),
        (slow, "did not finish"),
        (status(302, Location="http://169.254.169.254/latest/"), "leads elsewhere"),
        (status(401), "refuses the token"),
    ],
    ids=["500", "html", "truncated", "slow", "redirect", "401"],
)
def test_a_failed_fetch_is_tried_again_later_and_loses_nothing(pretix: Shopping, fault: Fault, word: str) -> None:
    sell(pretix)
    pretix.shop.faults = [fault]
    pretix.hook("URFY3")
    pretix.work(deadline=0.5)
    [waiting] = pretix.waiting()
    assert waiting["due_at"] > pretix.bench.foundation.clock.now()
    assert pretix.told() == []
    assert len(pretix.shop.asked) == 1
    error = shown(pretix.bench, pretix.made["id"])["error"]
    if word in ("no whole answer", "did not finish", "refuses the token"):
        assert word in error
    pretix.sync()
    assert [each["source_registration_id"] for each in pretix.told()] == ["URFY3-1"]
    assert shown(pretix.bench, pretix.made["id"])["error"] is None


def test_a_source_that_asks_to_wait_is_left_alone_for_that_long(pretix: Shopping) -> None:
    sell(pretix)
    pretix.shop.faults = [status(429, **{"Retry-After": "120"})]
    pretix.hook("URFY3")
    pretix.work()
    pretix.hook("TKX9Z", number=2)
    pretix.work()
    assert len(pretix.shop.asked) == 1
    now = pretix.bench.foundation.clock.now()
    for each in pretix.waiting():
        assert timedelta(seconds=100) < each["due_at"] - now <= timedelta(seconds=120)


def test_a_requested_sync_holds_nothing_back_any_longer(pretix: Shopping) -> None:
    sell(pretix)
    pretix.shop.faults = [status(429, **{"Retry-After": "3000"})]
    pretix.hook("URFY3")
    pretix.work()
    pretix.sync()
    sell(pretix, "TKX9Z")
    pretix.hook("TKX9Z", number=2)
    pretix.work()
    assert {each["source_registration_id"] for each in pretix.told()} == {"URFY3-1", "TKX9Z-1"}


def test_what_fails_for_hours_is_reported_and_given_up(pretix: Shopping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_named, "PATIENCE", Patience(attempts=1))
    pretix.shop.faults = [status(500)]
    pretix.hook("URFY3")
    pretix.work()
    [rejection] = rejections(pretix.bench, "pretix")
    assert rejection["reason"] == "not_fetched"
    assert list(pretix.waiting()) == []


def test_what_is_no_order_is_refused_and_named(pretix: Shopping) -> None:
    sell(pretix, status="x")
    pretix.hook("URFY3")
    pretix.work()
    [rejection] = rejections(pretix.bench, "pretix")
    assert (rejection["reason"], rejection["source_registration_id"]) == ("invalid", "URFY3")
    assert pretix.told() == []


def test_an_order_in_test_mode_takes_no_seat_and_is_reported_once(pretix: Shopping) -> None:
    sell(pretix, testmode=True)
    for number in range(2):
        pretix.hook("URFY3", number=number)
        pretix.work()
    [rejection] = rejections(pretix.bench, "pretix")
    assert (rejection["reason"], rejection["source_registration_id"]) == ("test_mode", "URFY3")
    assert [fault["pointer"] for fault in rejection["faults"]] == ["/testmode"]
    assert pretix.told() == []


def test_an_order_that_was_deleted_was_in_test_mode_and_is_not_asked_for(pretix: Shopping) -> None:
    assert pretix.hook("URFY3", action="pretix.event.order.deleted")["fetches"] == 0
    pretix.work()
    assert pretix.shop.asked == []
    assert rejections(pretix.bench, "pretix") == []


def test_an_order_from_the_future_removes_nothing(pretix: Shopping) -> None:
    event_id = pretix.bench.event()
    whole = sell(pretix, "7S3ED")
    pretix.hook("7S3ED", number=1)
    pretix.work()
    pretix.deliver()
    sell(pretix, "7S3ED", positions=whole["positions"][:1], last_modified="2098-01-01T00:00:00Z")
    pretix.hook("7S3ED", number=2)
    pretix.work()
    assert pretix.bench.told("attendee.removed") == []
    assert {each["status"] for each in pretix.bench.registrations(event_id)} == {"confirmed"}


def test_a_private_address_that_the_source_may_not_use_is_not_connected_to(pretix: Shopping) -> None:
    sell(pretix)
    change = {"$set": {"allow_private": False}}
    pretix.bench.foundation.database["sources"].update_one({"_id": pretix.made["id"]}, change)
    pretix.hook("URFY3")
    pretix.work()
    assert pretix.shop.asked == []
    assert "not public" in shown(pretix.bench, pretix.made["id"])["error"]


def test_an_attendee_s_webhook_leads_to_the_whole_order(eventbrite: Shopping) -> None:
    shop = eventbrite.shop
    shop.attendees = {"1": attendee("1"), "2": attendee("2"), "3": attendee("3", order_id="10")}
    named(eventbrite, "/v3/events/7/attendees/2/")
    eventbrite.work()
    assert shop.asked == ["/v3/events/7/attendees/2/", "/v3/orders/9/?expand=attendees"]
    assert {each["source_registration_id"] for each in eventbrite.told()} == {"1", "2"}
    assert all("email" not in each["person"] for each in eventbrite.told())


def test_an_order_s_webhook_publishes_its_attendees(eventbrite: Shopping) -> None:
    eventbrite.shop.attendees = {"1": attendee("1", refunded=True)}
    named(eventbrite, "/v3/orders/9/")
    eventbrite.work()
    assert [each["status"] for each in eventbrite.told()] == ["refunded"]
