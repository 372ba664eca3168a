"""The worker's loop over Kafka: poll, handle, and only then say how far it came.

Offsets are explicit: the first not finished of each partition, stored after the effects. An effect made and not yet
stored is found in the inbox when its message comes again. A partition whose reaction is stopped, or whose database is
away, is paused and tried again with growing pauses while the others go on and the group stays joined.
"""

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka import AsyncConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import (
    FencedInstanceIdError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from pymongo.errors import ConnectionFailure

from shared.messaging import bounds, membership
from shared.messaging.breaker import BreakerOpen
from shared.messaging.connecting import connected
from shared.messaging.handling import Handling
from shared.messaging.header_names import accept_any_header_name
from shared.messaging.holders import Holder
from shared.messaging.lag import Lag, position
from shared.messaging.record import Polled
from shared.settings import Settings
from shared.storage.transaction import TRANSIENT
from shared.telemetry import logs, metrics, watchdog

_FEWEST, _MOST = 500, 2000
"""Records of one poll: more where they are handled quickly, since one batch is read while another is written, and few
where they are not, since a worker that does not poll keeps its group from moving partitions."""

_FETCH_BYTES, _PARTITION_FETCH_BYTES = 4 * 1024 * 1024, 512 * 1024
"""Of one answer of a broker, and of a partition in it. What is read ahead of the work is held in memory, of every
partition at once: however far a worker is behind, it is to take little more than one that is not. A larger record than
that comes all the same."""

_QUICK_SECONDS, _SLOW_SECONDS = 1.0, 2.0
_COMMIT_EACH_SECONDS = 1.0
_POLL_MS = 500
_LOOK_MS, _REST_SECONDS = 2, 0.03
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_PATIENCE_SECONDS = 60.0
"""So long a database may fail for a partition; if it answers all the same, the message counts as failing."""

_log = logs.logger(__name__)


@dataclass(slots=True)
class _Backoff:
    """A partition that has to wait: what of it is in hand, and until when (monotonic seconds)."""

    waiting: list[Any] = field(default_factory=list)
    until: float = 0.0
    pause: float = _FIRST_PAUSE
    since: float = field(default_factory=time.monotonic)
    found_away: bool = False
    """Whether it was tried when the database did not answer, and not put off with the one that was."""

    def again(self) -> None:
        self.until = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, _LONGEST_PAUSE)


