"""The relay: carries the outbox to Kafka, each key in order, nothing lost.

Each slot of the outbox is held under a lease. Because a relay that was paused beyond its lease can still *send*, the
broker fences it: a slot has one `transactional.id`, whoever takes the lease initializes transactions under it, and
every claim is one Kafka transaction, which readers see as a whole or not at all. A claim that was sent but not settled
is sent again with the same message ids, and its readers know those.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import closing

import structlog
from kafka.errors import KafkaError
from pymongo import MongoClient, UpdateOne
from pymongo.change_stream import ChangeStream
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.clock import SystemClock
from shared.ids import new_id
from shared.messaging import backlog, barred, claim, lease, outbox, tracing
from shared.messaging.carrier import Carrier, Refused
from shared.messaging.claim import Claim
from shared.messaging.lease import Lease, LeaseLost
from shared.messaging.outbox import Place, place_of
from shared.messaging.share import Share
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.following import Following, Token
from shared.storage.transaction import in_session, run_transaction
from shared.telemetry import logs, metrics, watchdog

LEASE_SECONDS = 15.0

_LOOK_EACH_SECONDS = 1.0
_PAUSE_AFTER_FAILURE = 1.0

_log = logs.logger(__name__)


class Relay:
    """The slots of one service's outbox, as far as this process can lease them and leaves other relays their share."""

    def __init__(
        self,
        settings: Settings,
        client: MongoClient[Document],
        database: Database[Document],
        service: str,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._service = service
        self._owner = new_id()
        self._lease_seconds = lease_seconds
        self._share = Share(database, self._owner, lease_seconds)
        self._stopping = threading.Event()
        self._wake = [threading.Event() for _ in range(outbox.SLOTS)]

    def run(self) -> None:
        """Carries messages until `stop`; what is in hand then is finished, if Kafka lets it within a lease's time."""
        threads = [
            threading.Thread(target=self._slot, args=(slot,), name=f"slot-{slot}", daemon=True)
            for slot in range(outbox.SLOTS)
        ]
        threading.Thread(target=self._watch, name="wake-up", daemon=True).start()
        threading.Thread(target=self._beat, name="share", daemon=True).start()
        for thread in threads:
            thread.start()
        _log.info("ready", slots=outbox.SLOTS)
        self._stopping.wait()
        deadline = time.monotonic() + self._lease_seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                # What this claim sent, if anything, is sent again.
                _log.warning("claim_left", slot=thread.name)
        try:
            self._share.leave()
        except PyMongoError as error:
            _log.warning("share_not_left", error=type(error).__name__)

    def stop(self) -> None:
        """Asks `run` to return; safe from a signal handler."""
        self._stopping.set()
        for event in (*self._wake, self._share.known):
            event.set()

    def _watch(self) -> None:
        """Wakes a slot the moment a row is written. Only that: a lost change costs one look's time, no message."""
        pipeline = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"slot": "$fullDocument.slot"}},
        ]

        def opened(token: Token | None) -> ChangeStream[Document]:
            written = self._database[outbox.COLLECTION]
            return written.watch(pipeline, resume_after=token, max_await_time_ms=1000)

        def hear(stream: ChangeStream[Document]) -> None:
            change = stream.try_next()
            if change is not None:
                self._wake[change["slot"]].set()

        Following("outbox", opened, hear, self._stopping).run()

    def _beat(self) -> None:
        while not self._stopping.is_set():
            try:
                self._share.beat()
            except PyMongoError as error:
                _log.warning("share_unknown", error=type(error).__name__)
            self._stopping.wait(self._lease_seconds / 5)

    def _slot(self, slot: int) -> None:
        structlog.contextvars.bind_contextvars(service=self._service, role="relay", slot=slot)
        self._share.known.wait()
        while not self._stopping.is_set():
            watchdog.beat(f"slot-{slot}")
            try:
                if self._share.take(slot):
                    self._hold(slot)
            except Exception as error:
                # Whatever it was, the claim was aborted or its outcome is unknown: its rows are still pending, and a
                # slot whose thread ended would stand still until somebody noticed.
                metrics.RELAY_FAILURES.labels(type(error).__name__).inc()
                _log.warning("claim_given_up", error=type(error).__name__, exc_info=error)
            finally:
                self._share.give_up(slot)
            self._stopping.wait(_PAUSE_AFTER_FAILURE)

    def _hold(self, slot: int) -> None:
        """Carries the slot if it is free.

        Kafka is reached before the lease is taken: a relay that cannot reach it leaves the slot to those that can.
        """
        leases, name = self._database[lease.COLLECTION], f"relay/{slot}"
        if not lease.vacant(leases, name):
            return
        carrier = self._connect(slot)
        if carrier is None:
            return
        with closing(carrier), self._client.start_session() as session, in_session(session):
            held = lease.acquire(leases, name, self._owner, self._lease_seconds, session)
            if held is None:
                return
            try:
                carrier.fence()
                self._carry(slot, held, carrier)
            finally:
                self._let_go(held)

    def _connect(self, slot: int) -> Carrier | None:
        transactional_id = f"{self._settings.topic_prefix}{self._service}.relay.{slot}"
        try:
            return Carrier(self._settings, transactional_id, self._lease_seconds / 2)
        except KafkaError as error:
            metrics.RELAY_FAILURES.labels(type(error).__name__).inc()
            _log.warning("relay_waits_for_kafka", error=type(error).__name__)
            # Nobody may hold the slot now: its age is still told, or an absent broker would look like an empty outbox.
            metrics.OUTBOX_AGE.labels(slot).set(backlog.oldest_seconds(self._database, slot, SystemClock().now()))
            return None

    def _let_go(self, held: Lease) -> None:
        try:
            held.release()
        except PyMongoError:
            _log.warning("lease_not_released", lease=held.name)

    def _carry(self, slot: int, held: Lease, carrier: Carrier) -> None:
        while not self._stopping.is_set() and not self._share.surplus(slot):
            watchdog.beat(f"slot-{slot}")
            self._still(held)
            self._wake[slot].clear()
            found = claim.read(self._client, self._database, slot)
            age = 0.0 if found.oldest is None else (SystemClock().now() - found.oldest).total_seconds()
            metrics.OUTBOX_AGE.labels(slot).set(age)
            if found.behind:
                self._set_aside(found)
            if found.rows:
                self._send(held, carrier, found.rows)
            elif not found.behind:
                self._wake[slot].wait(_LOOK_EACH_SECONDS)
        metrics.OUTBOX_AGE.labels(slot).set(0.0)  # from now on its next holder tells

    def _still(self, held: Lease) -> None:
        """Holds the lease on. Raises LeaseLost where it may have passed on."""
        if not held.alive() or (held.past_half() and not held.renew()):
            raise LeaseLost(held.name)

    def _send(self, held: Lease, carrier: Carrier, rows: Sequence[Document]) -> set[Place]:
        """Sends and settles the rows; where the broker refuses, by halves, until what it refuses is alone and barred.

        Gives the keys that were barred.
        """
        watchdog.beat(f"slot-{rows[0]['slot']}")  # a claim of which the broker refuses much takes long
        self._still(held)
        try:
            with tracing.sending(rows):
                placed = carrier.send(rows)
        except Refused as refused:
            self._still(held)  # or the new producer would shut out whoever holds the slot now
            carrier.renew()
            if len(rows) == 1:
                self._bar(held, rows[0], str(refused))
                return {place_of(rows[0])}
            half = len(rows) // 2
            keys = self._send(held, carrier, rows[:half])
            if rest := [row for row in rows[half:] if place_of(row) not in keys]:
                keys |= self._send(held, carrier, rest)
            return keys
        self._settle(held, rows, placed)
        return set()

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

    def _bar(self, held: Lease, row: Document, reason: str) -> None:
        def bar(session: ClientSession) -> None:
            held.confirm(session)
            barred.bar(self._database, session, row, reason, SystemClock().now())

        run_transaction(self._client, bar)
        metrics.OUTBOX_BARRED.labels(row["topic"]).inc()
        _log.error("key_barred", topic=row["topic"], id=row["_id"], reason=reason[:300])

    def _set_aside(self, found: Claim) -> None:
        try:
            run_transaction(
                self._client,
                lambda session: barred.set_aside(self._database, session, found.bars, found.behind),
            )
        except barred.NotBarred:
            _log.info("bar_lifted_meanwhile")  # the next claim sees it
