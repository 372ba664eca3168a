"""CSV uploads, row by row from a stream: memory holds one row, however long the file."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, cast

from shared.errors import Fault, Invalid

CSV = "text/csv"
LONGEST_ROW = 1 << 20
"""Bytes; a quote that is never closed ends there, and not at the end of the file."""

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""By the names that callers give them."""

_BOM = b"\xef\xbb\xbf"
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is 1), and its cells or what is wrong with it."""

    number: int
    cells: Sequence[str] = ()
    fault: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header, and its rows as they are read."""

    header: tuple[str, ...]
    rows: Iterator[Row]


class _Unreadable(Exception):
    """A line that is no text, or too long; the reader goes on with the next one."""


class _Lines:
    """Decoded lines for `csv.reader`; unlike a generator it goes on after it raised."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._position = 0
        self.size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST_ROW + 1)
        if not raw:
            raise StopIteration
        start = self._position
        self._position += len(raw)
        self.size += len(raw)
        if start == 0 and raw.startswith(_BOM):
            raw, start = raw.removeprefix(_BOM), len(_BOM)
        if len(raw) > LONGEST_ROW and not raw.endswith(b"\n"):
            self._skip_line()
        if self.size > LONGEST_ROW:
            raise _Unreadable(f"The row is longer than {LONGEST_ROW} bytes; perhaps a quote is not closed.")
        if b"\0" in raw:
            raise _Unreadable("The row holds a NUL byte: save the file as CSV in UTF-8.")
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            at = start + error.start + 1
            raise _Unreadable(f"Not UTF-8 at byte {at} of the file: save it as CSV in UTF-8.") from None

    def _skip_line(self) -> None:
        while (piece := self._stream.readline(_PIECE)) and not piece.endswith(b"\n"):
            self._position += len(piece)
        self._position += len(piece)


def read_csv(stream: IO[bytes], separator: str | None = None) -> Table:
    """The table in UTF-8, with or without BOM; the separator is taken from the header line unless given.

    Raises Invalid where there is no header to go by, or it names a column twice. What is wrong with one row is its
    `fault` and never stops the others.
    """
    # A raw stream's own `readline` asks for one byte at a time.
    buffered = io.BufferedReader(cast(io.RawIOBase, stream), _PIECE)
    lines = _Lines(buffered)
    try:
        header, separator = _header(lines, separator)
    except BaseException:
        # Else the stream would be closed with its buffer, and could not be hashed to its end.
        buffered.detach()
        raise
    return Table(header, _rows(buffered, lines, separator, len(header)))


def _header(lines: _Lines, separator: str | None) -> tuple[tuple[str, ...], str]:
    try:
        first = next(lines, "")
        if separator is None:
            separator = max(SEPARATORS.values(), key=first.count)
        # A quoted name may hold a line break.
        names = next(csv.reader(_chained(first, lines), delimiter=separator, strict=True), [])
    except (_Unreadable, csv.Error) as error:
        raise _refused(f"The header, row 1, cannot be read: {error}") from None
    header = tuple(name.strip() for name in names)
    if not any(header):
        raise _refused("The first row must be a header that names the columns.")
    if unnamed := [number for number, name in enumerate(header, 1) if not name]:
        raise _refused(f"The header leaves column {unnamed[0]} without a name.")
    if twice := [name for number, name in enumerate(header) if name in header[:number]]:
        raise _refused(f"The header names the column {twice[0][:100]} twice.")
    return header, separator


def _chained(first: str, lines: _Lines) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _rows(buffered: io.BufferedIOBase, lines: _Lines, separator: str, width: int) -> Iterator[Row]:
    try:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        number = 1
        while True:
            number, lines.size = number + 1, 0
            try:
                cells = next(reader, None)
            except (_Unreadable, csv.Error) as error:
                yield Row(number, fault=f"The row cannot be read: {error}")
                continue
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != width:
                yield Row(number, fault=f"The row has {len(cells)} fields where the header has {width}.")
            else:
                yield Row(number, cells, size=lines.size)
    finally:
        buffered.detach()


def _refused(detail: str) -> Invalid:
    return Invalid([Fault("", detail)], "The file cannot be taken.")
