"""What people complained of in other products' registration sync, from the webhook to the registration."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.events.conftest import Bench
from tests.integration.events.shopping import Shopping
from tests.integration.events.standin import Shop, opened
from tests.unit.events.pretix_orders import order


@pytest.fixture
def event(bench: Bench) -> str:
    return bench.event()


@pytest.fixture
def sold(bench: Bench, event: str) -> Iterator[Shopping]:
    """One order with two tickets, of Farid and of Grace, in the platform already."""
    with opened() as shop:
        shopping = Shopping.at(bench, shop, "pretix")
        shop.orders["7S3ED"] = order("7S3ED") | {"status": "p", "last_modified": "2026-11-22T20:00:00Z"}
        shopping.hook("7S3ED")
        shopping.work()
        shopping.deliver()
        yield shopping


def change(sold: Shopping, number: int, last_modified: str, *, status: str = "p", **positions: dict[str, Any]) -> None:
    """The order changes at the shop (`first`, `second`: what of those tickets), and its webhook comes."""
    shop: Shop = sold.shop
    first, second = shop.orders["7S3ED"]["positions"]
    changed = [first | positions.get("first", {}), second | positions.get("second", {})]
    shop.orders["7S3ED"] |= {"positions": changed, "last_modified": last_modified, "status": status}
    sold.hook("7S3ED", number=number)
    sold.work()
    sold.deliver()


def statuses(sold: Shopping, event: str) -> list[str]:
    found = sorted(sold.bench.registrations(event), key=lambda each: str(each["source_registration_id"]))
    return [each["status"] for each in found]


def test_a_position_that_was_removed_is_cancelled_and_the_other_stays(sold: Shopping, event: str) -> None:
    """zupass #549; EuroPython #152."""
    change(sold, 2, "2026-11-23T08:00:00Z", second={"canceled": True})
    assert statuses(sold, event) == ["confirmed", "cancelled"]
    assert sold.bench.shown(event)["seats_taken"] == 1


def test_a_changed_address_moves_the_registration_and_the_old_owner_loses_it(sold: Shopping, event: str) -> None:
    """zupass #549: profiles finds the new owner by the record and announces the identifier anew."""
    bench = sold.bench
    bench.member(bench.ada, "7S3ED-2")
    change(sold, 2, "2026-11-23T08:00:00Z", second={"attendee_email": "ben@example.org", "attendee_name": "Ben"})
    of_the_second = [each for each in sold.told() if each["source_registration_id"] == "7S3ED-2"]
    assert of_the_second[-1]["person"]["email"] == "ben@example.org"
    bench.member(bench.ben, "7S3ED-2", owned=2)
    told = [(each.type, each.data["member_id"]) for each in bench.told("registration")]
    assert told == [
        ("registration.confirmed.v1", bench.ada),
        ("registration.cancelled.v1", bench.ada),
        ("registration.confirmed.v1", bench.ben),
    ]


def test_a_check_in_that_is_reverted_is_reverted_here_too(sold: Shopping, event: str) -> None:
    """zupass #549, #435: the check-in was deleted at the shop."""
    bench = sold.bench
    bench.member(bench.ada, "7S3ED-1")
    entry = {"id": 1, "datetime": "2026-11-23T08:00:00.123456+02:00", "list": 1, "type": "entry"}
    change(sold, 2, "2026-11-23T08:00:00Z", first={"checkins": [entry]})
    change(sold, 3, "2026-11-23T09:00:00Z", first={"checkins": []})
    kinds = [each.type for each in bench.told("registration") if "check" in each.type]
    assert kinds == ["registration.checked_in.v1", "registration.check_in_reverted.v1"]


def test_a_webhook_that_comes_twice_or_late_makes_no_second_attendee(sold: Shopping, event: str) -> None:
    """Event Tickets #3474: the webhook raced the page; the same order came by several ways."""
    for number in (1, 1, 2, 3):
        sold.hook("7S3ED", number=number)
        sold.work()
    sold.sync()
    sold.deliver()
    assert statuses(sold, event) == ["confirmed", "confirmed"]
    assert sold.bench.shown(event)["seats_taken"] == 2


def test_one_live_ticket_beats_a_cancelled_one_of_the_same_person(sold: Shopping, event: str) -> None:
    """hasgeek #558: whoever has a cancelled and a live ticket attends."""
    bench = sold.bench
    bench.member(bench.ada, "7S3ED-1", "7S3ED-2")
    change(sold, 2, "2026-11-23T08:00:00Z", first={"canceled": True})
    assert [each.data["attending"] for each in bench.told("registration")][-1] is True


def test_a_lost_webhook_is_made_good_by_the_next_reading(sold: Shopping, event: str) -> None:
    """zupass #694: the two sides drifted apart."""
    sold.shop.orders["7S3ED"] |= {"status": "c", "last_modified": "2026-11-24T08:00:00Z"}
    sold.sync()
    sold.deliver()
    assert statuses(sold, event) == ["cancelled", "cancelled"]
    assert sold.bench.shown(event)["seats_taken"] == 0


def test_a_cancelled_order_that_is_taken_up_again_is_live_again(sold: Shopping, event: str) -> None:
    """DIP-31: cancelling is soft."""
    change(sold, 2, "2026-11-23T08:00:00Z", status="c")
    assert statuses(sold, event) == ["cancelled", "cancelled"]
    change(sold, 3, "2026-11-23T09:00:00Z", status="p")
    assert statuses(sold, event) == ["confirmed", "confirmed"]
