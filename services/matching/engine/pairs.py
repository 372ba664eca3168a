"""What rules and scores both need to know of each pair: matrices with mentees as rows, mentors as columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.availability import WEEK
from services.matching.engine.features import Features, Spans
from services.matching.engine.marks import Mark

UNKNOWN_GAP = 99


@dataclass(frozen=True, slots=True)
class Pairs:
    """`language` is the best level both have in one language, 0 for none; `overlap` minutes a week; `gap` the steps by
    which the mentor stands above, UNKNOWN_GAP where either is not known.
    """

    language: NDArray[np.int8]
    overlap: NDArray[np.int32]
    gap: NDArray[np.int16]
    same_organization: NDArray[np.bool_]
    knows_organization: NDArray[np.bool_]
    marks: NDArray[np.int32]

    def marked(self, mark: Mark) -> NDArray[np.bool_]:
        """Where this is known of the pair."""
        found: NDArray[np.bool_] = (self.marks & mark.value) != 0
        return found


def pairs(features: Features) -> Pairs:
    """Every pair of the pool: exact, right for a few thousand people."""
    mentors, mentees = features.mentors, features.mentees
    shape = (len(mentees.members), len(mentors.members))
    language = np.zeros(shape, np.int8)
    spoken_by_mentees, spoken_by_mentors = mentees.languages.toarray(), mentors.languages.toarray()
    for column in range(mentors.languages.shape[1]):
        shared = np.minimum.outer(spoken_by_mentees[:, column], spoken_by_mentors[:, column]).astype(np.int8)
        np.maximum(language, shared, out=language)
    gap = mentors.seniority[None, :] - mentees.seniority[:, None]
    unknown = (mentors.seniority[None, :] < 0) | (mentees.seniority[:, None] < 0)
    return Pairs(
        language=language,
        overlap=_overlap(mentees.free, mentors.free),
        gap=np.where(unknown, UNKNOWN_GAP, gap).astype(np.int16),
        same_organization=same(mentees.organization, mentors.organization),
        knows_organization=both_known(mentees.organization, mentors.organization),
        marks=features.marks.toarray(),
    )


def both_known(mentees: NDArray[np.int32], mentors: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where neither code is missing."""
    return np.logical_and.outer(mentees >= 0, mentors >= 0)


def same(mentees: NDArray[np.int32], mentors: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where both codes are known and equal."""
    return np.equal.outer(mentees, mentors) & both_known(mentees, mentors)


def _overlap(mentees: Spans, mentors: Spans) -> NDArray[np.int32]:
    """Minutes in common: each row as the stretches between all edges there are, in which it is free or not."""
    edges = np.unique(np.concatenate(([0, WEEK], mentees.bounds.ravel(), mentors.bounds.ravel())))
    minutes = np.diff(edges).astype(np.float32)
    return ((_stretches(mentees, edges) * minutes) @ _stretches(mentors, edges).T).astype(np.int32)


def _stretches(spans: Spans, edges: NDArray[np.int64]) -> NDArray[np.float32]:
    free = np.zeros((len(spans.start) - 1, len(edges) - 1), np.float32)
    at = np.searchsorted(edges, spans.bounds)
    for row in range(len(free)):
        for first, last in at[spans.start[row] : spans.start[row + 1]]:
            free[row, first:last] = 1
    return free
