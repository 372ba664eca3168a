"""The log itself: everything that readers of committed messages see on the topics, in the order of each partition."""

import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from shared.contracts import registry
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.settings import Settings


@dataclass(frozen=True)
class Entry:
    """One record. `topic` is without the prefix."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None

    @cached_property
    def message(self) -> Message:
        """As a consumer reads it. Raises Unreadable."""
        return envelope.read(
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            timestamp=None,
            key=self.key.encode(),
            value=self.value,
            headers=self.headers,
        )

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two records the same message: CloudEvents' (source, id)."""
        return self.message.source, self.message.id

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}@{self.offset} {self.message.type} {self.key} v{self.message.version}"


class Journal:
    """A reader of all topics of the contract, outside every group."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer = KafkaConsumer(
            **settings.kafka.client_options(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=5_000,
        )
        self._partitions = [
            TopicPartition(settings.topic(topic.name), number)
            for topic in registry.all_topics()
            for number in range(topic.partitions)
        ]
        self._consumer.assign(self._partitions)
        self.entries: list[Entry] = []

    def catch_up(self, within: float = 120.0) -> int:
        """Reads to where the topics end now; how many records came. An open transaction is waited for."""
        before, deadline = len(self.entries), time.monotonic() + within
        ends = self._consumer.end_offsets(self._partitions)
        while any(self._consumer.position(each) < end for each, end in ends.items()):
            assert time.monotonic() < deadline, "the topics cannot be read to their ends"
            for records in self._consumer.poll(timeout_ms=500).values():
                self.entries += [self._entry(record) for record in records]
        return len(self.entries) - before

    def unread(self, group: str, topics: list[str]) -> int:
        """How many of the records read here the group has not finished."""
        last: dict[TopicPartition, list[int]] = defaultdict(list)
        for entry in self.entries:
            if entry.topic in topics:
                last[TopicPartition(self._settings.topic(entry.topic), entry.partition)].append(entry.offset)
        finished = self._finished(group)
        return sum(offset >= finished.get(each, 0) for each, offsets in last.items() for offset in offsets)

    def _finished(self, group: str) -> dict[TopicPartition, int]:
        admin = KafkaAdminClient(**self._settings.kafka.client_options())
        try:
            stored = admin.list_group_offsets([group])[group]
        finally:
            admin.close()
        return {each: found.offset for each, found in stored.items()}

    def _entry(self, record: Any) -> Entry:
        topic = record.topic.removeprefix(self._settings.topic_prefix)
        key = (record.key or b"").decode()
        return Entry(topic, record.partition, record.offset, key, tuple(record.headers), record.value)

    def close(self) -> None:
        self._consumer.close()
