"""Reads along on the topics: every message of one tenant, from the moment the tail was opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from kafka import KafkaConsumer, TopicPartition

from shared.contracts import registry
from shared.messaging import bounds, envelope
from shared.messaging.envelope import Message, Unreadable
from shared.settings import Settings


class Tail:
    """A consumer without a group: it disturbs nobody and commits nothing."""

    def __init__(self, consumer: "KafkaConsumer", topic_prefix: str, tenant: str) -> None:
        self._consumer = consumer
        self._topic_prefix = topic_prefix
        self._tenant = tenant

    def poll(self, seconds: float) -> list[Message]:
        """What came since the last call; waits up to `seconds` for the first. Others' and unreadable ones are left out.

        Messages of one poll come in the order of the broker's time, so that a cause stands before its effect.
        """
        batches = self._consumer.poll(timeout_ms=int(seconds * 1000))
        read = (self._read(record) for records in batches.values() for record in records)
        mine = [message for message in read if message is not None and message.tenant == self._tenant]
        return sorted(mine, key=lambda message: (message.timestamp or datetime.min.replace(tzinfo=UTC), message.offset))

    def _read(self, record: object) -> Message | None:
        fields = {name: getattr(record, name) for name in ("partition", "offset", "key", "value")}
        sent_at = datetime.fromtimestamp(getattr(record, "timestamp", 0) / 1000, UTC)
        topic = str(getattr(record, "topic", "")).removeprefix(self._topic_prefix)
        try:
            return envelope.read(topic=topic, timestamp=sent_at, headers=getattr(record, "headers", ()), **fields)
        except Unreadable:
            return None


@contextmanager
def open_tail(settings: Settings, tenant: str) -> Iterator[Tail]:
    """A tail of all topics. Raises kafka.errors.KafkaError where no broker answers."""
    consumer = KafkaConsumer(
        **settings.kafka.client_options(),
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
    )
    try:
        topics = [settings.topic(topic.name) for topic in registry.all_topics()]
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        consumer.assign(partitions)
        for partition, offset in bounds.ends(consumer, partitions).items():
            consumer.seek(partition, offset)
        yield Tail(consumer, settings.topic_prefix, tenant)
    finally:
        consumer.close()
