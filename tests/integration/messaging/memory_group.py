"""A group of consumers of a log in memory: one has all partitions, and what the others say is not heard."""

from collections.abc import Mapping, Sequence

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import CommitFailedError

from tests.integration.messaging.memory_log import Logged, MemoryLog


class MemoryGroup:
    """How far a group of consumers has said to be, and which of them may say so."""

    def __init__(self) -> None:
        self.stored: dict[str, int] = {}
        self._member: MemoryConsumer | None = None

    def let_in(self, log: MemoryLog) -> "MemoryConsumer":
        """The one that has all partitions from now on."""
        self._member = MemoryConsumer(self, log)
        return self._member

    def store(self, member: "MemoryConsumer", offsets: Mapping[str, int]) -> None:
        if member is not self._member:
            raise CommitFailedError
        self.stored |= offsets


class MemoryConsumer:
    """As much of a KafkaConsumer as a worker needs that is told when to poll."""

    def __init__(self, group: MemoryGroup, log: MemoryLog) -> None:
        self._group = group
        self._log = log
        self._positions = dict(group.stored)

    def poll(self, topic: str, most: int) -> Sequence[Logged]:
        position = self._positions.get(topic, 0)
        records = self._log.read(topic, position, most)
        self._positions[topic] = position + len(records)
        return records

    def commit(
        self, offsets: Mapping[TopicPartition, OffsetAndMetadata] | None = None, timeout_ms: int | None = None
    ) -> None:
        """Without offsets, how far it has polled: as KafkaConsumer does."""
        named = {} if offsets is None else {place.topic: stored.offset for place, stored in offsets.items()}
        self._group.store(self, self._positions if offsets is None else named)

    def pause(self, *places: TopicPartition) -> None:
        """Who polls decides."""

    def resume(self, *places: TopicPartition) -> None:
        """Who polls decides."""
