"""Named faults that any layer may raise.

They carry what a person needs to mend the matter and nothing about transport; HTTP statuses are given once, in
`shared.web.problems`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a value: where (RFC 6901 JSON pointer) and what."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with one row of a file; the header is row 1, or else the first line is."""

    row: int
    pointer: str
    detail: str
    column: str | None = None
    """The header of the table's column that the pointer leads to, where there is one."""


LONGEST_WORDS = 300
"""Characters of a row fault's parts: they may quote the row, and the report is one document."""


def row_fault(row: int, fault: Fault, column_of: Callable[[str], str | None] = lambda _: None) -> RowFault:
    """The fault as a file's report has it; `column_of` tells which column a pointer leads to."""
    column = column_of(fault.pointer) if fault.pointer else None
    return RowFault(row, fault.pointer[:LONGEST_WORDS], fault.detail[:LONGEST_WORDS], column and column[:LONGEST_WORDS])


MOST_LISTED = 100


def listed(faults: Sequence[Fault]) -> Sequence[Fault]:
    """The faults as they are told: the first hundred, and where there are more, how many.

    A body of 1 MiB can hold half a million of them, and their list would have thirty times its size.
    """
    more = len(faults) - MOST_LISTED
    if more <= 0:
        return faults
    return [*faults[:MOST_LISTED], Fault("", f"There are {more} more faults.")]


class IthacaError(Exception):
    """A fault with a sentence that may be shown to whoever caused it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(IthacaError):
    """Not there, or not the caller's to see: the two are never told apart."""

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"There is no {kind} {identifier}.")


class Conflict(IthacaError):
    """The state of things does not allow it now; `shown` is what there is to choose from instead, by name."""

    def __init__(self, detail: str, shown: Mapping[str, Any] = MappingProxyType({})) -> None:
        super().__init__(detail)
        self.shown = shown


class PreconditionFailed(IthacaError):
    """The caller, or a concurrent writer, held an older version."""


class Forbidden(IthacaError):
    """Known, authenticated, and not allowed."""


class Malformed(IthacaError):
    """Cannot even be read: bad syntax, a bad cursor, a bad header."""


class Invalid(IthacaError):
    """Readable, and wrong: every fault with its pointer."""

    def __init__(self, faults: Sequence[Fault], detail: str = "Some values are not valid.") -> None:
        super().__init__(detail)
        self.faults = tuple(faults)


class Unavailable(IthacaError):
    """Something needed is away for now; `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
