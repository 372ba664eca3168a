"""The search in plain numpy: every pair of some mentees and all mentors at a time.

It says what is right: the compiled search must find the same. It is the quicker one for small pools, and takes its
place where nothing can be compiled.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part, Weights
from services.matching.domain.program import Format
from services.matching.engine.pairs import pairs
from services.matching.engine.parts import MISSING, Matrix, mean, mutual, part_matrices
from services.matching.engine.rules import RULES, Exclusion, exclusions
from services.matching.engine.search import SOMEBODY, Found, Progress, Question, silent

_CELLS = 1 << 20
"""So many pairs are looked at together: some 200 MiB."""


def search(question: Question, progress: Progress = silent) -> Found:
    """Exact; takes memory for a part of the pairs, and time for each of them."""
    mentees, mentors = question.locked.shape
    rows = max(1, _CELLS // max(1, mentors))
    found = []
    for first in range(0, mentees, rows):
        some = np.arange(first, min(first + rows, mentees))
        found.append(_of_some(question, some))
        progress(int(some[-1]) + 1, mentees)
    return Found(
        mentor_index=np.concatenate([np.zeros(0, np.int32), *(each.mentor_index for each in found)]),
        mentee_index=np.concatenate([np.zeros(0, np.int32), *(each.mentee_index for each in found)]),
        score=np.concatenate([np.zeros(0, np.int32), *(each.score for each in found)]),
        parts=np.concatenate([np.zeros((0, len(Part)), np.int16), *(each.parts for each in found)]),
        mentor_last=np.max([np.zeros(mentors, np.int8), *(each.mentor_last for each in found)], axis=0),
        mentee_last=np.concatenate([np.zeros(0, np.int8), *(each.mentee_last for each in found)]),
    )


def _of_some(question: Question, mentees: NDArray[np.int64]) -> Found:
    features, criteria = question.features.of(mentees=mentees), question.criteria
    known = pairs(features)
    parts = part_matrices(features, known, criteria)
    weaker: Mapping[Part, Matrix] = parts
    if criteria.format is Format.PEER:
        back = mutual(features, known, criteria, parts)
        # What has to be there has to be there for both.
        weaker = {part: np.minimum(matrix, back[part]) for part, matrix in parts.items()}
        parts = {part: mean(matrix, back[part]) for part, matrix in parts.items()}
    shape = known.gap.shape
    score = _score(parts, criteria.weights, shape)
    allowed, mentee_last, mentor_last = _sieve(exclusions(features, known, weaker, criteria), shape)
    locked = question.locked[mentees].toarray() > 0
    row, column = np.nonzero(_best(score, allowed, question.k) | locked)
    columns = [parts[part][row, column] if part in parts else np.full(len(row), MISSING, np.int16) for part in Part]
    return Found(
        mentor_index=column.astype(np.int32),
        mentee_index=mentees[row].astype(np.int32),
        score=score[row, column].astype(np.int32),
        parts=np.stack(columns, axis=1),
        mentor_last=mentor_last,
        mentee_last=mentee_last,
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
) -> tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.int8]]:
    """What no rule excludes, and for mentees and mentors the rule after which nobody was left."""
    allowed = np.ones(shape, np.bool_)
    last = [np.full(length, SOMEBODY, np.int8) for length in shape]
    for name, excluded in rules:
        before = [allowed.any(axis=1), allowed.any(axis=0)]
        allowed &= ~excluded
        after = [allowed.any(axis=1), allowed.any(axis=0)]
        for rule, had, has in zip(last, before, after, strict=True):
            rule[had & ~has] = RULES.index(name)
    mentees, mentors = last
    return allowed, mentees, mentors


def _best(score: NDArray[np.int64], allowed: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    if k >= score.shape[1]:
        return allowed
    order = np.argsort(np.where(allowed, -score, 1), axis=1, kind="stable")[:, :k]
    kept = np.zeros_like(allowed)
    np.put_along_axis(kept, order, values=True, axis=1)
    return kept & allowed
