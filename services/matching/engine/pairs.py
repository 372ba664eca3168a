"""What rules and scores both need to know of each pair: matrices with mentees as rows, mentors as columns."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.features import Features

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


def pairs(features: Features) -> Pairs:
    """Every pair of the pool: exact, right for a few thousand people."""
    mentors, mentees = features.mentors, features.mentees
    shape = (len(mentees.members), len(mentors.members))
    language = np.zeros(shape, np.int8)
    for column in range(mentors.languages.shape[1]):
        shared = np.minimum.outer(mentees.languages[:, column], mentors.languages[:, column])
        np.maximum(language, shared, out=language)
    gap = mentors.seniority[None, :] - mentees.seniority[:, None]
    unknown = (mentors.seniority[None, :] < 0) | (mentees.seniority[:, None] < 0)
    return Pairs(
        language=language,
        overlap=((mentees.free * features.minutes) @ mentors.free.T).astype(np.int32),
        gap=np.where(unknown, UNKNOWN_GAP, gap).astype(np.int16),
        same_organization=same(mentees.organization, mentors.organization),
        knows_organization=both_known(mentees.organization, mentors.organization),
    )


def both_known(mentees: NDArray[np.int32], mentors: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where neither code is missing."""
    return np.logical_and.outer(mentees >= 0, mentors >= 0)


def same(mentees: NDArray[np.int32], mentors: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where both codes are known and equal."""
    return np.equal.outer(mentees, mentors) & both_known(mentees, mentors)


def marked(features: Features, found: Iterable[tuple[str, str]], *, either_way: bool) -> NDArray[np.bool_]:
    """Where the pair (mentor, mentee) is among those found, or its reverse is."""
    rows = {member.id: row for row, member in enumerate(features.mentees.members)}
    columns = {member.id: column for column, member in enumerate(features.mentors.members)}
    marks = np.zeros((len(rows), len(columns)), np.bool_)
    for one, other in found:
        for mentor, mentee in ((one, other), (other, one)) if either_way else ((one, other),):
            if mentee in rows and mentor in columns:
                marks[rows[mentee], columns[mentor]] = True
    return marks
