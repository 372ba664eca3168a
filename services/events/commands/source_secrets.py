"""The secrets of sources: made here, sealed before they are stored, opened only where they are used."""

import secrets
from collections.abc import Iterator
from datetime import datetime

from services.events.domain.source import Source, SourceKind
from shared import standard_webhooks
from shared.settings import Settings
from shared.storage.sealing import LateSeal, Place, Seal

_TOKEN = "source-token"  # noqa: S105 - what the secret is for, not the secret  # nosec B105
_SECRET = "source-secret"  # noqa: S105  # nosec B105
_BYTES = 32


class SourceSecrets:
    """One for a process: making the keys takes a moment, and needs ITHACA_SECRET_KEY only once a secret is stored."""

    def __init__(self, settings: Settings) -> None:
        self._late = LateSeal(settings)

    @property
    def _seal(self) -> Seal:
        return self._late.seal

    def made(self, kind: SourceKind) -> str:
        """A new secret as its sender wants it: by Standard Webhooks for `generic`, else a word for a header or URL."""
        if kind is SourceKind.GENERIC:
            return standard_webhooks.new_secret()
        return secrets.token_urlsafe(_BYTES)

    def sealed_secret(self, tenant: str, source_id: str, secret: str) -> str:
        return self._seal.seal(secret, Place(tenant, _SECRET, source_id))

    def sealed_token(self, tenant: str, source_id: str, token: str) -> str:
        return self._seal.seal(token, Place(tenant, _TOKEN, source_id))

    def token(self, source: Source) -> str | None:
        """What we show the source's system. Raises SecretLost where its key is gone."""
        if source.token is None:
            return None
        return self._seal.open(source.token, Place(source.tenant, _TOKEN, source.id))

    def accepted(self, source: Source, now: datetime) -> Iterator[str]:
        """What its sender may show us: the secret, and for a while the one before it."""
        place = Place(source.tenant, _SECRET, source.id)
        yield self._seal.open(source.secret, place)
        if source.previous_secret is not None and source.previous_until is not None and now < source.previous_until:
            yield self._seal.open(source.previous_secret, place)
