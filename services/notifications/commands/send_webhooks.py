"""What is due for a webhook is sent: by one worker at a time, and without anybody else waiting for its receiver."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from random import random

from services.notifications.channels.webhook.secrets import WebhookSecrets
from services.notifications.channels.webhook.sending import send
from services.notifications.domain.webhook import PATIENCE, Webhook, WebhookState
from services.notifications.domain.webhook_attempt import Tried, WebhookAttempt, WebhookOutcome
from services.notifications.domain.webhook_delivery import WebhookDelivery
from services.notifications.settings import WebhookSettings
from services.notifications.store import Store
from services.notifications.webhook_store import WEBHOOKS
from shared.errors import Unavailable
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.outgoing.addresses import Reach, Resolve, brief_resolve
from shared.outgoing.post import Line
from shared.storage.sealing import SecretLost, SecretMisplaced
from shared.telemetry import logs, metrics, traces

_AT_ONCE = 20
"""Deliveries of one claim: a worker that dies sends so many again at most, with the same `webhook-id`."""

_SECONDS_AT_ONCE = 2.0
"""Then the other webhooks have their turn."""

_LEASE_SECONDS = 30.0
"""Beyond the slowest answer that is waited for."""

Sent = Sequence[tuple[WebhookDelivery, Tried]]

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class SendWebhooks:
    """`perform` is the due work; it may be cut off at any moment, and then what it sent is sent again."""

    store: Store
    secrets: WebhookSecrets
    settings: WebhookSettings
    reach: Reach
    resolve: Resolve = brief_resolve
    chance: Callable[[], float] = random

    def work(self) -> DueWork:
        return DueWork(
            "send_webhooks",
            WEBHOOKS,
            self.perform,
            lease_seconds=self.settings.timeout_seconds + _LEASE_SECONDS,
            threads=self.settings.threads,
        )

    def perform(self, unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        webhook = self.store.webhooks.from_document(claimed.document)
        if webhook.state is WebhookState.DELETED:
            self._remove(unit_of_work, claimed, webhook)
            return
        sent = self._sent(unit_of_work, webhook) if webhook.state is WebhookState.ACTIVE else ()

        def record(transaction: Transaction) -> Webhook | None:
            claimed.confirm(transaction.session)
            return self._record(transaction, webhook, sent)

        after = unit_of_work.run(record, tenant=webhook.tenant)
        for _, tried in sent:
            metrics.WEBHOOK_ATTEMPTS.labels(tried.attempt.outcome.value).inc()
        if after is not None and after.state is WebhookState.DISABLED and after.disabled_reason is not None:
            metrics.WEBHOOKS_DISABLED.labels(after.disabled_reason.value).inc()
            _log.warning("webhook_disabled", webhook=webhook.id, reason=after.disabled_reason.value)

    def _sent(self, unit_of_work: UnitOfWork, webhook: Webhook) -> Sent:
        """Tries what is due, over one connection, until something says that the next would fare no better."""
        now = unit_of_work.clock.now()
        troubled = webhook.failures >= PATIENCE
        due = self.store.webhook_deliveries.due(webhook, now, 1 if troubled else _AT_ONCE)
        sent: list[tuple[WebhookDelivery, Tried]] = []
        begun, failures = time.monotonic(), webhook.failures
        with Line(webhook.url, self.reach, self.resolve, self.settings.timeout_seconds) as line:
            for delivery in due:
                tried = self._try(line, webhook, delivery, unit_of_work.clock.now())
                sent.append((delivery, tried))
                outcome = tried.attempt.outcome
                failures = 0 if outcome.of_one else failures + 1
                if outcome.silent or outcome is WebhookOutcome.GONE or failures >= PATIENCE or tried.wait is not None:
                    break
                if webhook.ordered and outcome is not WebhookOutcome.DELIVERED:
                    break
                if time.monotonic() - begun > _SECONDS_AT_ONCE:
                    break
        return sent

    def _try(self, line: Line, webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> Tried:
        try:
            secrets = self.secrets.signing(webhook, now)
        except (SecretLost, SecretMisplaced, Unavailable) as error:
            _log.error("webhook_secret_lost", webhook=webhook.id, error=type(error).__name__)
            return Tried(WebhookAttempt(now, WebhookOutcome.UNSIGNED))
        told = {"messaging.message.id": delivery.message_id}
        with traces.span("send webhook", "CLIENT", parent=delivery.traceparent, attributes=told):
            return send(line, delivery.message_id, delivery.body or b"", secrets, now)

    def _record(self, transaction: Transaction, claimed: Webhook, sent: Sent) -> Webhook | None:
        """Writes every attempt and what follows from it; the webhook as it is now, where this disabled it.

        Its owner may have changed it meanwhile: what follows is said of how it stands now.
        """
        session, store = transaction.session, self.store
        current = store.webhooks.find(claimed.tenant, claimed.id, session)
        if current is None:
            return None
        store.webhook_deliveries.record(session, [each.after(tried.attempt, self.chance()) for each, tried in sent])
        if current.state is not WebhookState.ACTIVE:
            return None
        after = current
        if current.url == claimed.url:
            after = reduce(self._after, (tried for _, tried in sent), current)
        if after.state is not WebhookState.ACTIVE:
            return store.webhooks.change(session, current, after, transaction.now)
        store.webhooks.fares(session, replace(after, due_at=self._due_at(transaction, after)))
        return None

    def _after(self, webhook: Webhook, tried: Tried) -> Webhook:
        if webhook.state is not WebhookState.ACTIVE:
            return webhook
        return webhook.after(tried, self.chance(), give_up_after=timedelta(days=self.settings.give_up_days))

    def _due_at(self, transaction: Transaction, webhook: Webhook) -> datetime | None:
        """When the next delivery's time has come, and the receiver's. What could go on at once goes on behind others
        that wait already."""
        following = self.store.webhook_deliveries.next_at(transaction.session, webhook)
        if following is None:
            return None
        return max(following, transaction.now, webhook.held_until or transaction.now)

    def _remove(self, unit_of_work: UnitOfWork, claimed: Claimed, webhook: Webhook) -> None:
        def some(transaction: Transaction) -> bool:
            claimed.renew(transaction.session, _LEASE_SECONDS)
            if self.store.webhook_deliveries.remove_some(transaction.session, webhook.id):
                return True
            self.store.webhooks.remove(transaction.session, webhook.id)
            return False

        while unit_of_work.run(some, tenant=webhook.tenant):
            pass
