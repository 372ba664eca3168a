"""The pairs worth assigning, with their scores: the seam where a sparse computation can replace the dense one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part, Weights
from services.matching.engine.features import Features
from services.matching.engine.pairs import marked, pairs
from services.matching.engine.parts import MISSING, Matrix, part_matrices
from services.matching.engine.pool import Criteria, Pair
from services.matching.engine.rules import NO_COUNTERPART, OUTCOMPETED, Exclusion, exclusions

PARTS = tuple(Part)

DEFAULT_LIST = 50
"""Candidates kept for each mentee where the pool is too large to keep all."""
SMALL_POOL = 2_000 * 2_000
"""Up to this many pairs all candidates are kept, and the assignment is the best there is."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Edges as parallel arrays; `score` and `parts` (a column for each of PARTS, or MISSING) in basis points.

    `locked` edges are in whatever the rules say. A reason names the rule that left the person in that row without a
    candidate, or OUTCOMPETED where some were left.
    """

    mentor_index: NDArray[np.int64]
    mentee_index: NDArray[np.int64]
    score: NDArray[np.int64]
    parts: NDArray[np.int16]
    locked: NDArray[np.bool_]
    mentor_reasons: tuple[str, ...]
    mentee_reasons: tuple[str, ...]


def candidates(
    features: Features, criteria: Criteria, k: int | None = None, locked: Collection[Pair] = ()
) -> Candidates:
    """The best k mentors of each mentee among those the rules allow, ties by the order of the pool.

    Without `k` all of a small pool, DEFAULT_LIST of a larger one. `locked` are pairs of (mentor, mentee).
    """
    known = pairs(features)
    parts = part_matrices(features, known, criteria)
    shape = known.gap.shape
    score = _score(parts, criteria.weights, shape)
    allowed, mentee_reasons, mentor_reasons = _sieve(exclusions(features, known, parts, criteria), shape)
    forced = marked(features, locked, either_way=False)
    if k is None:
        k = shape[1] if shape[0] * shape[1] <= SMALL_POOL else DEFAULT_LIST
    mentee_index, mentor_index = np.nonzero(_best(score, allowed, k) | forced)
    columns = [
        parts[part][mentee_index, mentor_index] if part in parts else np.full(len(mentee_index), MISSING, np.int16)
        for part in PARTS
    ]
    return Candidates(
        mentor_index=mentor_index,
        mentee_index=mentee_index,
        score=score[mentee_index, mentor_index],
        parts=np.stack(columns, axis=1),
        locked=forced[mentee_index, mentor_index],
        mentor_reasons=mentor_reasons,
        mentee_reasons=mentee_reasons,
    )


def _score(parts: Mapping[Part, Matrix], weights: Weights, shape: tuple[int, int]) -> NDArray[np.int64]:
    """The weighted mean of the parts there are, rounded half up; 0 where there is none."""
    total = np.zeros(shape, np.int64)
    weight = np.zeros(shape, np.int64)
    for part, matrix in parts.items():
        present = matrix != MISSING
        number = weights.of(part).number
        total += np.where(present, matrix.astype(np.int64) * number, 0)
        weight += present * number
    return (2 * total + weight) // np.maximum(1, 2 * weight)


def _sieve(
    rules: Iterable[Exclusion], shape: tuple[int, int]
) -> tuple[NDArray[np.bool_], tuple[str, ...], tuple[str, ...]]:
    """What no rule excludes, and for mentees and mentors the rule after which nobody was left."""
    allowed = np.ones(shape, np.bool_)
    alone = [np.full(length, NO_COUNTERPART if 0 in shape else OUTCOMPETED, object) for length in shape]
    for name, excluded in rules:
        before = [allowed.any(axis=1), allowed.any(axis=0)]
        allowed &= ~excluded
        after = [allowed.any(axis=1), allowed.any(axis=0)]
        for reasons, had, has in zip(alone, before, after, strict=True):
            reasons[had & ~has] = name
    mentees, mentors = alone
    return allowed, tuple(mentees), tuple(mentors)


def _best(score: NDArray[np.int64], allowed: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    if k >= score.shape[1]:
        return allowed
    order = np.argsort(np.where(allowed, -score, 1), axis=1, kind="stable")[:, :k]
    kept = np.zeros_like(allowed)
    np.put_along_axis(kept, order, values=True, axis=1)
    return kept & allowed
