"""The search for candidates by parts: the mentees of each are looked at by themselves, wherever, in whatever order."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from services.matching.engine.candidates import Candidates, candidates, later
from services.matching.engine.edges import placed
from services.matching.engine.features import Features
from services.matching.engine.pool import Criteria, Pair
from services.matching.engine.search import Progress, silent

PART = 5_000
"""Mentees looked at together."""


def parts(mentees: int) -> Sequence[range]:
    """The rows of each part; of so many mentees there is at least one part."""
    return [range(first, min(first + PART, mentees)) for first in range(0, max(1, mentees), PART)]


def candidates_of(
    features: Features,
    criteria: Criteria,
    k: int,
    locked: Collection[Pair],
    rows: range,
    *,
    progress: Progress = silent,
) -> Candidates:
    """The candidates of these mentees, as `candidates` finds them among all; `k` is that of the whole pool."""
    mentees, mentors = np.arange(rows.start, rows.stop), np.arange(len(features.mentors.members))
    found = candidates(features.of(mentees=mentees), criteria, k, locked, progress=progress)
    return placed(found, mentees=mentees, mentors=mentors)


def together(found: Sequence[Candidates]) -> Candidates:
    """All parts, given in their order, as if they had been searched at once."""
    first = found[0]
    if len(found) == 1:
        return first
    return replace(
        first,
        mentor_index=np.concatenate([each.mentor_index for each in found]),
        mentee_index=np.concatenate([each.mentee_index for each in found]),
        score=np.concatenate([each.score for each in found]),
        parts=np.concatenate([each.parts for each in found]),
        locked=np.concatenate([each.locked for each in found]),
        # A mentor was left nobody by the rule that came last for any part.
        mentor_reasons=tuple(later(reasons) for reasons in zip(*(each.mentor_reasons for each in found), strict=True)),
        mentee_reasons=tuple(reason for each in found for reason in each.mentee_reasons),
    )
