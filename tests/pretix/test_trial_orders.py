"""Orders in pretix's test mode are trials."""

from tests.e2e.running import eventually
from tests.pretix.arrivals import Arrivals
from tests.pretix.office import Office
from tests.pretix.selling import Order, attendee


def test_an_order_in_test_mode_takes_no_seat_and_is_reported(office: Office, arrivals: Arrivals) -> None:
    trial = Order.paid(office, attendee("Sven"), testmode=True)
    [rejection] = eventually(lambda: arrivals.rejections(trial.code))
    assert rejection["reason"] == "test_mode"
    real = Order.paid(office, attendee("Sven"))
    arrivals.arrived(real.ticket())
    assert arrivals.registration(trial.ticket()) is None


def test_a_deleted_order_in_test_mode_is_no_fault(office: Office, arrivals: Arrivals) -> None:
    trial = Order.paid(office, attendee("Tara"), testmode=True)
    eventually(lambda: arrivals.rejections(trial.code))
    trial.delete()
    arrivals.sync()
    assert [each["reason"] for each in arrivals.rejections(trial.code)] == ["test_mode"]
    assert arrivals.source()["error"] is None
