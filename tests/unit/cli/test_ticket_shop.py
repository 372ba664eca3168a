"""The orders that the demo's ticket system publishes."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.demo.ticket_shop import cancelled, captured_orders
from services.events.sources.pretix import attendee_records
from shared.clock import parse_rfc3339


@pytest.mark.parametrize("now", [datetime(2024, 2, 29, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)])
def test_whatever_the_day_the_last_order_changed_just_now(now: datetime) -> None:
    changed = [parse_rfc3339(order["last_modified"]) for order in captured_orders(now)]
    assert timedelta(0) < now - max(changed) < timedelta(minutes=1)


def test_the_orders_keep_their_distances() -> None:
    early, late = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 6, 1, tzinfo=UTC)

    def moments(now: datetime) -> list[timedelta]:
        return [now - parse_rfc3339(order["last_modified"]) for order in captured_orders(now)]

    assert moments(early) == moments(late)


def test_a_check_in_moves_with_its_order() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    (record,) = [each for order in captured_orders(now) for each in attendee_records(order) if "checked_in_at" in each]
    assert timedelta(0) < now - parse_rfc3339(record["checked_in_at"]) < timedelta(minutes=1)


def test_a_cancelled_order_gives_newer_records_of_the_same_tickets() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    order = captured_orders(now)[0]
    (before,), (after,) = attendee_records(order), attendee_records(cancelled(order, now))
    assert (before["status"], after["status"]) == ("confirmed", "cancelled")
    assert before["source_registration_id"] == after["source_registration_id"]
    assert before["updated_at"] < after["updated_at"]
