"""How far readers are behind: of one worker as it goes, into metrics; of a whole group, asked of the broker.

Offsets count more than messages: the marks that end the broker's transactions have one each, and a compacted topic has
holes. So messages is an upper bound, and none only where nothing is left to read.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
                elif end is not None and _position(consumer, place) == end:
                    self._set(place, 0, 0.0)

    def _set(self, place: TopicPartition, messages: int, seconds: float) -> None:
        self._shown.add(place)
        metrics.LAG_MESSAGES.labels(*self._labels(place)).set(messages)
        metrics.LAG_SECONDS.labels(*self._labels(place)).set(seconds)

    def _labels(self, place: TopicPartition) -> tuple[str, str]:
        return place.topic.removeprefix(self._prefix), str(place.partition)


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group is behind in one partition. `topic` is without the prefix."""

    topic: str
    partition: int
    committed: int | None
    """Where the group goes on; None where it never stored anything: at the beginning."""
    end: int
    messages: int
    seconds: float | None
    """The age of the first message not handled; 0 without one, None where it could not be read in time."""


def of_group(
    settings: Settings, service: str, topics: Sequence[str], *, within_seconds: float = 5.0
) -> list[PartitionLag]:
    """The lag of the service's group in every partition of the topics (without prefix), in their order.

    Reads beside the group and leaves no trace in it. Raises kafka.errors.KafkaError where no broker answers.
    """
    reader = KafkaConsumer(
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}{service}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        max_poll_records=1,
        metrics_enabled=False,
    )
    try:
        places = [
            TopicPartition(settings.topic(topic), partition)
            for topic in topics
            for partition in sorted(reader.partitions_for_topic(settings.topic(topic)) or ())
        ]
        return _measured(reader, settings, places, within_seconds)
    finally:
        reader.close(autocommit=False)


def _measured(
    reader: KafkaConsumer, settings: Settings, places: Sequence[TopicPartition], within_seconds: float
) -> list[PartitionLag]:
    if not places:
        return []
    committed = {place: reader.committed(place) for place in places}
    starts, ends = reader.beginning_offsets(places), reader.end_offsets(places)
    fronts = {place: max(committed[place] or 0, starts[place]) for place in places}
    behind = {place: fronts[place] for place in places if fronts[place] < ends[place]}
    firsts, empty = _first_moments(reader, behind, ends, within_seconds)
    found = []
    for place in places:
        nothing = place not in behind or place in empty
        found.append(
            PartitionLag(
                topic=place.topic.removeprefix(settings.topic_prefix),
                partition=place.partition,
                committed=committed[place],
                end=ends[place],
                messages=0 if nothing else ends[place] - fronts[place],
                seconds=0.0 if nothing else _age(firsts.get(place)),
            )
        )
    return found


def _first_moments(
    reader: KafkaConsumer,
    fronts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    within_seconds: float,
) -> tuple[dict[TopicPartition, int], set[TopicPartition]]:
    """The broker's time (milliseconds) of the first record behind each front, and where there turned out to be none."""
    reader.assign(list(fronts))
    for place, front in fronts.items():
        reader.seek(place, front)
    open_places, firsts, empty = set(fronts), dict[TopicPartition, int](), set[TopicPartition]()
    deadline = time.monotonic() + within_seconds
    while open_places and time.monotonic() < deadline:
        for place, records in reader.poll(timeout_ms=200).items():
            firsts[place] = records[0].timestamp
            reader.pause(place)
        empty |= {place for place in open_places - firsts.keys() if (reader.position(place) or 0) >= ends[place]}
        open_places -= firsts.keys() | empty
    return firsts, empty


def _position(consumer: KafkaConsumer, place: TopicPartition) -> int | None:
    """What the client reads next. Its own `position` would ask the broker, and settle where new partitions begin."""
    state = consumer._subscription.assignment.get(place)
    return None if state is None or state.position is None else int(state.position.offset)


def _age(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else max(0.0, time.time() - milliseconds / 1000)
