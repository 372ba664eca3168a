"""Files as rows by the names of their columns, one row at a time."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Invalid, IthacaError
from shared.web.csv_upload import read_csv

Tell = Callable[[str, int, int], None]
"""Takes how far it is: with what, how much of it is done, and of how much."""

_ROWS_BETWEEN = 500


class NotAList(IthacaError):
    """A file is not what it was said to be; the text names the file and what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file. `rows` come with their number as a spreadsheet shows it, each by its columns' plain names."""

    path: Path
    columns: frozenset[str]
    rows: Iterator[tuple[int, Mapping[str, str]]]

    def has(self, *columns: str) -> bool:
        return self.columns.issuperset(map(plain, columns))

    def lacks(self, *columns: str) -> str:
        """The columns that are missing, for a sentence."""
        return " and ".join(column for column in columns if plain(column) not in self.columns)


def plain(column: str) -> str:
    """`Element ID`, `element_id` and `elementId` are one column."""
    return "".join(letter for letter in column.casefold() if letter.isalnum())


def read_table(path: Path, tell: Tell) -> Table:
    """CSV, or text in columns by tabs, in UTF-8. Rows raise NotAList where one cannot be read.

    Raises NotAList where there is no header to go by.
    """
    file = io.FileIO(path)
    try:
        start = file.readline()
        file.seek(0)
        by_tabs = start.count(b"\t") > start.count(b",")
        header, rows = _by_tabs(path, file) if by_tabs else _by_quotes(path, file)
    except BaseException:
        file.close()
        raise
    names = [plain(name) for name in header]
    return Table(path, frozenset(names), _named(path, file, names, rows, tell))


def _named(
    path: Path, file: io.FileIO, names: Sequence[str], rows: Iterator[tuple[int, Sequence[str]]], tell: Tell
) -> Iterator[tuple[int, Mapping[str, str]]]:
    total = path.stat().st_size
    with file:
        for count, (number, cells) in enumerate(rows):
            if count % _ROWS_BETWEEN == 0:
                tell(f"{path.name}, KiB", file.tell() >> 10, total >> 10)
            yield number, dict(zip(names, cells, strict=True))
    tell(f"{path.name}, KiB", total >> 10, total >> 10)


def _by_quotes(path: Path, file: io.FileIO) -> tuple[Sequence[str], Iterator[tuple[int, Sequence[str]]]]:
    try:
        table = read_csv(file)
    except Invalid as error:
        raise NotAList(f"{path}: {' '.join(fault.detail for fault in error.faults)}") from None

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for row in table.rows:
            if row.fault is not None:
                raise NotAList(f"{path}, row {row.number}: {row.fault}")
            yield row.number, row.cells

    return table.header, rows()


def _by_tabs(path: Path, file: io.FileIO) -> tuple[Sequence[str], Iterator[tuple[int, Sequence[str]]]]:
    """Where a quote is a letter like any other."""
    lines = _lines(path, file)
    header = next(lines)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for number, cells in enumerate(lines, 2):
            if len(cells) != len(header):
                raise NotAList(f"{path}, row {number}: {len(cells)} fields where the header has {len(header)}.")
            yield number, cells

    return header, rows()


def _lines(path: Path, file: io.FileIO) -> Iterator[Sequence[str]]:
    with io.TextIOWrapper(io.BufferedReader(file), "utf-8-sig") as text:
        try:
            for line in text:
                yield line.rstrip("\r\n").split("\t")
        except UnicodeDecodeError as error:
            raise NotAList(f"{path}: not UTF-8 at byte {error.start + 1} of what was read last.") from None
