"""Telling of an event: its full state, one message a version."""

from typing import Any

from services.events.domain.event import Event, EventSource, EventVisibility
from services.events.store import Store
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def announce_event(transaction: Transaction, event: Event, word: str, **more: str) -> None:
    """Publishes `event.{word}`; `more` is what that type adds to the state."""
    data = _state(event) | more
    transaction.publish(f"event.{word}.v1", key=event.id, version=event.version, data=data)


def announce_again(transaction: Transaction, store: Store, event_id: str) -> bool:
    """Publishes an event at the version it has; False for one that the world never heard of."""
    event = store.events.hold(transaction.session, transaction.tenant, event_id)
    if event is None or not event.on_the_log:
        return False
    transaction.publish("event.updated.v1", key=event.id, version=event.version, data=_state(event), again=True)
    return True


def _state(event: Event) -> dict[str, Any]:
    optional = {
        "description": event.description,
        "capacity": event.capacity,
        "place": event.place,
        "groups": list(event.groups) or None,
        "group_ids": list(event.groups) if event.visibility is EventVisibility.GROUPS else None,
    }
    return {
        "id": event.id,
        "name": event.name,
        "starts_at": rfc3339(event.starts_at),
        "ends_at": rfc3339(event.ends_at),
        "time_zone": event.time_zone,
        "over_capacity": event.over_capacity,
        "visibility": event.visibility.value,
        "state": event.state.value,
        "sessions": [
            {"title": each.title, "starts_at": rfc3339(each.starts_at), "ends_at": rfc3339(each.ends_at)}
            for each in event.sessions
        ],
        "sources": [_source(event, each) for each in event.sources],
    } | {name: value for name, value in optional.items() if value is not None}


def _source(event: Event, source: EventSource) -> dict[str, Any]:
    said: dict[str, Any] = {"source": source.source, "source_event_id": source.source_event_id}
    return said if event.configured is None else said | {"configured": source.source in event.configured}
