"""Header names that are not UTF-8: Kafka takes them from anybody, kafka-python 3.0 stops for ever at the first.

It raises CorruptRecordError for the record, and again at every later poll, whatever else its partition and the others
hold. Read leniently, the record has a strange header and goes the way of all records.
"""

from typing import Any

from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatch


class _Name(bytes):
    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)


class _Buffer(bytes):
    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return found if isinstance(found, int) else _Name(found)


class _LenientBatch(DefaultRecordBatch):  # type: ignore[misc]
    _buffer: Any

    def _read_msg(self) -> Any:
        try:
            return super()._read_msg()
        except UnicodeDecodeError:
            # The position moves only behind a record that was read, so this reads the same one, and the rest, anew.
            self._buffer = _Buffer(self._buffer)
            return super()._read_msg()


def accept_any_header_name() -> None:
    """Lets every consumer of this process read such records; doing it again changes nothing."""
    memory_records.DefaultRecordBatch = _LenientBatch
