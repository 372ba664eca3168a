"""An integrator says where an outside system is told what happens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from services.notifications.channels.webhook.cloud_event import Letter, body_of
from services.notifications.channels.webhook.secrets import WebhookSecrets
from services.notifications.commands.leave_webhook_deliveries import made_delivery
from services.notifications.domain.webhook import DisabledReason, Webhook, WebhookState
from services.notifications.domain.webhook_delivery import WebhookDelivery
from services.notifications.domain.webhook_types import EVERY, SENT_NAMES, TEST
from services.notifications.settings import WebhookSettings
from services.notifications.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from shared.outgoing.addresses import Forbidden, Reach, Resolve, Unresolved, brief_resolve, checked
from shared.standard_webhooks import new_secret


@dataclass(frozen=True, slots=True)
class WebhookOffice:
    """What configuring webhooks stands on."""

    store: Store
    secrets: WebhookSecrets
    settings: WebhookSettings
    reach: Reach
    resolve: Resolve = brief_resolve

    def create(
        self, transaction: Transaction, *, url: str, types: Sequence[str], ordered: bool = False
    ) -> tuple[Webhook, str]:
        """The webhook, and its secret, which nobody is shown again. Raises Invalid."""
        self._require_sound(url, types)
        identifier, secret = new_id(), new_secret()
        webhook = Webhook(
            id=identifier,
            tenant=transaction.tenant,
            version=1,
            updated_at=transaction.now,
            created_at=transaction.now,
            url=url,
            types=tuple(dict.fromkeys(types)),
            secret=self.secrets.sealed(transaction.tenant, identifier, secret),
            ordered=ordered,
        )
        self.store.webhooks.add(transaction.session, webhook)
        return webhook, secret

    def change(
        self, transaction: Transaction, webhook: Webhook, changes: dict[str, Any], *, enabled: bool | None
    ) -> Webhook:
        """The changed webhook; one with another address, or enabled again, starts as if it had never failed."""
        fields = dict(changes)
        if "types" in fields:
            fields["types"] = tuple(dict.fromkeys(fields["types"]))
        after = replace(webhook, **fields)
        self._require_sound(after.url, after.types)
        if enabled is False and after.state is WebhookState.ACTIVE:
            after = after.disabled(DisabledReason.BY_HAND, transaction.now)
        elif enabled is True and after.state is WebhookState.DISABLED:
            after = after.enabled()
        if after.state is WebhookState.ACTIVE:
            if after.url != webhook.url:
                after = after.enabled()
            after = replace(after, due_at=transaction.now)
        return self.store.webhooks.change(transaction.session, webhook, after, transaction.now)

    def rotate(self, transaction: Transaction, webhook: Webhook) -> tuple[Webhook, str]:
        """With a new secret, shown this once; the one before signs beside it for a while."""
        secret = new_secret()
        rotated = replace(
            webhook,
            secret=self.secrets.sealed(webhook.tenant, webhook.id, secret),
            previous_secret=webhook.secret,
            previous_until=transaction.now + timedelta(hours=self.settings.rotation_hours),
        )
        return self.store.webhooks.change(transaction.session, webhook, rotated, transaction.now), secret

    def delete(self, transaction: Transaction, webhook: Webhook) -> None:
        """Nobody sees it any more; a worker removes its deliveries, however many they are."""
        gone = replace(webhook, state=WebhookState.DELETED, due_at=transaction.now)
        self.store.webhooks.change(transaction.session, webhook, gone, transaction.now)

    def ping(self, transaction: Transaction, webhook: Webhook) -> WebhookDelivery:
        """Leaves it a message that says nothing, to be seen to arrive. Raises Conflict where it is disabled."""
        _require_active(webhook)
        message = Message(
            id=new_id(),
            type=TEST,
            source=f"/tenants/{transaction.tenant}/services/{transaction.service}",
            subject=webhook.id,
            time=transaction.now,
            tenant=transaction.tenant,
            key=webhook.id,
            version=None,
            correlation_id=transaction.cause.correlation_id,
            causation_id=None,
            traceparent=transaction.traceparent,
            data={"webhook_id": webhook.id},
        )
        place = self.store.webhooks.places(transaction.session, webhook.id, 1)[0] if webhook.ordered else 0
        letter = Letter(message.id, TEST, body_of(message))
        kept = timedelta(days=self.settings.log_days)
        delivery = made_delivery(transaction, webhook.id, letter, kept=kept, seq=place)
        self.store.webhook_deliveries.insert(transaction.session, [delivery])
        self._at_once(transaction, webhook)
        return delivery

    def retry(self, transaction: Transaction, webhook: Webhook, delivery_id: str) -> WebhookDelivery:
        """A delivery is sent again at once, whatever became of it, under the same `webhook-id`.

        Raises NotFound, or Conflict where the webhook is disabled or what was sent is not kept any more.
        """
        _require_active(webhook)
        deliveries, session = self.store.webhook_deliveries, transaction.session
        deliveries.get(webhook.tenant, webhook.id, delivery_id, session)
        if not deliveries.again(session, webhook.tenant, delivery_id, transaction.now):
            raise Conflict("It told of somebody who was erased: what was sent is not kept any more.")
        self._at_once(transaction, webhook)
        return deliveries.get(webhook.tenant, webhook.id, delivery_id, session)

    def _at_once(self, transaction: Transaction, webhook: Webhook) -> None:
        """Somebody is looking: the receiver is not left alone any longer."""
        self.store.webhooks.fares(transaction.session, replace(webhook, held_until=None, due_at=transaction.now))

    def _require_sound(self, url: str, types: Sequence[str]) -> None:
        faults = [*_type_faults(types)]
        parts = _parts(url)
        if parts is None:
            faults.append(Fault("/url", "Must be an https address, as https://crm.example.org/hooks/ithaca."))
        elif parts.username is not None or parts.password is not None or parts.fragment:
            faults.append(Fault("/url", "Must not hold a user, a password or a #."))
        else:
            faults += self._address_faults(parts)
        if faults:
            raise Invalid(faults)

    def _address_faults(self, parts: SplitResult) -> list[Fault]:
        """Of where it leads now; each attempt looks again."""
        host, secure = parts.hostname or "", parts.scheme == "https"
        try:
            addresses = checked(host, parts.port or (443 if secure else 80), self.reach, self.resolve)
        except Forbidden as error:
            return [Fault("/url", str(error))]
        except Unresolved:
            addresses = ()  # a name may be away for a moment; the deliveries will say so
        if not secure and not (addresses and all(map(self.reach.named, addresses))):
            return [Fault("/url", "Must be https: http is for private networks that are allowed here only.")]
        return []


def _require_active(webhook: Webhook) -> None:
    if webhook.state is not WebhookState.ACTIVE:
        raise Conflict('The webhook is disabled: PATCH it with {"enabled": true} first.')


def _type_faults(types: Sequence[str]) -> list[Fault]:
    return [
        Fault(
            f"/types/{at}",
            f"{name} is no type that webhooks are sent: the AsyncAPI document names the types, * stands for all.",
        )
        for at, name in enumerate(types)
        if name != EVERY and name not in SENT_NAMES
    ]


def _parts(url: str) -> SplitResult | None:
    """The address apart, or None where it is none."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname and port != 0 else None
