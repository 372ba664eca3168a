"""A registration system outside: raw records on `attendees.v1`, in either CloudEvents mode, or no CloudEvent at all."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from kafka import KafkaProducer

from shared.clock import SystemClock, rfc3339
from shared.settings import Settings

TYPE = "org.ithaca.attendee.published.v1"
SOURCE = "https://tickets.example.org/outside"


def record(source_event_id: str, ticket: str, **changes: Any) -> dict[str, Any]:
    """A sound canonical record of a person known by e-mail."""
    return {
        "source": "turnstile",
        "source_event_id": source_event_id,
        "source_registration_id": ticket,
        "person": {"email": f"{ticket.lower()}@example.org", "given_name": "Noor", "family_name": ticket},
        "status": "confirmed",
        "updated_at": rfc3339(SystemClock().now()),
        **changes,
    }


class Outside:
    """Publishes for one tenant."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._settings = settings
        self._tenant = tenant

    def binary(self, data: Mapping[str, Any]) -> None:
        """Attributes as headers, the data as the value."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": str(uuid.uuid4()),
            "ce_source": SOURCE,
            "ce_type": TYPE,
            "ce_tenant": self._tenant,
            "content-type": "application/json",
        }
        self.raw(json.dumps(data).encode(), attributes)

    def structured(self, data: Mapping[str, Any]) -> None:
        """One JSON envelope as the value."""
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": SOURCE,
            "type": TYPE,
            "tenant": self._tenant,
            "datacontenttype": "application/json",
            "data": data,
        }
        self.raw(json.dumps(event).encode(), {"content-type": "application/cloudevents+json; charset=utf-8"})

    def raw(self, value: bytes, headers: Mapping[str, str], key: bytes | None = None) -> None:
        """Whatever it is; returns once the broker has it."""
        producer = KafkaProducer(**self._settings.kafka.client_options(), acks="all")
        try:
            sent = producer.send(
                self._settings.topic("attendees.v1"),
                value=value,
                key=key,
                headers=[(name, content.encode()) for name, content in headers.items()],
            )
            sent.get(timeout=30)
        finally:
            producer.close()
