"""A Kafka topic as we promise it: partitions, retention or compaction, and who writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEFAULT_PARTITIONS = 6
SMALL = 3
OUTSIDE = "outside"
"""Stands in `written_by` for publishers that are no service of ours."""

HOUR = 60 * 60 * 1000
DAY = 24 * HOUR
"""Milliseconds, the unit of Kafka's settings."""

MAX_MESSAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """`name` is without the prefix; `config` is what the broker is told, complete, by Kafka's own names."""

    name: str
    about: str
    written_by: tuple[str, ...]
    config: Mapping[str, str]
    partitions: int = DEFAULT_PARTITIONS
    dated: bool = False
    """Whether its records carry a date of their own by which the latest wins, whatever order they come in."""

    @property
    def compacted(self) -> bool:
        """Whether only the last message of a key is sure to stay, so that each carries the full state."""
        return self.config["cleanup.policy"] == "compact"

    @property
    def latest_wins(self) -> bool:
        """Whether an older message of a key changes nothing once a later one was applied."""
        return self.compacted or self.dated

    @property
    def retention_ms(self) -> int | None:
        """How long a message stays; None on a compacted topic."""
        return None if self.compacted else int(self.config["retention.ms"])


def kept(days: int, **more: str | int) -> Mapping[str, str]:
    """The configuration of a topic whose messages stay for so many days. Underscores stand for Kafka's dots."""
    return _config(cleanup_policy="delete", retention_ms=days * DAY, **more)


def compacted(**more: str | int) -> Mapping[str, str]:
    """The configuration of a topic that keeps the last message of each key."""
    return _config(cleanup_policy="compact", **more)


def personal(days: int) -> Mapping[str, str]:
    """As `kept`, for personal data.

    Segments close hourly and carry the broker's time, so that a record is gone an hour after its days are over,
    whatever time its publisher wrote into it.
    """
    return kept(days, segment_ms=HOUR, message_timestamp_type="LogAppendTime")


def _config(**settings: str | int) -> Mapping[str, str]:
    settings["max_message_bytes"] = MAX_MESSAGE_BYTES
    return MappingProxyType({name.replace("_", "."): str(value) for name, value in sorted(settings.items())})