class Worker:
    """One member of a service's consumer group."""

    def __init__(self, settings: Settings, service: str, handling: Handling, *, session_seconds: float = 10.0) -> None:
        self._settings = settings
        self._handling = handling
        self._service = service
        self._session_seconds = session_seconds
        self._stopping = threading.Event()
        self._finished: dict[TopicPartition, int] = {}
        self._stored_at = 0.0
        self._held: frozenset[TopicPartition] = frozenset()
        """Of which it has said that they are its own."""
        self._backoffs: dict[TopicPartition, _Backoff] = {}
        self._lag = Lag(settings)
        self._away: ConnectionFailure | None = None
        """Why this turn needs to try no other partition: the database answers none, and each try would wait for it."""
        self.joined = threading.Event()
        """Set while the worker has been given partitions (or told that there are none for it)."""
        self._reachable = False
        self._at_once = _FEWEST

    def run(self, after_batch: Any = None) -> None:
        """Handles messages until `stop`; what is in hand then is finished and its offsets are stored.

        `after_batch` is called after effects were made. Raises KafkaError where the group cannot be joined at all,
        FencedInstanceIdError where another process runs under the same `ITHACA_INSTANCE`.
        """
        # What an earlier group's end left behind is read again: another worker may have had it since.
        self._finished, self._backoffs, self._held = {}, {}, frozenset()
        consumer = self._connect()
        try:
            consumer.subscribe(
                [self._settings.topic(name) for name in self._handling.topics()], listener=_Listener(self, consumer)
            )
            with self._handling.holding() as holder:
                while not self._stopping.is_set():
                    self._turn(consumer, holder, after_batch)
                self._store(consumer)
        finally:
            consumer.close(autocommit=False, timeout_ms=5000)

    def stop(self) -> None:
        """Asks `run` to return; safe from a signal handler."""
        self._stopping.set()

    def is_member(self) -> bool:
        """Whether it has a place in its group, and the group's coordinator answers."""
        return self.joined.is_set() and self._reachable

    def _connect(self) -> KafkaConsumer:
        accept_any_header_name()
        assignor = CooperativeStickyAssignor if self._settings.kafka.transactions else RangePartitionAssignor
        return connected(
            KafkaConsumer,
            **self._settings.kafka.client_options(),
            group_id=f"{self._settings.topic_prefix}{self._service}",
            group_instance_id=self._settings.instance,
            enable_auto_commit=False,
            auto_offset_reset="none",  # `_poll` sets positions, and says so where messages are gone
            isolation_level="read_committed",
            partition_assignment_strategy=(assignor,),
            session_timeout_ms=int(self._session_seconds * 1000),
            heartbeat_interval_ms=int(self._session_seconds * 1000 / 5),
            max_poll_records=_FEWEST,
            fetch_max_wait_ms=_POLL_MS,
            fetch_max_bytes=_FETCH_BYTES,
            max_partition_fetch_bytes=_PARTITION_FETCH_BYTES,
            allow_auto_create_topics=False,
            metadata_max_age_ms=30_000,
            metrics_enabled=False,
        )

    def _turn(self, consumer: KafkaConsumer, holder: Holder, after_batch: Any) -> None:
        watchdog.beat("worker")
        membership.check(consumer, self._session_seconds)
        polled = self._poll(consumer)
        self._reachable = consumer._coordinator.coordinator_id is not None
        self._lag.look(consumer, polled, {place: backoff.waiting for place, backoff in self._backoffs.items()})
        worked, begun = False, time.monotonic()
        self._away = self._hold(holder, frozenset(consumer.assignment()))
        due = [p for p, backoff in self._backoffs.items() if backoff.until <= time.monotonic()]
        # Last those that found it away: if it is so for one of them only, as for a message that breaks its connection,
        # the others would be put off with it again and again.
        due.sort(key=lambda place: self._backoffs[place].found_away)
        for partition, records in {**dict.fromkeys(due, ()), **polled}.items():
            if self._stopping.is_set():
                break  # what was polled and not handled is not finished, and comes again
            worked |= self._handle(consumer, partition, records)
        self._suit(sum(map(len, polled.values())), time.monotonic() - begun)
        if worked and after_batch is not None:
            after_batch()
        if time.monotonic() - self._stored_at >= _COMMIT_EACH_SECONDS:
            self._store(consumer)
        if not polled and self._never_waits(consumer):
            self._stopping.wait(_REST_SECONDS)

    def _poll(self, consumer: KafkaConsumer) -> dict[TopicPartition, list[Any]]:
        try:
            polled: dict[TopicPartition, list[Any]] = consumer.poll(
                timeout_ms=_LOOK_MS if self._never_waits(consumer) else self._patience_ms(), max_records=self._at_once
            )
        except NoOffsetForPartitionError as error:
            [partitions] = error.args
            consumer.seek_to_beginning(*partitions)  # a new group, or a new partition: all of it is new to us
        except OffsetOutOfRangeError as error:
            [positions] = error.args
            for partition, offset in positions.items():
                self._report_gap(consumer, partition, offset)
            consumer.seek_to_beginning(*positions)
        except LogTruncationError as error:
            # The broker lost records that we may have seen. What follows may be new under offsets that we know.
            for partition, diverged in error.divergent_offsets.items():
                _log.error("log_truncated", topic=partition.topic, partition=partition.partition)
                if diverged is None:
                    consumer.seek_to_beginning(partition)
                else:
                    consumer.seek(partition, diverged.offset)
                    # Stored too: whoever starts from what we stored before would miss what is new below it.
                    self._finished[partition] = diverged.offset
        else:
            return polled
        return {}

    def _report_gap(self, consumer: KafkaConsumer, partition: TopicPartition, wanted: int) -> None:
        """Says that messages were removed before they were handled; nothing can bring them back by going on."""
        metrics.OFFSETS_OUT_OF_RANGE.labels(partition.topic.removeprefix(self._settings.topic_prefix)).inc()
        begins = bounds.begins(consumer, [partition], timeout_ms=5000)[partition]
        _log.error(
            "offset_out_of_range", topic=partition.topic, partition=partition.partition, wanted=wanted, begins=begins
        )

    def _suit(self, records: int, seconds: float) -> None:
        """Asks for as many records the next time as these were quick."""
        if seconds > _SLOW_SECONDS:
            self._at_once = max(_FEWEST, self._at_once // 2)
        elif records == self._at_once and seconds < _QUICK_SECONDS:
            self._at_once = min(_MOST, self._at_once * 2)

    def _never_waits(self, consumer: KafkaConsumer) -> bool:
        """Whether the broker answers at once where there is nothing, and the client asks again, for all its patience.

        Without it, it rests between short looks; they are of use only once it knows where each partition is read from.
        """
        if self._settings.kafka.transactions or consumer._coordinator.need_rejoin():
            return False
        assigned = consumer.assignment()
        return bool(assigned) and all(position(consumer, place) is not None for place in assigned)

    def _patience_ms(self) -> int:
        """How long to wait for records: not beyond the next partition that wants another try."""
        if not self._backoffs:
            return _POLL_MS
        soonest = min(backoff.until for backoff in self._backoffs.values()) - time.monotonic()
        return max(1, min(_POLL_MS, int(soonest * 1000)))

    def _handle(self, consumer: KafkaConsumer, partition: TopicPartition, polled: Sequence[Any]) -> bool:
        """Handles what was polled, behind what was waiting; whether anything got done."""
        backoff = self._backoffs.get(partition)
        records = [*(backoff.waiting if backoff else ()), *polled]
        if backoff and backoff.until > time.monotonic():
            backoff.waiting = records
            return False
        found_away = False
        position = records[0].offset
        try:
            self._make_effects(records, patient=backoff is None or time.monotonic() < backoff.since + _PATIENCE_SECONDS)
        except BreakerOpen as stopped:
            position = stopped.record.offset
            if backoff:
                backoff.since = time.monotonic()  # the database has done its part
            _log.error("partition_waits_for_breaker", topic=partition.topic, reaction=stopped.reaction)
        except TRANSIENT as error:
            found_away = error is not self._away
            self._away = error if isinstance(error, ConnectionFailure) else None
            _log.warning("partition_waits_for_database", topic=partition.topic, error=type(error).__name__)
        except Exception as error:  # a fault of ours stops the partition it shows in, and not the others
            _log.error("partition_waits", topic=partition.topic, partition=partition.partition, exc_info=error)
        else:
            self._finished[partition] = records[-1].offset + 1
            if self._backoffs.pop(partition, None):
                consumer.resume(partition)
            return True
        advanced = bool(position > records[0].offset)
        if advanced:
            self._finished[partition] = position
        if backoff is None or advanced:
            backoff = self._backoffs[partition] = _Backoff()
            consumer.pause(partition)
        backoff.waiting = [record for record in records if record.offset >= position]
        backoff.found_away = found_away
        backoff.again()
        return advanced

    def _hold(self, holder: Holder, assigned: frozenset[TopicPartition]) -> ConnectionFailure | None:
        """Says which partitions it has, where these are others than before; why the database does not answer, if so."""
        if assigned == self._held:
            return None
        try:
            if left := self._held - assigned:
                holder.leave(left)
            if taken := assigned - self._held:
                holder.take(taken)
        except ConnectionFailure as error:
            return error
        self._held = assigned
        return None

    def _make_effects(self, records: Sequence[Any], *, patient: bool) -> None:
        if self._away is not None:
            raise self._away
        self._handling.handle(Polled(records, self._settings.topic_prefix), patient=patient)

    def _store(self, consumer: KafkaConsumer) -> None:
        self._stored_at = time.monotonic()
        if not self._finished:
            return
        try:
            consumer.commit(self._offsets(self._finished), timeout_ms=5000)
        except FencedInstanceIdError:
            raise  # another process has our name and our partitions: going on would do its work a second time
        except KafkaError as error:
            # They stay for the next time; those of partitions that moved on meanwhile are given up with them.
            _log.warning("offsets_not_stored", reason=type(error).__name__)
        else:
            self._finished = {}

    def _offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        """How far these came, as Kafka takes it."""
        finished = self._finished
        return {each: OffsetAndMetadata(finished[each], "", -1) for each in partitions if each in finished}

    def _give_up(self, partitions: Collection[TopicPartition]) -> None:
        for partition in partitions:
            self._finished.pop(partition, None)
            self._backoffs.pop(partition, None)

    def _give_up_all_but(self, ours: Collection[TopicPartition]) -> None:
        self._give_up([partition for partition in {*self._finished, *self._backoffs} if partition not in ours])


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Called while the worker waits in `poll`, between effects: what is in hand is always finished here.

    It runs on the client's own I/O thread, which may await a commit and must not block for one.
    """

    def __init__(self, worker: Worker, consumer: KafkaConsumer) -> None:
        self._worker = worker
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        try:
            if offsets := self._worker._offsets(revoked):
                await self._consumer.commit_async(offsets, callback=lambda _offsets, _outcome: None)
        except KafkaError as error:
            # Whoever has the partitions now finds our effects in the inbox.
            _log.info("offsets_not_stored", reason=type(error).__name__)
        finally:
            for partition in revoked:
                self._worker._finished.pop(partition, None)
            # Without cooperation all are revoked, and those that come back come as they were, paused, and read up to
            # behind what is in hand of them: that is given up only when it is known that they went elsewhere.
            self._worker._give_up_all_but(self._consumer.assignment())

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self._worker.joined.clear()
        self._worker._give_up(lost)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._worker._give_up_all_but(self._consumer.assignment())
        if not self._worker.joined.is_set():
            self._worker.joined.set()
            _log.info("ready", partitions=len(assigned))
