"""The relay: carries the outbox to Kafka, each key in order, nothing lost.

Each slot of the outbox is held under a lease. Because a relay that was paused beyond its lease can still *send*, the
broker fences it: a slot has one `transactional.id`, whoever takes the lease initializes transactions under it, and
every claim is one Kafka transaction, which readers see as a whole or not at all. A claim that was sent but not settled
is sent again with the same message ids, and its readers know those.
"""

import threading
import time
from collections.abc import Sequence

import structlog
from kafka import KafkaProducer
from pymongo import MongoClient, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.clock import SystemClock
from shared.ids import new_id
from shared.messaging import lease, outbox, tracing
from shared.messaging.lease import Lease
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.transaction import run_transaction
from shared.telemetry import logs, metrics, watchdog

LEASE_SECONDS = 15.0
DELIVERY_SECONDS = 8
"""Below the lease: what was not acknowledged by then is given up while the slot is still ours."""

_LOOK_EACH_SECONDS = 1.0
_KEYS_A_CLAIM = 500
_ROWS_A_CLAIM = 1000
_PAUSE_AFTER_FAILURE = 1.0

_log = logs.logger(__name__)


class Relay:
    """All slots of one service's outbox, as far as this process can lease them."""

    def __init__(self, settings: Settings, client: MongoClient[Document], database: Database[Document], service: str):
        self._settings = settings
        self._client = client
        self._database = database
        self._service = service
        self._owner = new_id()
        self._stopping = threading.Event()
        self._wake = [threading.Event() for _ in range(outbox.SLOTS)]

    def run(self) -> None:
        """Carries messages until `stop`; what is in hand then is finished, if Kafka lets it within a lease's time."""
        threads = [
            threading.Thread(target=self._slot, args=(slot,), name=f"slot-{slot}", daemon=True)
            for slot in range(outbox.SLOTS)
        ]
        threading.Thread(target=self._watch, name="wake-up", daemon=True).start()
        for thread in threads:
            thread.start()
        _log.info("ready", slots=outbox.SLOTS)
        self._stopping.wait()
        deadline = time.monotonic() + LEASE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                # The client waits for a broker without end; what this claim sent, if anything, is sent again.
                _log.warning("claim_left", slot=thread.name)

    def stop(self) -> None:
        """Asks `run` to return; safe from a signal handler."""
        self._stopping.set()
        for event in self._wake:
            event.set()

    def _watch(self) -> None:
        """Wakes a slot the moment a row is written. Only that: a lost change costs one look's time, no message."""
        pipeline = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"slot": "$fullDocument.slot"}},
        ]
        while not self._stopping.is_set():
            try:
                with self._database[outbox.COLLECTION].watch(pipeline, max_await_time_ms=1000) as changes:
                    while not self._stopping.is_set():
                        change = changes.try_next()
                        if change is not None:
                            self._wake[change["slot"]].set()
            except PyMongoError as error:
                _log.warning("wake_up_lost", error=type(error).__name__)
                self._stopping.wait(_PAUSE_AFTER_FAILURE)

    def _slot(self, slot: int) -> None:
        structlog.contextvars.bind_contextvars(service=self._service, role="relay", slot=slot)
        while not self._stopping.is_set():
            watchdog.beat(f"slot-{slot}")
            held: Lease | None = None
            try:
                held = lease.acquire(self._database[lease.COLLECTION], f"relay/{slot}", self._owner, LEASE_SECONDS)
                if held is not None:
                    self._carry(slot, held)
            except Exception as error:
                # Whatever it was, the claim was aborted or its outcome is unknown: its rows are still pending, and a
                # slot whose thread ended would stand still until somebody noticed.
                metrics.RELAY_FAILURES.labels(type(error).__name__).inc()
                _log.warning("claim_given_up", error=type(error).__name__, detail=str(error)[:300])
            finally:
                self._let_go(held)
            self._stopping.wait(_PAUSE_AFTER_FAILURE)

    def _let_go(self, held: Lease | None) -> None:
        if held is None:
            return
        try:
            held.release()
        except PyMongoError:
            _log.warning("lease_not_released", lease=held.name)

    def _carry(self, slot: int, held: Lease) -> None:
        carrier = _Carrier(self._settings, f"{self._settings.topic_prefix}{self._service}.relay.{slot}")
        try:
            while held.alive() and not self._stopping.is_set():
                watchdog.beat(f"slot-{slot}")
                if held.past_half() and not held.renew():
                    return
                self._wake[slot].clear()
                rows = self._claim(slot)
                if rows:
                    with tracing.sending(rows):
                        placed = carrier.send(rows)
                    self._settle(held, rows, placed)
                else:
                    self._wake[slot].wait(_LOOK_EACH_SECONDS)
        finally:
            carrier.close()

    def _claim(self, slot: int) -> Sequence[Document]:
        """All unsent rows of the keys that wait longest, each key from its first.

        One snapshot for both reads: a key's rows seen at two moments could show its second and miss its first.
        """
        rows = self._database[outbox.COLLECTION]
        waiting = {"slot": slot, "pending": True}
        with self._client.start_session(snapshot=True) as session:
            oldest = list(
                rows.find(waiting, {"topic": 1, "key": 1, "created_at": 1}, session=session)
                .sort("_id", 1)
                .limit(_KEYS_A_CLAIM)
            )
            age = (SystemClock().now() - oldest[0]["created_at"]).total_seconds() if oldest else 0.0
            metrics.OUTBOX_AGE.labels(slot).set(age)
            if not oldest:
                return ()
            keys = {row["key"] for row in oldest}
            topics = {row["topic"] for row in oldest}
            return list(
                rows.find({**waiting, "topic": {"$in": list(topics)}, "key": {"$in": list(keys)}}, session=session)
                .sort([("topic", 1), ("key", 1), ("version", 1), ("ordinal", 1)])
                .limit(_ROWS_A_CLAIM)
            )

    def _settle(self, held: Lease, rows: Sequence[Document], placed: Sequence[tuple[int, int]]) -> None:
        """Marks the rows as sent and drops what they carried, if the slot is still ours to mark."""
        expire_at = SystemClock().now() + outbox.KEPT_AFTER_SETTLING
        updates = [
            UpdateOne(
                {"_id": row["_id"]},
                {
                    "$set": {"settled": {"partition": partition, "offset": offset}, "expire_at": expire_at},
                    "$unset": {"pending": "", "value": "", "headers": ""},
                },
            )
            for row, (partition, offset) in zip(rows, placed, strict=True)
        ]

        def settle(session: ClientSession) -> None:
            held.confirm(session)
            self._database[outbox.COLLECTION].bulk_write(updates, ordered=False, session=session)

        run_transaction(self._client, settle)
        for row in rows:
            metrics.OUTBOX_SENT.labels(row["topic"]).inc()


