"""Topics as a log: read from any place, by no group and without leaving a trace."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kafka import KafkaAdminClient, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaTimeoutError, NoError, RetriableError, UnknownMemberIdError

from shared.errors import IthacaError
from shared.messaging import bounds
from shared.messaging.connecting import connected
from shared.messaging.header_names import accept_any_header_name
from shared.messaging.record import Record
from shared.settings import Settings

Offsets = Mapping[TopicPartition, int]

_AT_ONCE = 500
_POLL_MS = 500
_PATIENCE_SECONDS = 60.0


class NoTopic(IthacaError):
    """A topic of the contract is not on the broker."""


class GroupAtWork(IthacaError):
    """A group has members, who would not hear of it."""


class Log:
    """The committed records of some topics; a context. Raises NoTopic, and kafka.errors.KafkaError all over."""

    def __init__(self, settings: Settings, topics: Sequence[str]) -> None:
        accept_any_header_name()
        self._settings = settings
        self._consumer: KafkaConsumer = connected(
            KafkaConsumer,
            **settings.kafka.client_options(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=_AT_ONCE,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        try:
            self.partitions = [part for name in topics for part in self._partitions(settings.topic(name))]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def begins(self) -> dict[TopicPartition, int]:
        """The first offset that is still there, of each partition."""
        return bounds.begins(self._consumer, self.partitions)

    def ends(self) -> dict[TopicPartition, int]:
        """The offset behind the last record that readers can see now, of each partition."""
        return bounds.ends(self._consumer, self.partitions)

    def handled(self, group: str) -> dict[TopicPartition, int]:
        """How far a group says that it came; partitions that it never stored are left out."""
        admin: KafkaAdminClient = connected(KafkaAdminClient, **self._settings.kafka.client_options())
        deadline = time.monotonic() + _PATIENCE_SECONDS
        try:
            while True:
                try:
                    stored = admin.list_group_offsets({group: self.partitions})[group]
                except RetriableError:  # a coordinator that is just being chosen, or still reads what it keeps
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(_POLL_MS / 1000)
                else:
                    break
        finally:
            admin.close()
        return {partition: place.offset for partition, place in stored.items() if place.offset >= 0}

    def since(self, moment: datetime) -> dict[TopicPartition, int]:
        """The offset of the first record of this time or later, else behind the last, of each partition."""
        found = self._consumer.offsets_for_times({part: int(moment.timestamp() * 1000) for part in self.partitions})
        return self.ends() | {part: place.offset for part, place in found.items() if place is not None}

    def rewind(self, group: str, offsets: Offsets) -> None:
        """Has a group go on from there; what it never stored stays so. Raises GroupAtWork."""
        admin: KafkaAdminClient = connected(KafkaAdminClient, **self._settings.kafka.client_options())
        wanted = {part: OffsetAndMetadata(offset, "", -1) for part, offset in offsets.items()}
        try:
            refused = [error for error in admin.alter_group_offsets(group, wanted).values() if error is not NoError]
        finally:
            admin.close()
        if any(issubclass(error, UnknownMemberIdError) for error in refused):
            raise GroupAtWork(f"Workers are at work in the group {group}: stop them, and run it again.")
        if refused:
            raise refused[0]

    def read(self, start: Offsets, ends: Offsets) -> Iterator[tuple[list[Record], int]]:
        """The records from `start` up to `ends`, in order for each partition, a few at a time, and how far that is.

        The second is the sum of offsets passed. Also gives nothing now and then, so that the caller can turn to other
        things. Raises KafkaTimeoutError where nothing comes for a minute.
        """
        wanted = [part for part in self.partitions if start[part] < ends[part]]
        self._consumer.assign(wanted)
        for part in wanted:
            self._consumer.seek(part, start[part])
        reached = {part: start[part] for part in wanted}
        moved_at = time.monotonic()
        while wanted:
            found = self._consumer.poll(timeout_ms=_POLL_MS)
            below = [each for part, some in found.items() for each in some if each.offset < ends[part]]
            records = [Record.polled(each, self._settings.topic_prefix) for each in below]
            now = {part: min(self._consumer.position(part), ends[part]) for part in wanted}
            if now != reached:
                reached, moved_at = now, time.monotonic()
            elif time.monotonic() - moved_at > _PATIENCE_SECONDS:
                raise KafkaTimeoutError(f"nothing came for {_PATIENCE_SECONDS:.0f} s")
            yield records, sum(reached[part] - start[part] for part in wanted)
            if all(reached[part] >= ends[part] for part in wanted):
                return

    def place(self, partition: TopicPartition) -> tuple[str, int]:
        """The topic without its prefix, and the number."""
        return partition.topic.removeprefix(self._settings.topic_prefix), partition.partition

    def _partitions(self, topic: str) -> list[TopicPartition]:
        found = self._consumer.partitions_for_topic(topic)
        if not found:
            raise NoTopic(f"The topic {topic} is not there: `ithaca topics apply` makes it.")
        return [TopicPartition(topic, number) for number in sorted(found)]
