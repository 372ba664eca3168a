"""What pretix told nobody is found by reading what changed: by request, and without one."""

from datetime import UTC, datetime

from pymongo import MongoClient

from services.events.store.syncs import PLANS
from tests.e2e.running import eventually
from tests.pretix.arrivals import Arrivals
from tests.pretix.office import Office
from tests.pretix.selling import Order, attendee


def changed_unheard(office: Office, arrivals: Arrivals) -> tuple[Order, Order, Order]:
    """An order that is new, one that was cancelled, and one that lost its second position, none of it told."""
    cancelled, smaller = Order.paid(office, attendee("Omar")), Order.paid(office, attendee("Pia"), attendee("Quinn"))
    for ticket in (cancelled.ticket(), smaller.ticket(1), smaller.ticket(2)):
        arrivals.arrived(ticket)
    with office.silent():
        new = Order.paid(office, attendee("Noor"))
        cancelled.mark("canceled")
        smaller.cancel_position(2)
    return new, cancelled, smaller


def assert_repaired(arrivals: Arrivals, new: Order, cancelled: Order, smaller: Order) -> None:
    arrivals.arrived(new.ticket(), lambda each: each["status"] == "confirmed")
    arrivals.arrived(cancelled.ticket(), lambda each: each["status"] == "cancelled")
    arrivals.arrived(smaller.ticket(2), lambda each: each["status"] == "cancelled")
    assert arrivals.arrived(smaller.ticket(1))["status"] == "confirmed"


def test_a_requested_sync_repairs_what_lost_webhooks_missed(office: Office, arrivals: Arrivals) -> None:
    new, cancelled, smaller = changed_unheard(office, arrivals)
    assert arrivals.registration(new.ticket()) is None
    assert arrivals.arrived(cancelled.ticket())["status"] == "confirmed"
    arrivals.sync()
    assert_repaired(arrivals, new, cancelled, smaller)


def test_the_reconciliation_repairs_it_without_being_asked(office: Office, arrivals: Arrivals) -> None:
    changed = changed_unheard(office, arrivals)
    before = arrivals.synced_at()
    let_a_quarter_of_an_hour_go_by(arrivals)
    eventually(lambda: arrivals.synced_at() != before)
    assert_repaired(arrivals, *changed)


def test_a_paid_order_that_is_pending_again_is_found_as_pretix_tells_nobody(office: Office, arrivals: Arrivals) -> None:
    order = Order.paid(office, attendee("Rosa"))
    arrivals.arrived(order.ticket())
    order.mark("pending")
    arrivals.sync()
    arrivals.arrived(order.ticket(), lambda each: each["status"] == "pending")


def let_a_quarter_of_an_hour_go_by(arrivals: Arrivals) -> None:
    """The plan's next turn is now: all that a test can do to time in a process that is not its own."""
    settings = arrivals.platform.settings()
    with MongoClient[dict[str, object]](settings.mongodb_uri) as client:
        plans = client[settings.database_name("events")][PLANS]
        turned = plans.update_one({"_id": arrivals.source_id}, {"$set": {"due_at": datetime.now(UTC)}})
        assert turned.matched_count == 1
