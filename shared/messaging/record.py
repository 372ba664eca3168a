"""A Kafka record as it came, before anything was read out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `topic` is without the prefix."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    """Kafka allows a header without a value."""

    @classmethod
    def polled(cls, found: Any, prefix: str) -> "Record":
        """What kafka-python polled from a topic of this prefix."""
        return cls(
            topic=found.topic.removeprefix(prefix),
            partition=found.partition,
            offset=found.offset,
            timestamp=_moment(found.timestamp),
            key=found.key,
            value=found.value,
            headers=found.headers,
        )


class Polled(Sequence[Record]):
    """What kafka-python polled from one topic of this prefix, each made a record where, and when, it is looked at."""

    def __init__(self, found: Sequence[Any], prefix: str) -> None:
        self._found = found
        self._prefix = prefix

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, slice):
            return [Record.polled(each, self._prefix) for each in self._found[index]]
        return Record.polled(self._found[index], self._prefix)


@lru_cache(maxsize=256)
def _moment(milliseconds: int) -> datetime | None:
    """The time of a record; None where it has none, or one that no calendar knows.

    Remembered, since many records that were appended together have the same one.
    """
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds >= 0 else None
    except (ValueError, OverflowError):
        return None
