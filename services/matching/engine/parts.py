"""The parts of the score as matrices (mentees x mentors) of basis points; MISSING where data lacks.

Integers, so that the same people give the same scores on every machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import FULL, Part, Weight
from services.matching.domain.program import Format, OrganizationRule
from services.matching.engine.features import Features
from services.matching.engine.lexicon import LENGTH
from services.matching.engine.marks import Mark
from services.matching.engine.pairs import UNKNOWN_GAP, Pairs, both_known, same
from services.matching.engine.pool import Criteria

MISSING = -1

ENOUGH_LIKENESS = 5_000
"""Goals fit fully from this cosine on: whoever says the same in words of their own comes to about half."""
ENOUGH_MINUTES = 120
"""Availability fits fully from this many minutes a week."""
BEST_LANGUAGE_LEVEL = 5

# From a gap of -4 to one of 4 steps: one or two steps above knows the way and still remembers it.
_FROM_ABOVE = (0, 0, 0, 0, 5_000, 10_000, 10_000, 7_500, 5_000)
SENIORITY_FIT: Mapping[Format, tuple[int, ...]] = {
    Format.ONE_TO_ONE: _FROM_ABOVE,
    Format.GROUP: _FROM_ABOVE,
    Format.FLASH: _FROM_ABOVE,
    Format.REVERSE: _FROM_ABOVE[::-1],
    Format.PEER: (0, 2_500, 5_000, 7_500, 10_000, 7_500, 5_000, 2_500, 0),
}

FULL_LIKENESS = LENGTH * LENGTH * ENOUGH_LIKENESS // FULL
"""The same as a product of two vectors of words."""

LEVEL_UNIT = 60  # divisible by every level, so that shares of levels stay whole

Matrix = NDArray[np.int16]


def part_matrices(features: Features, pairs: Pairs, criteria: Criteria) -> dict[Part, Matrix]:
    """Each part that the program weighs."""
    return {
        part: compute(features, pairs, criteria).astype(np.int16)
        for part, compute in _PARTS.items()
        if criteria.weights.of(part) is not Weight.OFF
    }


def mutual(features: Features, pairs: Pairs, criteria: Criteria, parts: Mapping[Part, Matrix]) -> dict[Part, Matrix]:
    """The parts of peers as they are the other way round: what is MISSING one way may be known the other.

    `parts` are those of the one way; most are the same both ways.
    """
    turned = replace(features, mentors=features.mentees, mentees=features.mentors)
    return {
        part: _PARTS[part](turned, pairs, criteria).astype(np.int16).T if part in _ONE_WAY else matrix
        for part, matrix in parts.items()
    }


def mean(one: Matrix, other: Matrix) -> Matrix:
    """Of both ways, rounded half up; of one alone what that one is."""
    both = (one != MISSING) & (other != MISSING)
    return np.where(both, (one + other + 1) // 2, np.maximum(one, other)).astype(np.int16)


def _skills(features: Features, _pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    """The share of the skills sought that are offered; one offered below the level sought counts by the ratio."""
    seeks, offers = features.mentees.seeks, features.mentors.offers
    credit = np.zeros((seeks.shape[0], offers.shape[0]), np.int64)
    for sought in range(1, 6):
        wanted = seeks.copy()
        wanted.data = (wanted.data == sought).astype(np.int32)
        wanted.eliminate_zeros()
        offered = offers.copy()
        offered.data = np.minimum(LEVEL_UNIT, LEVEL_UNIT * offered.data // sought).astype(np.int32)
        credit += (wanted @ offered.T).toarray()
    counts = np.diff(seeks.indptr).astype(np.int64)[:, None]
    known = (counts > 0) & (np.diff(offers.indptr) > 0)[None, :]
    return np.where(known, credit * FULL // np.maximum(1, counts * LEVEL_UNIT), MISSING)


def _goals(features: Features, _pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    """How alike what the mentee's goals name is to the mentor's goals and offered skills, saturating."""
    goals, topics = features.mentees.goals, features.mentors.topics
    likeness = (goals @ topics.T).toarray().astype(np.int64)
    known = (np.diff(goals.indptr) > 0)[:, None] & (np.diff(topics.indptr) > 0)[None, :]
    return np.where(known, np.minimum(likeness * FULL // FULL_LIKENESS, FULL), MISSING)


def _availability(features: Features, pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    known = features.mentees.knows_free[:, None] & features.mentors.knows_free[None, :]
    minutes = np.minimum(pairs.overlap.astype(np.int64), ENOUGH_MINUTES)
    return np.where(known, minutes * FULL // ENOUGH_MINUTES, MISSING)


def _languages(features: Features, pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    mentees, mentors = features.mentees.languages, features.mentors.languages
    speaks = np.logical_and.outer(np.diff(mentees.indptr) > 0, np.diff(mentors.indptr) > 0)
    return np.where(speaks, pairs.language.astype(np.int64) * FULL // BEST_LANGUAGE_LEVEL, MISSING)


def _seniority(_features: Features, pairs: Pairs, criteria: Criteria) -> NDArray[np.int64]:
    fit = np.array(SENIORITY_FIT[criteria.format], np.int64)
    return np.where(pairs.gap == UNKNOWN_GAP, MISSING, fit[np.clip(pairs.gap, -4, 4) + 4])


def _industry(features: Features, _pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    mentees, mentors = features.mentees.industry, features.mentors.industry
    return np.where(both_known(mentees, mentors), same(mentees, mentors) * FULL, MISSING)


def _organization(_features: Features, pairs: Pairs, criteria: Criteria) -> NDArray[np.int64]:
    """Counts where the program prefers or avoids the same organization; the stricter rules leave nothing to weigh."""
    if criteria.rules.organization is OrganizationRule.PREFERRED:
        fits = pairs.same_organization
    elif criteria.rules.organization is OrganizationRule.AVOIDED:
        fits = ~pairs.same_organization
    else:
        return np.full(pairs.same_organization.shape, MISSING, np.int64)
    return np.where(pairs.knows_organization, fits * FULL, MISSING)


def _met(features: Features, pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    """Known for a pair when at least one of the two has met anybody: else there was no event to meet at."""
    known = features.mentees.seen[:, None] | features.mentors.seen[None, :]
    together = (features.mentees.gatherings @ features.mentors.gatherings.T).toarray() > 0
    at_event = pairs.marked(Mark.AT_EVENT) | together
    return np.where(known, np.where(pairs.marked(Mark.MET), FULL, np.where(at_event, FULL // 2, 0)), MISSING)


def _preference(features: Features, pairs: Pairs, _criteria: Criteria) -> NDArray[np.int64]:
    """The share of those who stated wishes, of the two, that named the other."""
    of_mentee = features.mentees.stated.astype(np.int64)[:, None]
    of_mentor = features.mentors.stated.astype(np.int64)[None, :]
    stating = of_mentee + of_mentor
    naming = pairs.marked(Mark.NAMED_BY_MENTOR).astype(np.int64) + pairs.marked(Mark.NAMED_BY_MENTEE)
    return np.where(stating > 0, naming * FULL // np.maximum(1, stating), MISSING)


_PARTS: Mapping[Part, Callable[[Features, Pairs, Criteria], NDArray[np.int64]]] = {
    Part.SKILLS: _skills,
    Part.GOALS: _goals,
    Part.AVAILABILITY: _availability,
    Part.LANGUAGES: _languages,
    Part.SENIORITY: _seniority,
    Part.INDUSTRY: _industry,
    Part.ORGANIZATION: _organization,
    Part.MET: _met,
    Part.PREFERENCE: _preference,
}

_ONE_WAY = frozenset({Part.SKILLS, Part.GOALS})
"""Parts that say what the mentor is to the mentee; the others are the same for both."""
