"""Found candidates added to found candidates."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.candidates import Candidates
from services.matching.engine.search import cell_number

_Value = TypeVar("_Value", bound=np.generic)


def placed(
    found: Candidates, *, mentees: NDArray[np.int64] | None = None, mentors: NDArray[np.int64] | None = None
) -> Candidates:
    """Edges among some people, as edges of all: these are the rows that they have there."""
    return replace(
        found,
        mentee_index=found.mentee_index if mentees is None else mentees.astype(np.int32)[found.mentee_index],
        mentor_index=found.mentor_index if mentors is None else mentors.astype(np.int32)[found.mentor_index],
    )


def kept(found: Candidates, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Candidates:
    """Some of the edges, flagged or by number."""
    return replace(
        found,
        mentor_index=found.mentor_index[keep],
        mentee_index=found.mentee_index[keep],
        score=found.score[keep],
        parts=found.parts[keep],
        locked=found.locked[keep],
    )


def joined(found: Candidates, more: Candidates) -> tuple[Candidates, NDArray[np.bool_]]:
    """All edges of both, each once and as `found` has it, and which of them only `more` has.

    Edges are sorted by mentee and mentor, before and after; the reasons are those of the first.
    """
    width = int(max(found.mentor_index.max(initial=0), more.mentor_index.max(initial=0))) + 1
    known, added = (cell_number(each.mentee_index, each.mentor_index, width) for each in (found, more))
    at = np.searchsorted(known, added)
    fresh = np.ones(len(at), np.bool_)
    inside = at < len(known)
    fresh[inside] = known[at[inside]] != added[inside]
    at = at[fresh]
    new = np.zeros(len(known) + len(at), np.bool_)
    new[at + np.arange(len(at))] = True
    return replace(
        found,
        mentor_index=_merged(found.mentor_index, more.mentor_index[fresh], new),
        mentee_index=_merged(found.mentee_index, more.mentee_index[fresh], new),
        score=_merged(found.score, more.score[fresh], new),
        parts=_merged(found.parts, more.parts[fresh], new),
        locked=_merged(found.locked, more.locked[fresh], new),
    ), new


def _merged(ours: NDArray[_Value], theirs: NDArray[_Value], new: NDArray[np.bool_]) -> NDArray[_Value]:
    """One column of both, theirs where it is new."""
    merged = np.empty((len(new), *ours.shape[1:]), ours.dtype)
    whole = np.dtype((np.void, merged[:1].nbytes)) if ours.ndim > 1 else ours.dtype  # a row is moved as one value
    rows = merged.view(whole).reshape(len(new))
    rows[new] = np.ascontiguousarray(theirs).view(whole).reshape(len(theirs))
    rows[~new] = np.ascontiguousarray(ours).view(whole).reshape(len(ours))
    return merged
