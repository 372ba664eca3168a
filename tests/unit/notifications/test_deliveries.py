"""What follows from an attempt to deliver."""

from datetime import timedelta

import pytest

from services.notifications.domain.delivery import KEPT_TRYING, Attempt, Delivery, DeliveryState, Outcome
from tests.unit.notifications.news import ADA, NOTIFICATION, NOW


def pending() -> Delivery:
    return Delivery("d", "acme", 1, NOW, NOW, (NOTIFICATION,), ADA, "email", DeliveryState.PENDING, NOW)


def tried(*outcomes: Outcome) -> Delivery:
    delivery = pending()
    for outcome in outcomes:
        delivery = delivery.after(Attempt(NOW, outcome))
    return delivery


def pause(delivery: Delivery) -> timedelta:
    assert delivery.due_at is not None
    return delivery.due_at - NOW


def test_a_mail_that_was_taken_is_delivered_and_never_due_again() -> None:
    delivery = tried(Outcome.SENT)
    assert (delivery.state, delivery.due_at) == (DeliveryState.DELIVERED, None)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NO_ADDRESS, Outcome.TIMED_OUT])
def test_a_final_no_is_a_failure_and_never_due_again(outcome: Outcome) -> None:
    delivery = tried(outcome)
    assert (delivery.state, delivery.due_at) == (DeliveryState.FAILED, None)


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.DEFERRED])
def test_pauses_grow_from_seconds_to_hours_and_no_further(outcome: Outcome) -> None:
    pauses = [pause(tried(*[outcome] * times)) for times in range(1, 9)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2] == timedelta(hours=6)


def test_what_only_waits_for_a_name_is_tried_again_sooner() -> None:
    assert pause(tried(Outcome.WAITING)) == timedelta(seconds=1)
    assert pause(tried(Outcome.UNREACHABLE, Outcome.UNREACHABLE, Outcome.WAITING)) == timedelta(seconds=1)
    assert pause(tried(Outcome.WAITING, Outcome.WAITING, Outcome.UNREACHABLE)) == timedelta(seconds=5)


def test_every_attempt_is_kept_in_order() -> None:
    delivery = tried(Outcome.WAITING, Outcome.UNREACHABLE, Outcome.DEFERRED, Outcome.SENT)
    assert [attempt.outcome for attempt in delivery.attempts] == ["waiting", "unreachable", "deferred", "sent"]


def test_a_delivery_is_overdue_after_days_and_not_before() -> None:
    assert not pending().overdue(NOW + KEPT_TRYING)
    assert pending().overdue(NOW + KEPT_TRYING + timedelta(seconds=1))
