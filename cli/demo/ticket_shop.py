"""A ticket system, outside the platform: publishes attendee records on `attendees.v1` as anybody may.

Its orders were captured from a running pretix; their times are moved so that the last of them was changed just now.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import orjson
from kafka import KafkaProducer

from services.events.sources.pretix import SOURCE, attendee_records
from shared.clock import parse_rfc3339, rfc3339
from shared.contracts import registry
from shared.ids import new_id
from shared.settings import Settings

Order = dict[str, Any]

EVENT = "summit"
"""The event's slug in the shop."""

_ADDRESS = "https://tickets.example.org/assoc"
_A_WHILE = timedelta(seconds=10)


def captured_orders(now: datetime) -> list[Order]:
    """The orders as the shop has them at `now`."""
    content = resources.files("cli.demo").joinpath("data/orders.json").read_bytes()
    orders: list[Order] = json.loads(content)["results"]
    moved = now - _A_WHILE - max(parse_rfc3339(order["last_modified"]) for order in orders)
    return [_moved(order, moved) for order in orders]


def _moved(order: Order, by: timedelta) -> Order:
    positions = [
        {**position, "checkins": [{**scan, "datetime": _later(scan["datetime"], by)} for scan in position["checkins"]]}
        for position in order["positions"]
    ]
    return {**order, "last_modified": _later(order["last_modified"], by), "positions": positions}


def _later(moment: str, by: timedelta) -> str:
    return rfc3339(parse_rfc3339(moment) + by)


def cancelled(order: Order, now: datetime) -> Order:
    """The order after somebody cancelled it at `now`."""
    return {**order, "status": "c", "last_modified": rfc3339(now)}


class TicketShop:
    """The shop's side of the topic: a plain producer that knows the contract and nothing else of the platform."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._settings = settings
        self._tenant = tenant

    def publish(self, orders: Iterable[Order]) -> list[str]:
        """Publishes a record for each position, CloudEvents in binary mode. Gives their `ce_id`s once acknowledged."""
        records = [record for order in orders for record in attendee_records(order)]
        producer = KafkaProducer(**self._settings.kafka.client_options(), acks="all")
        try:
            sent = [self._send(producer, record) for record in records]
            producer.flush(timeout=30)
            for _, future in sent:
                future.get(timeout=30)
        finally:
            producer.close()
        return [identifier for identifier, _ in sent]

    def _send(self, producer: "KafkaProducer", record: dict[str, Any]) -> tuple[str, Any]:
        identifier = new_id()
        kind = registry.get("attendee.published.v1")
        headers = {
            "ce_specversion": "1.0",
            "ce_id": identifier,
            "ce_source": _ADDRESS,
            "ce_type": kind.name,
            "ce_subject": record["source_registration_id"],
            "ce_time": record["updated_at"],
            "ce_tenant": self._tenant,
            "content-type": "application/json",
        }
        key = f"{SOURCE}/{EVENT}/{record['source_registration_id']}"
        future = producer.send(
            self._settings.topic(kind.topic.name),
            key=key.encode(),
            value=orjson.dumps(record),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )
        return identifier, future
