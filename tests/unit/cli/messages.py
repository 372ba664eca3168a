"""Messages as a tail of the topics gives them."""

from datetime import UTC, datetime
from typing import Any

from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.envelope import Message


def message(kind: str, data: dict[str, Any], *, cause: Message | None = None, **changes: Any) -> Message:
    """A message of that kind by the service that writes its topic."""
    found = registry.get(kind)
    attributes: dict[str, Any] = {
        "id": new_id(),
        "type": found.name,
        "source": f"/tenants/acme/services/{found.topic.written_by[-1]}",
        "subject": None,
        "time": datetime(2026, 3, 1, tzinfo=UTC),
        "tenant": "acme",
        "key": data.get("id", "a-key"),
        "version": 1,
        "correlation_id": "a-story",
        "causation_id": None if cause is None else cause.id,
        "traceparent": None,
        "data": data,
        "topic": found.topic.name,
    }
    return Message(**(attributes | changes))
