"""How far a service's consumer group is behind, asked of the broker: for operators, whether or not a worker runs."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.errors import Unavailable
from shared.messaging import bounds
from shared.messaging.connecting import connected
from shared.messaging.header_names import accept_any_header_name
from shared.settings import Settings
from shared.telemetry import logs

_BOOTSTRAP_MS = 3000
_REQUEST_MS = 3000
_LOOK_SECONDS = 3.0
"""How long to look for the first unhandled records: enough for every partition of a service."""
_POLL_MS = 200

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition as its group sees it. `topic` is without the prefix."""

    topic: str
    partition: int
    position: int
    """The offset that the group reads next."""
    end: int
    """The offset behind the last record that readers may see."""
    messages: int
    """At most so many records wait; the marks that transactions leave in a partition count as records."""
    seconds: float | None
    """Age of the first record that waits; None where none does, or where it could not be read in time."""


def group_lag(settings: Settings, service: str, topics: Sequence[str], now: datetime) -> list[PartitionLag]:
    """The lag of `service` in each partition of these topics (without the prefix); topics that are absent have none.

    Reads as a member would, and neither joins the group nor stores an offset. Raises Unavailable where the broker does
    not answer within a few seconds.
    """
    try:
        with _consumer(settings, service) as consumer:
            return _lags(consumer, settings.topic_prefix, [settings.topic(name) for name in topics], now)
    except KafkaError as error:
        _log.warning("lag_not_read", error=type(error).__name__)
        raise Unavailable("The broker does not answer: the lag is not known now.", retry_after=5) from error


def _consumer(settings: Settings, service: str) -> KafkaConsumer:
    accept_any_header_name()
    return connected(
        KafkaConsumer,
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}{service}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        bootstrap_timeout_ms=_BOOTSTRAP_MS,
        request_timeout_ms=_REQUEST_MS,
        fetch_max_wait_ms=_POLL_MS,
        max_partition_fetch_bytes=64 * 1024,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )


def _lags(consumer: KafkaConsumer, prefix: str, topics: Collection[str], now: datetime) -> list[PartitionLag]:
    present = consumer.topics()
    partitions = [
        TopicPartition(topic, number)
        for topic in topics
        if topic in present
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]
    if not partitions:
        return []
    consumer.assign(partitions)
    ends = bounds.ends(consumer, partitions)
    starts = bounds.begins(consumer, partitions)
    positions = {each: max(consumer.position(each, timeout_ms=_REQUEST_MS), starts[each]) for each in partitions}
    waiting = _first_waiting(consumer, {each: ends[each] for each in partitions if positions[each] < ends[each]})
    return [
        PartitionLag(
            topic=each.topic.removeprefix(prefix),
            partition=each.partition,
            position=positions[each],
            end=ends[each],
            messages=ends[each] - waiting[each][0] if each in waiting else 0,
            seconds=_age(waiting[each][1], now) if each in waiting else None,
        )
        for each in partitions
    ]


def _first_waiting(
    consumer: KafkaConsumer, behind: dict[TopicPartition, int]
) -> dict[TopicPartition, tuple[int, int | None]]:
    """Offset and timestamp of the first record that waits in each of these; none where only marks of transactions do.

    What could not be read in time is taken to wait from the group's position on.
    """
    found: dict[TopicPartition, tuple[int, int | None]] = {}
    open_ones = set(behind)
    consumer.pause(*(each for each in consumer.assignment() if each not in behind))
    deadline = time.monotonic() + _LOOK_SECONDS
    while open_ones and time.monotonic() < deadline:
        for partition, records in consumer.poll(timeout_ms=_POLL_MS).items():
            if partition in open_ones:
                found[partition] = (records[0].offset, records[0].timestamp)
        passed = {each for each in open_ones if consumer.position(each, timeout_ms=_REQUEST_MS) >= behind[each]}
        if settled := open_ones & (passed | found.keys()):
            consumer.pause(*settled)
            open_ones -= settled
    return found | {each: (consumer.position(each, timeout_ms=_REQUEST_MS), None) for each in open_ones}


def _age(milliseconds: int | None, now: datetime) -> float | None:
    if milliseconds is None or milliseconds < 0:
        return None
    return max(0.0, now.timestamp() - milliseconds / 1000)
