"""Seats and people left over although they would be allowed each other: their lists were too short to show it."""

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.candidates import DEFAULT_LIST, Candidates, candidates
from services.matching.engine.edges import joined, kept, placed
from services.matching.engine.features import Features
from services.matching.engine.pool import Criteria

SHORT_LIST = 8
"""Of the mentors with seats left, so many are offered to each mentee who has a partner: one may move there."""
MOST_MENTORS = 2_000
"""With seats left at more mentors than these there is choice enough without moving anybody."""


def widened(features: Features, criteria: Criteria, found: Candidates, taken: NDArray[np.bool_]) -> Candidates | None:
    """The candidates with those added by whom seats left over can be filled; None where none can.

    `taken` are the edges assigned so far, locked ones included.
    """
    mentees = _left(features.mentees.capacity, found.mentee_index[taken & ~found.locked])
    mentors = _left(features.mentors.capacity, found.mentor_index[taken & ~found.locked])
    if len(mentees) == 0 or len(mentors) == 0:
        return None
    more = _among(features, criteria, mentees, mentors, DEFAULT_LIST)
    assigned = set(zip(found.mentee_index[taken].tolist(), found.mentor_index[taken].tolist(), strict=True))
    pairs = zip(more.mentee_index.tolist(), more.mentor_index.tolist(), strict=True)
    more = kept(more, np.array([pair not in assigned for pair in pairs], np.bool_))
    if len(more.score) == 0:
        return None
    wider = joined(found, more)
    if len(mentors) <= MOST_MENTORS:
        every = np.flatnonzero(features.mentees.capacity > 0)
        wider = joined(wider, _best_of_mentors(_among(features, criteria, every, mentors, SHORT_LIST)))
    return wider


def _left(capacity: NDArray[np.int64], used: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(capacity > np.bincount(used, minlength=len(capacity)))


def _among(
    features: Features,
    criteria: Criteria,
    mentees: NDArray[np.int64],
    mentors: NDArray[np.int64],
    k: int,
) -> Candidates:
    some = candidates(features.of(mentees=mentees, mentors=mentors), criteria, k)
    return placed(some, mentees=mentees, mentors=mentors)


def _best_of_mentors(found: Candidates) -> Candidates:
    """The best DEFAULT_LIST mentees of each mentor."""
    order = np.lexsort((found.mentee_index, -found.score, found.mentor_index))
    mentor = found.mentor_index[order]
    first = np.searchsorted(mentor, mentor)
    keep = np.zeros(len(order), np.bool_)
    keep[order[np.arange(len(order)) - first < DEFAULT_LIST]] = True
    return kept(found, keep)
