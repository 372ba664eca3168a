"""What a search for candidates is asked and what it finds, however it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.matching.engine.features import Features
from services.matching.engine.pool import Criteria
from services.matching.engine.rules import RULES

SOMEBODY = len(RULES)
"""Stands for the last rule where somebody was left after all of them."""

Progress = Callable[[int, int], None]
"""Hears how many of how many mentees are done; what it raises ends the search."""


@dataclass(frozen=True, slots=True)
class Question:
    """The best `k` mentors of each mentee by these criteria, and beside them the `locked` pairs, come what may."""

    features: Features
    criteria: Criteria
    k: int
    locked: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Found:
    """Edges sorted by mentee, then mentor; scores and `parts` (a column for each Part, or MISSING) in basis points.

    The last rule of a person is the index in RULES of the one after which nobody was left, or SOMEBODY.
    """

    mentor_index: NDArray[np.int32]
    mentee_index: NDArray[np.int32]
    score: NDArray[np.int32]
    parts: NDArray[np.int16]
    mentor_last: NDArray[np.int8]
    mentee_last: NDArray[np.int8]


def cell_number(row: NDArray[Any], column: NDArray[Any], width: int) -> NDArray[np.int64]:
    """The place of each edge in a table of so many columns, counted row by row: more than 32 bits hold."""
    number: NDArray[np.int64] = row.astype(np.int64) * width + column
    return number


def silent(_done: int, _total: int) -> None:
    """Nobody follows the search."""
