"""Many rows, some at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(rows: Iterable[T], at_once: int) -> Iterator[Sequence[T]]:
    """The rows in order, up to `at_once` together; memory holds no more."""
    remaining = iter(rows)
    while some := list(islice(remaining, at_once)):
        yield some
