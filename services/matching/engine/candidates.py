"""The pairs worth assigning, with their scores: asked of whichever search suits the size of the pool."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part
from services.matching.domain.program import Format
from services.matching.engine import dense
from services.matching.engine.features import Features
from services.matching.engine.marks import cells
from services.matching.engine.pool import Criteria, Pair, both_ways
from services.matching.engine.rules import NO_COUNTERPART, OUTCOMPETED, RULES
from services.matching.engine.search import Found, Progress, Question, cell_number, silent

PARTS = tuple(Part)

DEFAULT_LIST = 50
"""Candidates kept for each mentee where the pool is too large to keep all."""
SMALL_POOL = 2_000 * 2_000
"""Up to this many pairs all candidates are kept, and the assignment is the best there is."""
DENSE_POOL = 500 * 500
"""Up to this many pairs loading what is compiled would take longer than it saves."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Edges as parallel arrays; `score` and `parts` (a column for each of PARTS, or MISSING) in basis points.

    No wider than they have to be: there are millions of them. What multiplies or adds them up widens them first.

    `locked` edges are in whatever the rules say. A reason names the rule that left the person in that row without a
    candidate, or OUTCOMPETED where some were left.
    """

    mentor_index: NDArray[np.int32]
    mentee_index: NDArray[np.int32]
    score: NDArray[np.int32]
    parts: NDArray[np.int16]
    locked: NDArray[np.bool_]
    mentor_reasons: tuple[str, ...]
    mentee_reasons: tuple[str, ...]


def candidates(
    features: Features,
    criteria: Criteria,
    k: int | None = None,
    locked: Collection[Pair] = (),
    *,
    progress: Progress = silent,
    threads: int = 1,
) -> Candidates:
    """The best k mentors of each mentee among those the rules allow, ties by the order of the pool.

    Without `k` all of a small pool, DEFAULT_LIST of a larger one. `locked` are pairs of (mentor, mentee). Exact, and
    the same for any number of threads. `progress` hears how many of how many mentees are done; what it raises ends it.
    """
    mentees, mentors = len(features.mentees.members), len(features.mentors.members)
    k = list_length(features, k)
    peers = criteria.format is Format.PEER
    asked_for = cells(features.mentees.members, features.mentors.members, both_ways(locked) if peers else locked)
    question = Question(features, criteria, k, asked_for)
    found = _search(question, progress, threads)
    nobody = 0 in (mentees, mentors) or (peers and mentors == 1)
    alone = NO_COUNTERPART if nobody else None
    return Candidates(
        mentor_index=found.mentor_index,
        mentee_index=found.mentee_index,
        score=found.score,
        parts=found.parts,
        locked=_among(question, found),
        mentor_reasons=tuple(alone or _REASONS[last] for last in found.mentor_last.tolist()),
        mentee_reasons=tuple(alone or _REASONS[last] for last in found.mentee_last.tolist()),
    )


def list_length(features: Features, k: int | None) -> int:
    """How many candidates a mentee has at most, where `k` are asked for."""
    mentees, mentors = len(features.mentees.members), len(features.mentors.members)
    if k is None:
        k = mentors if mentees * mentors <= SMALL_POOL else DEFAULT_LIST
    return min(k, mentors)


_REASONS = (*RULES, OUTCOMPETED)
_PLACES = {reason: place for place, reason in enumerate((NO_COUNTERPART, *_REASONS))}


def later(reasons: Iterable[str]) -> str:
    """Of the reasons that parts of the pool gave for one person, that of the whole pool."""
    return max(reasons, key=_PLACES.__getitem__)


def _search(question: Question, progress: Progress, threads: int) -> Found:
    mentees, mentors = question.locked.shape
    if _is_for_dense(question, mentees * mentors):
        return dense.search(question, progress)
    from services.matching.engine import scan

    return scan.search(question, progress, threads)


def _is_for_dense(question: Question, pairs: int) -> bool:
    """Whether what is compiled is not worth loading, cannot be had, or does not know the format."""
    return pairs <= DENSE_POOL or question.criteria.format is Format.PEER or find_spec("numba") is None


def _among(question: Question, found: Found) -> NDArray[np.bool_]:
    """Which edges are locked pairs."""
    pairs = question.locked.tocoo()
    width = question.locked.shape[1]
    cells_found = cell_number(found.mentee_index, found.mentor_index, width)
    return np.isin(cells_found, cell_number(pairs.row, pairs.col, width))
