"""The carrier: one slot's producer, for as long as the slot is held.

A producer that failed once is not used again: what it left open is aborted when its successor initializes transactions
under the same `transactional.id`. So a failure needs no clean-up that could fail too.
"""

import contextlib
import socket
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import (
    InvalidRecordError,
    InvalidTimestampError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedForMessageFormatError,
)

from shared.messaging.connecting import connected
from shared.settings import Settings
from shared.storage.client import Document

_KNOCK_SECONDS = 2.0
_CONNECT_SECONDS = 5.0

_OF_THE_RECORD = (
    InvalidRecordError,
    InvalidTimestampError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedForMessageFormatError,
    TypeError,
)
"""What the same record meets again at every attempt (TypeError: the client cannot even write it). Everything else, a
broker that is away or unwell, a fenced producer, concerns no record and is tried again."""


class Refused(Exception):
    """At least one of the records will never be taken; none of them was, as far as consumers see.

    Without transactions others of them may have been, and come again with the same ids.
    """


class Carrier:
    """Connects at once, without a claim to the slot: `fence` makes that.

    Everything it waits for ends within `patience_seconds`. Raises kafka.errors.KafkaError where no broker answers.
    """

    def __init__(self, settings: Settings, transactional_id: str, patience_seconds: float) -> None:
        self._settings = settings
        self._transactional_id = transactional_id if settings.kafka.transactions else None
        self._patience = patience_seconds
        self._producer = self._connect()

    def fence(self) -> None:
        """Shuts out whoever carried this slot before, and aborts what they left open. Raises KafkaError."""
        if self._transactional_id is not None:
            self._producer.init_transactions()

    def send(self, rows: Sequence[Document]) -> list[tuple[int, int]]:
        """Sends all as one Kafka transaction; where each landed, as (partition, offset).

        Raises Refused, or KafkaError where the outcome may be unknown; after either this takes `renew` to go on.
        """
        deadline = time.monotonic() + self._patience
        if self._transactional_id is None:
            return self._send(rows, deadline)
        self._producer.begin_transaction()
        placed = self._send(rows, deadline)
        self._commit(deadline)
        return placed

    def renew(self) -> None:
        """Goes on with a new producer behind a failed one. Raises KafkaError."""
        self.close()
        self._producer = self._connect()
        self.fence()

    def close(self) -> None:
        """Lets go of the connection and its thread; nothing that was sent is waited for."""
        # close() alone first waits for unsent records, raises where they stay unsent, and leaves its thread behind.
        self._producer._sender.force_close()
        self._producer._sender.join(1)
        with contextlib.suppress(KafkaError):
            self._producer.close(timeout=0)

    def _connect(self) -> KafkaProducer:
        _knock(self._settings.kafka.bootstrap_servers)
        milliseconds = int(self._patience * 1000)
        options = self._settings.kafka.client_options() | {
            "acks": "all",
            "enable_idempotence": True,
            "delivery_timeout_ms": milliseconds,
            "request_timeout_ms": min(5000, milliseconds),
            "max_block_ms": milliseconds,
            "bootstrap_timeout_ms": int(min(_CONNECT_SECONDS, self._patience) * 1000),
            # The client sleeps this long before it asks anew, as it must twice for the first coordinator and after
            # each transaction whose markers are still being written.
            "retry_backoff_ms": 20,
            "reconnect_backoff_max_ms": 1000,
            "max_request_size": 2 * 1024 * 1024,
            "batch_size": 128 * 1024,
            "metrics_enabled": False,
            "allow_auto_create_topics": False,
        }
        if self._transactional_id is not None:
            options |= {"transactional_id": self._transactional_id, "transaction_timeout_ms": milliseconds}
        producer: KafkaProducer = connected(KafkaProducer, **options)
        return producer

    def _send(self, rows: Sequence[Document], deadline: float) -> list[tuple[int, int]]:
        futures: list[Any] = []
        failures: list[Exception] = []
        try:
            futures.extend(self._hand_over(row) for row in rows)
        except (KafkaError, TypeError) as error:
            failures.append(error)
            deadline = min(deadline, time.monotonic() + 1.0)  # what fails the others too has mostly told them by now
        placed: list[tuple[int, int]] = []
        # Not by flush(), which fails with UnknownError where the client splits a batch that is too large as a whole.
        for future in futures:
            try:
                record = future.get(timeout=_left(deadline))
            except KafkaError as error:
                failures.append(error)
            else:
                placed.append((record.partition, record.offset))
        # One record at fault fails all that travel with it, each by another name.
        for failure in failures:
            if isinstance(failure, _OF_THE_RECORD):
                raise Refused(str(failure)) from failure
        if failures:
            raise failures[0]
        return placed

    def _hand_over(self, row: Document) -> Any:
        return self._producer.send(
            self._settings.topic(row["topic"]),
            key=row["key"].encode(),
            value=row["value"],
            headers=[(name, content) for name, content in row["headers"]],
        )

    def _commit(self, deadline: float) -> None:
        """As the producer's own commit, which waits without end for a broker that is away."""
        outcome = self._producer._transaction_manager.begin_commit()
        self._producer._sender.wakeup()
        if not outcome.wait(timeout_ms=_left(deadline) * 1000):
            raise KafkaTimeoutError("The broker did not confirm the transaction in time.")


def _knock(servers: Sequence[str]) -> None:
    """Returns if one of the addresses can be connected to. Raises KafkaConnectionError.

    The client would try for all its time, and leave the socket of each try to the garbage collector.
    """
    for server in servers:
        host, _, port = server.rpartition(":")
        with contextlib.suppress(OSError):
            socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_SECONDS).close()
            return
    raise KafkaConnectionError(f"None of {', '.join(servers)} can be connected to.")


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
