"""Where partitions begin and end, as the broker says when it is asked."""

from collections.abc import Collection

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

Offsets = dict[TopicPartition, int]


def begins(consumer: KafkaConsumer, partitions: Collection[TopicPartition], timeout_ms: int | None = None) -> Offsets:
    """The first offset that is still there, of each. Raises KafkaError."""
    try:
        return dict(consumer.beginning_offsets(partitions, timeout_ms=timeout_ms))
    except KeyError as error:
        raise _unanswered(error) from error


def ends(consumer: KafkaConsumer, partitions: Collection[TopicPartition], timeout_ms: int | None = None) -> Offsets:
    """The offset behind the last record that the consumer may see now, of each. Raises KafkaError."""
    try:
        return dict(consumer.end_offsets(partitions, timeout_ms=timeout_ms))
    except KeyError as error:
        raise _unanswered(error) from error


def _unanswered(error: KeyError) -> KafkaTimeoutError:
    """kafka-python 3.0 trips over a partition that its answers leave out, as while a leader is being chosen."""
    return KafkaTimeoutError(f"The broker says nothing of {error.args[0]} now.")
