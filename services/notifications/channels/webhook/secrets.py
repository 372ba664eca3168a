"""The secrets of webhooks: made here, sealed before they are stored, opened only to sign."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.webhook import Webhook
from shared.settings import Settings
from shared.storage.sealing import LateSeal, Place

_PURPOSE = "webhook"


class WebhookSecrets:
    """One for a process: making the keys takes a moment, and needs ITHACA_SECRET_KEY only once there is a webhook."""

    def __init__(self, settings: Settings) -> None:
        self._late = LateSeal(settings)

    def sealed(self, tenant: str, webhook_id: str, secret: str) -> str:
        """The secret as it is stored. Raises Unavailable where there is no key."""
        return self._late.seal.seal(secret, Place(tenant, _PURPOSE, webhook_id))

    def signing(self, webhook: Webhook, now: datetime) -> Sequence[str]:
        """The secret, and for a while the one before it. Raises SecretLost where the key of the first is gone."""
        place, seal = Place(webhook.tenant, _PURPOSE, webhook.id), self._late.seal
        secrets = [seal.open(webhook.secret, place)]
        if webhook.previous_secret is not None and webhook.previous_until is not None and now < webhook.previous_until:
            secrets.append(seal.open(webhook.previous_secret, place))
        return secrets
