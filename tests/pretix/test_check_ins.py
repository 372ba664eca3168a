"""Scans at pretix's door."""

from datetime import datetime

from tests.pretix.arrivals import Arrivals
from tests.pretix.office import Office
from tests.pretix.selling import Order, attendee


def checked_in(office: Office, arrivals: Arrivals) -> tuple[Order, str]:
    """A paid order whose ticket was scanned, and the scan's nonce."""
    order = Order.paid(office, attendee("Maya"))
    arrivals.arrived(order.ticket())
    nonce = order.scan()
    registration = arrivals.arrived(order.ticket(), lambda each: each["checked_in_at"] is not None)
    [scan] = order.position()["checkins"]
    apart = datetime.fromisoformat(registration["checked_in_at"]) - datetime.fromisoformat(scan["datetime"])
    assert abs(apart.total_seconds()) < 0.01
    return order, nonce


def test_a_check_in_that_is_reverted_is_none(office: Office, arrivals: Arrivals) -> None:
    order, _ = checked_in(office, arrivals)
    order.revert_check_in()
    reverted = arrivals.arrived(order.ticket(), lambda each: each["checked_in_at"] is None)
    assert reverted["status"] == "confirmed"


def test_a_scan_at_the_exit_ends_the_check_in_and_the_next_entry_is_one_again(
    office: Office, arrivals: Arrivals
) -> None:
    order, _ = checked_in(office, arrivals)
    order.scan(kind="exit")
    arrivals.arrived(order.ticket(), lambda each: each["checked_in_at"] is None)
    order.scan()
    arrivals.arrived(order.ticket(), lambda each: each["checked_in_at"] is not None)


def test_an_annulled_scan_of_which_pretix_tells_nobody_is_found_by_reading(office: Office, arrivals: Arrivals) -> None:
    order, nonce = checked_in(office, arrivals)
    order.annul(nonce)
    arrivals.sync()
    arrivals.arrived(order.ticket(), lambda each: each["checked_in_at"] is None)
