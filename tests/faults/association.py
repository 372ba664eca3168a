"""An association on a broker and databases of its own: its services' environment, its event, its staff's tokens."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import requests

from cli.embedded.issuer import ISSUER, ensure_issuer
from cli.token import signed
from shared.ids import new_id
from shared.messaging import topics
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.faults.evidence import OF_THE_STREAM, Ground
from tests.faults.stream import SOURCE, SOURCE_EVENT


@dataclass(frozen=True)
class Association:
    """One tenant; `settings` name a broker and a database and what is its own on them."""

    settings: Settings
    tenant: str

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """What the services' processes find in theirs, besides what every process needs."""
        settings = self.settings
        return {
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
            "MONGODB_URI": settings.mongodb_uri,
            "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
            "ITHACA_DATABASE_PREFIX": settings.database_prefix,
            "ITHACA_BROKER": "kafka",
            "ITHACA_DATA": str(settings.data),
            "ITHACA_SECRET_KEY": settings.secret_keys[0],
            "ITHACA_ISSUER": ISSUER,
            "ITHACA_JWKS_URL": ensure_issuer(settings.data / "issuer").jwks.as_uri(),
            "ITHACA_LOG_FORMAT": "json",
        }

    def token(self, *roles: str, subject: str | None = None) -> str:
        """Of this member, or of somebody, with these roles, for a day."""
        issuer = ensure_issuer(self.settings.data / "issuer")
        return signed(issuer, tenant=self.tenant, subject=subject or new_id(), roles=roles, seconds=86_400)

    def open_event(self, events: str) -> str:
        """Makes and publishes the event that the stream's records are of; its address under that of events' web."""
        body = {
            "name": "Annual Summit",
            "starts_at": "2099-05-04T07:00:00Z",
            "ends_at": "2099-05-06T16:00:00Z",
            "time_zone": "Europe/Rome",
            "sources": [{"source": SOURCE, "source_event_id": SOURCE_EVENT}],
        }
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {self.token('organizer')}"
            made = session.post(f"{events}/v1/events", json=body, timeout=60)
            assert made.status_code == 201, made.text
            address = f"{events}/v1/events/{made.json()['id']}"
            published = session.post(f"{address}/publish", timeout=60)
            assert published.status_code == 200, published.text
        return address


def found(settings: Settings, services: Sequence[str] = OF_THE_STREAM) -> tuple[Association, Ground]:
    """An association whose topics are there, and the indexes of these services."""
    admin = topics.connect(settings)
    try:
        topics.apply(admin, settings, topics.differences(admin, settings))
    finally:
        admin.close()
    ground = Ground(settings, services)
    for service in ground.services.values():
        migrate(service.foundation.database, service.all_indexes())
    return Association(settings, f"t{uuid.uuid4().hex[:10]}"), ground
