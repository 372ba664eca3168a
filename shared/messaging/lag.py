"""How far a worker is behind, as it goes, into metrics; of a whole group the broker is asked in `group_lag`.

Offsets count more than messages: the marks that end the broker's transactions have one each, and a compacted topic has
holes. So messages is an upper bound, and none only where nothing is left to read.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.settings import Settings
from shared.telemetry import metrics

_LOOK_EACH_SECONDS = 1.0


class Lag:
    """The lag of the partitions that one worker has, kept in `ithaca_lag_messages` and `ithaca_lag_seconds`."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = settings.topic_prefix
        self._looked_at = 0.0
        self._shown: set[TopicPartition] = set()

    def look(
        self,
        consumer: KafkaConsumer,
        polled: Mapping[TopicPartition, Sequence[Any]],
        waiting: Mapping[TopicPartition, Sequence[Any]],
    ) -> None:
        """Called right behind each poll, with what it gave and what waits from earlier ones; looks once a second."""
        if time.monotonic() - self._looked_at < _LOOK_EACH_SECONDS:
            return
        self._looked_at = time.monotonic()
        assigned: set[TopicPartition] = set(consumer.assignment())
        for place in self._shown - assigned:
            for gauge in (metrics.LAG_MESSAGES, metrics.LAG_SECONDS):
                gauge.remove(*self._labels(place))
        self._shown &= assigned
        for place in assigned:
            first = next(iter([*waiting.get(place, ())[:1], *polled.get(place, ())[:1]]), None)
            # A partition may be taken away at any moment; then it is the next look's.
            with contextlib.suppress(KafkaError):
                end = consumer.highwater(place)
                if first is not None:
                    self._set(place, max(1, (end or 0) - first.offset), _age(first.timestamp) or 0.0)
                elif end is not None and position(consumer, place) == end:
                    self._set(place, 0, 0.0)

    def _set(self, place: TopicPartition, messages: int, seconds: float) -> None:
        self._shown.add(place)
        metrics.LAG_MESSAGES.labels(*self._labels(place)).set(messages)
        metrics.LAG_SECONDS.labels(*self._labels(place)).set(seconds)

    def _labels(self, place: TopicPartition) -> tuple[str, str]:
        return place.topic.removeprefix(self._prefix), str(place.partition)


def position(consumer: KafkaConsumer, place: TopicPartition) -> int | None:
    """What the client reads next. Its own `position` would ask the broker, and settle where new partitions begin."""
    state = consumer._subscription.assignment.get(place)
    return None if state is None or state.position is None else int(state.position.offset)


def _age(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else max(0.0, time.time() - milliseconds / 1000)
