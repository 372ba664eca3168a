"""Files as rows by the names of their columns, one row at a time."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from shared.errors import Invalid, IthacaError
from shared.web.csv_upload import Row, read_csv

Tell = Callable[[str, int, int], None]
"""Takes how far it is: with what, how much of it is done, and of how much."""

_ROWS_BETWEEN = 500

_Cells = tuple[int, Sequence[str]]


class NotAList(IthacaError):
    """A file is not what it was said to be; the text names the file and what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file. `rows` come with their number, the header being 1, each by its columns' plain names."""

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


@contextmanager
def table_in(path: Path, tell: Tell) -> Iterator[Table]:
    """The table in a file: CSV, or text in columns by tabs, in UTF-8. Rows raise NotAList where one cannot be read.

    Raises NotAList where there is no header to go by.
    """
    with path.open("rb") as file:
        start = file.readline()
        file.seek(0)
        by_tabs = start.count(b"\t") > start.count(b",")
        with closing(_by_tabs(path, file) if by_tabs else _by_quotes(path, file)) as rows:
            _, header = next(rows)
            names = [plain(name) for name in header]
            yield Table(path, frozenset(names), _named(path, file, names, rows, tell))


def _named(
    path: Path, file: IO[bytes], names: Sequence[str], rows: Iterator[_Cells], tell: Tell
) -> Iterator[tuple[int, Mapping[str, str]]]:
    total = path.stat().st_size
    for count, (number, cells) in enumerate(rows):
        if count % _ROWS_BETWEEN == 0:
            tell(f"{path.name}, KiB", file.tell() >> 10, total >> 10)
        yield number, dict(zip(names, cells, strict=True))
    tell(f"{path.name}, KiB", total >> 10, total >> 10)


def _by_quotes(path: Path, file: IO[bytes]) -> Generator[_Cells]:
    """The header, then the rows."""
    try:
        table = read_csv(file)
    except Invalid as error:
        raise NotAList(f"{path}: {' '.join(fault.detail for fault in error.faults)}") from None
    with closing(cast(Generator[Row], table.rows)) as rows:
        begun = list(islice(rows, 1))  # only rows that were begun let go of the file when they are closed
        yield 1, table.header
        for row in chain(begun, rows):
            if row.fault is not None:
                raise NotAList(f"{path}, row {row.number}: {row.fault}")
            yield row.number, row.cells


def _by_tabs(path: Path, file: IO[bytes]) -> Generator[_Cells]:
    """The header, then the rows; a quote is a letter like any other."""
    header = _cells(path, 1, file.readline().removeprefix(b"\xef\xbb\xbf"))
    yield 1, header
    for number, line in enumerate(file, 2):
        cells = _cells(path, number, line)
        if len(cells) != len(header):
            raise NotAList(f"{path}, row {number}: {len(cells)} fields where the header has {len(header)}.")
        yield number, cells


def _cells(path: Path, number: int, line: bytes) -> Sequence[str]:
    try:
        return line.decode().rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        raise NotAList(f"{path}, row {number}: not UTF-8.") from None