class _Carrier:
    """The producer of one slot, for as long as the slot is held."""

    def __init__(self, settings: Settings, transactional_id: str) -> None:
        self._settings = settings
        self._transactions = settings.kafka.transactions
        options = settings.kafka.client_options() | {
            "acks": "all",
            "enable_idempotence": True,
            "delivery_timeout_ms": DELIVERY_SECONDS * 1000,
            "request_timeout_ms": 5000,
            "max_block_ms": DELIVERY_SECONDS * 1000,
            "bootstrap_timeout_ms": DELIVERY_SECONDS * 1000,
            "max_request_size": 2 * 1024 * 1024,
            "batch_size": 128 * 1024,
            "metrics_enabled": False,
            "allow_auto_create_topics": False,
        }
        if self._transactions:
            options |= {"transactional_id": transactional_id, "transaction_timeout_ms": DELIVERY_SECONDS * 1000}
        self._producer = KafkaProducer(**options)
        if self._transactions:
            try:
                self._producer.init_transactions()
            except BaseException:
                self.close()
                raise

    def send(self, rows: Sequence[Document]) -> list[tuple[int, int]]:
        """Sends all as one Kafka transaction; where each landed, as (partition, offset).

        Raises kafka.errors.KafkaError.
        """
        if not self._transactions:
            return self._send(rows)
        self._producer.begin_transaction()
        try:
            placed = self._send(rows)
        except BaseException:
            self._producer.abort_transaction()
            raise
        self._producer.commit_transaction()
        return placed

    def _send(self, rows: Sequence[Document]) -> list[tuple[int, int]]:
        futures = [
            self._producer.send(
                self._settings.topic(row["topic"]),
                key=row["key"].encode(),
                value=row["value"],
                headers=[(name, bytes(content)) for name, content in row["headers"]],
            )
            for row in rows
        ]
        self._producer.flush(timeout=DELIVERY_SECONDS)
        sent = [future.get(timeout=0) for future in futures]
        return [(record.partition, record.offset) for record in sent]

    def close(self) -> None:
        self._producer.close(timeout=1)
