"""Pairs of whom no two would rather have each other: deferred acceptance by score.

A mentee asks down the list; a mentor keeps the best who ask. Since both rank a pair by its one score, that is to take
the pairs from the best on. Lists are lengthened for those alone who have come to the end of theirs, and only by mentors
who would take them as things stand: mentors only ever change for the better, so whoever would not take them now never
will. So it holds for all pairs that the rules allow, not only for those on the lists.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.candidates import Candidates, candidates
from services.matching.engine.edges import joined, kept, placed
from services.matching.engine.features import Features
from services.matching.engine.pool import Criteria

NOBODY = -1
_MOST_EDGES = 1 << 21
"""So many edges are held while lists are lengthened."""


def stable(features: Features, criteria: Criteria, found: Candidates, k: int) -> tuple[Candidates, NDArray[np.bool_]]:
    """The candidates, some lists of them longer than `k`, and which are taken beside the locked ones.

    No allowed pair of people is left who both score higher together than with somebody they have, or than a seat that
    is still free. Equals are taken by the order of the pool.
    """
    known = _known(features, found, k)
    while True:
        taken = _taken(features, found)
        used = np.bincount(found.mentee_index[taken], minlength=len(known))
        hungry = np.flatnonzero((used < features.mentees.capacity) & ~known)
        if len(hungry) == 0:
            return found, taken
        least = _least(features, found, taken)
        for some in _parts(hungry, len(features.mentors.members)):
            found, _ = joined(found, _longer(features, criteria, some, least))
        known[hungry] = True


def _known(features: Features, found: Candidates, k: int) -> NDArray[np.bool_]:
    """Whose list is all there is: it was shorter than it could have been."""
    listed = np.bincount(found.mentee_index[~found.locked], minlength=len(features.mentees.members))
    return (listed < k) | (k >= len(features.mentors.members))


def _taken(features: Features, found: Candidates) -> NDArray[np.bool_]:
    order = np.lexsort((found.mentor_index, found.mentee_index, -found.score))
    wanted, seats = features.mentees.capacity.tolist(), features.mentors.capacity.tolist()
    taken = np.zeros(len(order), np.bool_)
    mentees, mentors, locked = found.mentee_index.tolist(), found.mentor_index.tolist(), found.locked.tolist()
    for edge in order.tolist():
        mentee, mentor = mentees[edge], mentors[edge]
        if wanted[mentee] > 0 and seats[mentor] > 0 and not locked[edge]:
            taken[edge] = True
            wanted[mentee] -= 1
            seats[mentor] -= 1
    return taken


def _least(features: Features, found: Candidates, taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The score a mentor's next mentee has to beat: NOBODY while a seat is free."""
    mentors, scores = found.mentor_index[taken], found.score[taken]
    least = np.full(len(features.mentors.members), np.iinfo(np.int64).max)
    np.minimum.at(least, mentors, scores)
    full = np.bincount(mentors, minlength=len(least)) >= features.mentors.capacity
    return np.where(full, least, NOBODY)


def _longer(features: Features, criteria: Criteria, mentees: NDArray[np.int64], least: NDArray[np.int64]) -> Candidates:
    some = candidates(features.of(mentees=mentees), criteria, len(features.mentors.members))
    # Of equals the earlier in the pool may still be preferred, so they are kept.
    return placed(kept(some, some.score >= least[some.mentor_index]), mentees=mentees)


def _parts(mentees: NDArray[np.int64], mentors: int) -> Iterator[NDArray[np.int64]]:
    rows = max(1, _MOST_EDGES // max(1, mentors))
    for first in range(0, len(mentees), rows):
        yield mentees[first : first + rows]
