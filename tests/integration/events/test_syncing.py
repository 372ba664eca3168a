"""Reconciliation: what changed at the source is read page by page, and nothing that goes wrong loses or removes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.events.conftest import Bench
from tests.integration.events.shopping import Shopping
from tests.integration.events.standin import (
    Fault,
    Shop,
    opened,
    page_at_the_gate,
    page_of_html,
    send,
    status,
    truncated,
)
from tests.integration.events.test_sources import shown
from tests.unit.events.pretix_orders import all_orders
from tests.unit.events.test_eventbrite import attendee


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened() as found:
        yield found


@pytest.fixture
def pretix(bench: Bench, shop: Shop) -> Shopping:
    bench.event()
    shop.orders = {each["code"]: each for each in all_orders()}
    return Shopping.at(bench, shop, "pretix")


@pytest.fixture
def eventbrite(bench: Bench, shop: Shop) -> Shopping:
    bench.event(sources=[{"source": "eventbrite", "source_event_id": "7"}])
    return Shopping.at(bench, shop, "eventbrite")


def test_a_new_source_is_read_to_its_end_without_being_asked_to(pretix: Shopping) -> None:
    pretix.work()
    assert len(pretix.told()) == 12
    state = pretix.state()
    assert (state["source_event_id"], state["cursor"]) == ("summit", "2026-11-22T20:57:32.389Z")
    assert state["synced_at"] is not None
    assert (state["error"], state["stopped"]) == (None, None)
    assert len(pretix.shop.asked) == 6


def test_the_next_reading_asks_for_what_changed_since_a_little_before_the_last_one_began(pretix: Shopping) -> None:
    pretix.work()
    before = len(pretix.told())
    missed = pretix.shop.orders["URFY3"]
    pretix.shop.orders["URFY3"] = missed | {"status": "c", "last_modified": "2026-11-23T08:00:00Z"}
    pretix.shop.generated, pretix.shop.asked = "2026-11-23T09:00:00Z", []
    pretix.sync()
    assert "modified_since=2026-11-22T20%3A57%3A32.389Z" in pretix.shop.asked[0]
    [repaired] = pretix.told()[before:]
    assert (repaired["source_registration_id"], repaired["status"]) == ("URFY3-1", "cancelled")
    assert pretix.state()["cursor"] == "2026-11-23T08:58:00Z"


def test_an_event_published_later_is_found_by_the_next_plan(bench: Bench, shop: Shop) -> None:
    shopping = Shopping.at(bench, shop, "pretix")
    shop.orders = {each["code"]: each for each in all_orders()}
    shopping.work()
    assert shop.asked == []
    bench.event()
    shopping.sync()
    assert len(shopping.told()) == 12


def test_an_event_that_vanished_stops_its_reading_and_removes_nothing(pretix: Shopping) -> None:
    pretix.work()
    pretix.deliver()
    before, seats = len(pretix.told()), pretix.bench.foundation.database["registrations"].count_documents({})
    pretix.shop.events.clear()
    pretix.sync()
    state = pretix.state()
    assert "no event summit" in state["stopped"]
    assert state["cursor"] == "2026-11-22T20:57:32.389Z"
    assert pretix.bench.told("attendee.removed") == []
    assert len(pretix.told()) == before
    assert pretix.bench.foundation.database["registrations"].count_documents({}) == seats
    pretix.shop.asked = []
    pretix.work()
    assert pretix.shop.asked == []
    pretix.shop.events.add("summit")
    pretix.sync()
    assert pretix.state()["stopped"] is None


def test_an_event_that_vanished_holds_up_no_other(bench: Bench, shop: Shop) -> None:
    bench.event(sources=[{"source": "pretix", "source_event_id": each} for each in ("gone", "summit")])
    shop.orders = {each["code"]: each for each in all_orders()}
    shopping = Shopping.at(bench, shop, "pretix")
    shopping.work()
    gone, summit = shown(bench, shopping.made["id"])["syncs"]
    assert "no event gone" in gone["stopped"]
    assert (summit["stopped"], summit["error"]) == (None, None)
    assert len(shopping.told()) == 12
    assert shown(bench, shopping.made["id"])["error"] is None


def no_page(handler: Any) -> None:
    send(handler, 200, b'{"detail": "maintenance"}')


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (status(500), "status 500"),
        (page_of_html, "text/html"),
        (truncated, "no whole answer"),
        (no_page, "no page of a list"),
        (status(401), "refuses the token"),
        (page_at_the_gate, "refuses the token"),
    ],
    ids=["500", "html", "truncated", "no page", "401", "403 of a gate"],
)
@pytest.mark.parametrize("page", [1, 3])
def test_whatever_goes_wrong_is_told_and_leaves_the_cursor_where_it_was(
    pretix: Shopping, fault: Fault, word: str, page: int
) -> None:
    usual = pretix.shop.serve
    pretix.shop.faults = [*([usual] * (page - 1)), fault]
    pretix.work()
    state = pretix.state()
    assert word in state["error"]
    assert (state["cursor"], state["synced_at"], state["stopped"]) == (None, None, None)
    pretix.sync()
    assert pretix.state()["cursor"] is not None
    assert len({each["source_registration_id"] for each in pretix.told()}) == 12


def test_a_source_that_asks_to_wait_goes_on_where_it_was(pretix: Shopping) -> None:
    usual = pretix.shop.serve
    pretix.shop.faults = [usual, status(429, **{"Retry-After": "60"})]
    pretix.work()
    assert "wait for 60 seconds" in pretix.state()["error"]
    published = len(pretix.told())
    pretix.shop.asked = []
    pretix.sync()
    assert "page=2" in pretix.shop.asked[0]
    assert len(pretix.told()) == 12 > published


def test_one_order_that_cannot_be_read_stops_no_other(pretix: Shopping) -> None:
    broken = pretix.shop.orders["FDKCM"]
    pretix.shop.orders["FDKCM"] = broken | {"positions": None}
    pretix.work()
    assert len(pretix.told()) == 11
    assert pretix.state()["cursor"] is not None


def split_off(shopping: Shopping) -> None:
    """pretix moved the second position of `7S3ED` into an order of its own, where it keeps its number."""
    first, second = shopping.shop.orders["7S3ED"]["positions"]
    at, whole = {"last_modified": "2026-11-23T08:00:00Z"}, shopping.shop.orders["7S3ED"]
    shopping.shop.orders["7S3ED"] = whole | at | {"positions": [first]}
    shopping.shop.orders["SPLIT"] = whole | at | {"code": "SPLIT", "positions": [second | {"order": "SPLIT"}]}


def statuses(shopping: Shopping, event_id: str) -> dict[str, str]:
    """Of the registrations of the order and of the one split off."""
    listed = shopping.bench.registrations(event_id, limit="200")
    found = {each["source_registration_id"]: each["status"] for each in listed}
    return {ticket: status for ticket, status in found.items() if ticket[:5] in ("7S3ED", "SPLIT")}


def test_a_ticket_split_off_into_an_order_of_its_own_is_not_counted_twice(bench: Bench, shop: Shop) -> None:
    event_id = bench.event()
    shop.orders = {each["code"]: each for each in all_orders()}
    shopping = Shopping.at(bench, shop, "pretix")
    shopping.work()
    shopping.deliver()
    split_off(shopping)
    shopping.sync()
    shopping.deliver()
    assert statuses(shopping, event_id) == {"7S3ED-1": "confirmed", "7S3ED-2": "cancelled", "SPLIT-2": "confirmed"}
    removed = bench.told("attendee.removed")
    assert [each.key for each in removed] == ["pretix/summit/7S3ED-2"]
    shopping.sync()
    assert len(bench.told("attendee.removed")) == 1


def test_a_ticket_split_off_while_its_record_waits_for_an_event_is_not_counted_twice(bench: Bench, shop: Shop) -> None:
    shop.orders = {each["code"]: each for each in all_orders()}
    shopping = Shopping.at(bench, shop, "pretix")
    shopping.hook("7S3ED", number=1)
    shopping.work()
    shopping.deliver()
    split_off(shopping)
    shopping.hook("7S3ED", number=2)
    shopping.hook("SPLIT", number=3)
    shopping.work()
    shopping.deliver()
    event_id = bench.event()
    bench.perform_due()
    live = {ticket for ticket, status in statuses(shopping, event_id).items() if status == "confirmed"}
    assert live == {"7S3ED-1", "SPLIT-2"}


def test_eventbrite_is_read_by_continuation_and_each_order_as_a_whole(eventbrite: Shopping) -> None:
    eventbrite.shop.attendees = {
        str(number): attendee(str(number), order_id=str(100 + number // 2)) for number in range(1, 6)
    }
    eventbrite.work()
    assert {each["source_registration_id"] for each in eventbrite.told()} == {"1", "2", "3", "4", "5"}
    assert eventbrite.state()["cursor"] is not None
    eventbrite.shop.asked = []
    eventbrite.sync()
    assert eventbrite.shop.asked[0].startswith("/v3/events/7/attendees/?changed_since=")
