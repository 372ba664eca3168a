"""Found candidates added to found candidates."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.candidates import Candidates


def placed(found: Candidates, *, mentees: NDArray[np.int64], mentors: NDArray[np.int64]) -> Candidates:
    """Edges among some people, as edges of all: these are the rows that they have there."""
    return replace(found, mentee_index=mentees[found.mentee_index], mentor_index=mentors[found.mentor_index])


def kept(found: Candidates, keep: NDArray[np.bool_]) -> Candidates:
    """Some of the edges."""
    return replace(
        found,
        mentor_index=found.mentor_index[keep],
        mentee_index=found.mentee_index[keep],
        score=found.score[keep],
        parts=found.parts[keep],
        locked=found.locked[keep],
    )


def joined(found: Candidates, more: Candidates) -> Candidates:
    """All edges of both, each once, sorted by mentee and mentor; the reasons are those of the first."""
    mentee = np.concatenate((found.mentee_index, more.mentee_index))
    mentor = np.concatenate((found.mentor_index, more.mentor_index))
    keys = mentee * (int(mentor.max(initial=0)) + 1) + mentor
    # Of an edge in both the first is taken, which says whether it is locked.
    _, first = np.unique(keys, return_index=True)
    return replace(
        found,
        mentor_index=mentor[first],
        mentee_index=mentee[first],
        score=np.concatenate((found.score, more.score))[first],
        parts=np.concatenate((found.parts, more.parts))[first],
        locked=np.concatenate((found.locked, more.locked))[first],
    )
