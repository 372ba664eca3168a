"""An integrator says which registration systems there are, and how they are reached."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.events.commands.source_secrets import SourceSecrets
from services.events.domain.source import (
    DEFAULT_BASE_URLS,
    OVERLAP,
    Source,
    SourceKind,
    require_sound,
    split_address,
)
from services.events.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.outgoing.addresses import Forbidden, Reach, Resolve, Unresolved, brief_resolve, checked
from shared.settings import Network


@dataclass(frozen=True, slots=True)
class Configuration:
    """What configuring sources stands on."""

    store: Store
    secrets: SourceSecrets
    networks: tuple[Network, ...]
    resolve: Resolve = brief_resolve

    def create(self, transaction: Transaction, kind: SourceKind, fields: Mapping[str, Any]) -> tuple[Source, str]:
        """The source, and its secret, which nobody is shown again.

        Its events are read soon after, where it is one that is fetched from. Raises Invalid, or Conflict where the
        name is taken.
        """
        identifier, secret = new_id(), self.secrets.made(kind)
        tenant, typed = transaction.tenant, dict(fields)
        typed.setdefault("base_url", DEFAULT_BASE_URLS.get(kind))
        source = Source(
            id=identifier,
            tenant=tenant,
            version=1,
            updated_at=transaction.now,
            kind=kind,
            secret=self.secrets.sealed_secret(tenant, identifier, secret),
            token=self._sealed(tenant, identifier, typed.pop("token", None)),
            **typed,
        )
        self._require_sound(source)
        try:
            self.store.sources.insert(transaction.session, source)
        except DuplicateKeyError as error:
            raise Conflict(f"A source named {source.name} is configured already.") from error
        self.store.source_names.changed(transaction.session, tenant, source.name, transaction.now)
        if kind.fetched:
            self.store.syncs.plan(transaction.session, tenant, identifier, transaction.now)
        return source, secret

    def change(
        self, transaction: Transaction, source: Source, changes: Mapping[str, Any], *, rotate: bool
    ) -> tuple[Source, str | None]:
        """The changed source, and with `rotate` its new secret: the one before is good for another 24 hours."""
        fields, secret = dict(changes), None
        if "token" in fields:
            fields["token"] = self._sealed(source.tenant, source.id, fields["token"])
        if rotate:
            secret = self.secrets.made(source.kind)
            fields["secret"] = self.secrets.sealed_secret(source.tenant, source.id, secret)
            fields["previous_secret"], fields["previous_until"] = source.secret, transaction.now + OVERLAP
        changed = replace(source, updated_at=transaction.now, **fields)
        self._require_sound(changed)
        return self.store.sources.save(transaction.session, changed), secret

    def delete(self, transaction: Transaction, source: Source) -> None:
        """It is configured no longer; registrations that came from it stay."""
        self.store.sources.delete(transaction.session, source.tenant, source.id)
        self.store.source_names.changed(transaction.session, source.tenant, source.name, transaction.now)
        self.store.syncs.forget(transaction.session, source.id)

    def sync(self, transaction: Transaction, source: Source) -> None:
        """Its events are read soon, those that stopped as well. Raises Conflict where it is not fetched from."""
        if not source.kind.fetched:
            raise Conflict(f"A source of the kind {source.kind} sends everything by itself: there is nothing to read.")
        self.store.syncs.plan(transaction.session, source.tenant, source.id, transaction.now)
        self.store.syncs.restart(transaction.session, source.id, transaction.now)

    def _sealed(self, tenant: str, source_id: str, token: str | None) -> str | None:
        return None if token is None else self.secrets.sealed_token(tenant, source_id, token)

    def _require_sound(self, source: Source) -> None:
        require_sound(source)
        if source.allow_private and not self.networks:
            raise Invalid([Fault("/allow_private", "No private network is allowed here: see ITHACA_ALLOWED_NETWORKS.")])
        parts = split_address(source.base_url or "")
        if parts is None or parts.hostname is None:
            return
        reach = reach_of(source, self.networks)
        try:
            addresses = checked(parts.hostname, parts.port or 443, reach, self.resolve)
        except Forbidden as error:
            raise Invalid([Fault("/base_url", str(error))]) from error
        except Unresolved:
            return  # a name may be away for a moment; the state of the sync will say so
        if parts.scheme == "http" and not all(map(reach.named, addresses)):
            raise Invalid([Fault("/base_url", "Must be https: http is for allowed private networks only.")])


def reach_of(source: Source, networks: tuple[Network, ...]) -> Reach:
    """Where a request for this source may go."""
    return Reach(networks if source.allow_private else ())
