"""What follows from an attempt: for the delivery, and for the others of its webhook."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.webhook import HOLDS, LONGEST_WAIT, PATIENCE, DisabledReason, Webhook, WebhookState
from services.notifications.domain.webhook_attempt import Tried, WebhookAttempt, WebhookOutcome, outcome_of
from services.notifications.domain.webhook_delivery import PAUSES, WebhookDelivery, WebhookDeliveryState
from services.notifications.domain.webhook_types import SENT_NAMES, SENT_TYPES
from services.notifications.settings import WebhookSettings, read_webhooks
from shared.contracts import registry
from shared.settings import SettingsError

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
WEBHOOK = Webhook("w", "acme", 1, NOW, NOW, "https://crm.example/", ("*",), "sealed")
DELIVERY = WebhookDelivery(
    "d", "acme", NOW, "w", "m", "org.ithaca.event.published.v1", WebhookDeliveryState.PENDING, NOW, NOW
)


def tried(outcome: WebhookOutcome, at: datetime = NOW, wait: timedelta | None = None) -> Tried:
    return Tried(WebhookAttempt(at, outcome), wait)


def after(webhook: Webhook, *outcomes: WebhookOutcome, at: datetime = NOW, chance: float = 0.0) -> Webhook:
    for outcome in outcomes:
        webhook = webhook.after(tried(outcome, at), chance, give_up_after=timedelta(days=5))
    return webhook


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "delivered"),
        (299, "delivered"),
        (300, "redirected"),
        (308, "redirected"),
        (400, "refused"),
        (401, "refused"),
        (408, "failed"),
        (410, "gone"),
        (425, "failed"),
        (429, "failed"),
        (500, "failed"),
        (599, "failed"),
        (101, "failed"),
    ],
)
def test_a_status_means_one_thing(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_a_delivery_is_tried_ten_times_by_the_table_with_its_jitter(chance: float) -> None:
    delivery = DELIVERY
    for pause in PAUSES:
        delivery = delivery.after(WebhookAttempt(NOW, WebhookOutcome.FAILED), chance)
        assert delivery.next_at == NOW + pause * (1 + 0.2 * chance)
    delivery = delivery.after(WebhookAttempt(NOW, WebhookOutcome.FAILED), chance)
    assert (delivery.state, delivery.next_at) == (WebhookDeliveryState.FAILED, None)
    assert len(delivery.attempts) == 10


def test_a_log_of_replays_does_not_grow_for_ever() -> None:
    delivery = DELIVERY
    for _ in range(80):
        delivery = delivery.after(WebhookAttempt(NOW, WebhookOutcome.DELIVERED), 0.0)
    assert len(delivery.attempts) == 50


def test_a_receiver_is_left_alone_after_answers_in_a_row_and_longer_each_time() -> None:
    webhook = after(WEBHOOK, *[WebhookOutcome.FAILED] * (PATIENCE - 1))
    assert webhook.held_until is None
    for hold in (*HOLDS, HOLDS[-1]):
        webhook = after(webhook, WebhookOutcome.FAILED)
        assert webhook.held_until == NOW + hold
    webhook = after(webhook, WebhookOutcome.DELIVERED)
    assert (webhook.held_until, webhook.failures, webhook.failing_since) == (None, 0, None)


@pytest.mark.parametrize("outcome", ["timed_out", "unreachable", "forbidden", "unsigned"])
def test_silence_is_enough_to_leave_it_alone(outcome: str) -> None:
    assert after(WEBHOOK, WebhookOutcome(outcome)).held_until == NOW + HOLDS[0]


def test_one_that_is_refused_says_nothing_of_the_others_and_is_a_failure_all_the_same() -> None:
    webhook = after(WEBHOOK, *[WebhookOutcome.REFUSED] * 10)
    assert (webhook.held_until, webhook.failures) == (None, 0)
    assert webhook.failing_since == NOW


def test_a_receiver_may_ask_for_time_up_to_an_hour() -> None:
    def held(wait: timedelta) -> datetime | None:
        asked = tried(WebhookOutcome.FAILED, wait=wait)
        return WEBHOOK.after(asked, 0.0, give_up_after=timedelta(days=5)).held_until

    assert held(timedelta(seconds=30)) == NOW + timedelta(seconds=30)
    assert held(timedelta(days=30)) == NOW + LONGEST_WAIT


def test_five_days_of_nothing_but_failure_disable_and_not_a_moment_less() -> None:
    webhook = after(WEBHOOK, WebhookOutcome.FAILED)
    almost = after(webhook, WebhookOutcome.FAILED, at=NOW + timedelta(days=5, seconds=-1))
    assert almost.state is WebhookState.ACTIVE
    over = after(webhook, WebhookOutcome.FAILED, at=NOW + timedelta(days=5))
    assert (over.state, over.disabled_reason) == (WebhookState.DISABLED, DisabledReason.FAILING)
    assert over.enabled().failing_since is None


def test_every_type_is_sent_but_those_that_stay_inside() -> None:
    inside = {each.name for each in registry.all_types()} - SENT_NAMES
    assert {name.removeprefix("org.ithaca.").partition(".")[0] for name in inside} == {
        "block",
        "feedback",
        "health",
        "task",
        "erasure",
    }
    assert len(SENT_TYPES) == len(SENT_NAMES)


def test_settings_name_the_variable_that_is_wrong() -> None:
    assert read_webhooks({}) == WebhookSettings()
    assert read_webhooks({"ITHACA_WEBHOOK_THREADS": "3"}).threads == 3
    for text in ("0", "-1", "65", "many", "1.5", "\u0663"):
        with pytest.raises(SettingsError, match="ITHACA_WEBHOOK_THREADS"):
            read_webhooks({"ITHACA_WEBHOOK_THREADS": text})
