"""Seats and people left over although they would be allowed each other: their lists were too short to show it."""

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.candidates import DEFAULT_LIST, Candidates, candidates
from services.matching.engine.edges import joined, kept, placed
from services.matching.engine.features import Features
from services.matching.engine.pool import Criteria
from services.matching.engine.rules import OUTCOMPETED

LISTINGS_A_SEAT = 8
"""Mentors on fewer lists than so many for each seat of theirs are overlooked."""
MOST_OVERLOOKED = 150
"""So many of the overlooked are helped, those on the fewest lists first: each costs time for every mentee."""
SHORT_LIST = 4
"""So many of the overlooked each mentee is offered: more would bring all of them the same few mentees."""


def overlooked(features: Features, criteria: Criteria, found: Candidates) -> Candidates:
    """The candidates with those added who suit mentors best whom few lists name.

    Where mentees choose whom to list, these mentors are left with empty seats, and people less well placed for it.
    """
    seats = features.mentors.capacity
    lists = np.bincount(found.mentor_index, minlength=len(seats)) / np.maximum(seats, 1)
    suits_somebody = np.array([reason == OUTCOMPETED for reason in found.mentor_reasons], np.bool_)
    eligible = np.flatnonzero(suits_somebody & (lists < LISTINGS_A_SEAT))
    few = np.sort(eligible[np.argsort(lists[eligible], kind="stable")[:MOST_OVERLOOKED]])
    if len(few) == 0:
        return found
    some = candidates(features.of(mentors=few), criteria, SHORT_LIST)
    return joined(found, _best_of_mentors(placed(some, mentors=few)))[0]


def widened(
    features: Features, criteria: Criteria, found: Candidates, taken: NDArray[np.bool_]
) -> tuple[Candidates, NDArray[np.bool_]] | None:
    """The candidates with those added by whom seats left over can be filled, and which they are; None where none can.

    `taken` are the edges assigned so far, locked ones included.
    """
    mentees = _left(features.mentees.capacity, found.mentee_index[taken & ~found.locked])
    mentors = _left(features.mentors.capacity, found.mentor_index[taken & ~found.locked])
    if len(mentees) == 0 or len(mentors) == 0:
        return None
    some = candidates(features.of(mentees=mentees, mentors=mentors), criteria, DEFAULT_LIST)
    wider, new = joined(found, placed(some, mentees=mentees, mentors=mentors))
    return (wider, new) if new.any() else None


def _left(capacity: NDArray[np.int64], used: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.flatnonzero(capacity > np.bincount(used, minlength=len(capacity)))


def _best_of_mentors(found: Candidates) -> Candidates:
    """The best DEFAULT_LIST mentees of each mentor."""
    order = np.lexsort((found.mentee_index, -found.score, found.mentor_index))
    mentor = found.mentor_index[order]
    first = np.searchsorted(mentor, mentor)
    keep = np.zeros(len(order), np.bool_)
    keep[order[np.arange(len(order)) - first < DEFAULT_LIST]] = True
    return kept(found, keep)
