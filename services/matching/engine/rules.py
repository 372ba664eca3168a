"""The hard rules in the order in which they are tried: who they exclude is told by the first."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part, Weight
from services.matching.domain.program import Format, OrganizationRule
from services.matching.engine.features import Features, People
from services.matching.engine.marks import Mark
from services.matching.engine.pairs import UNKNOWN_GAP, Pairs
from services.matching.engine.parts import Matrix
from services.matching.engine.pool import Criteria
from services.matching.engine.words import plain

NO_COUNTERPART = "no_counterpart"
OUTCOMPETED = "outcompeted"

RULES = (
    "no_capacity",
    "groups",
    "self",
    "blocked",
    "forbidden",
    "paired_before",
    "organization",
    "language",
    "overlap",
    "seniority",
    *(f"mandatory_{part}" for part in Part),
)
"""All rules there are, in their order."""

Exclusion = tuple[str, NDArray[np.bool_]]


def exclusions(
    features: Features, pairs: Pairs, parts: Mapping[Part, Matrix], criteria: Criteria
) -> Iterator[Exclusion]:
    """Each rule that applies: its name and the pairs (mentees x mentors) it excludes.

    What a rule needs and nobody stated excludes too: a rule that cannot be seen to hold does not hold.
    """
    rules = criteria.rules
    yield "no_capacity", (features.mentees.capacity <= 0)[:, None] | (features.mentors.capacity <= 0)[None, :]
    if rules.groups:
        yield (
            "groups",
            np.logical_or.outer(*(outside(rules.groups, side) for side in (features.mentees, features.mentors))),
        )
    yield "self", pairs.marked(Mark.SELF)
    yield "blocked", pairs.marked(Mark.BLOCKED)
    yield "forbidden", pairs.marked(Mark.FORBIDDEN)
    yield "paired_before", pairs.marked(Mark.PAIRED_BEFORE)
    if rules.organization is OrganizationRule.REQUIRED:
        yield "organization", ~pairs.same_organization
    if rules.organization is OrganizationRule.FORBIDDEN:
        yield "organization", pairs.same_organization
    if rules.shared_language_level is not None:
        yield "language", pairs.language < rules.shared_language_level
    if rules.overlap_minutes is not None:
        yield "overlap", pairs.overlap < rules.overlap_minutes
    if rules.seniority_gap is not None:
        least, most = rules.seniority_gap
        # Of peers nobody is to stand above: it is how far they are from each other.
        gap = np.abs(pairs.gap) if criteria.format is Format.PEER else pairs.gap
        yield "seniority", (gap == UNKNOWN_GAP) | (gap < least) | (gap > most)
    for part, matrix in parts.items():
        if criteria.weights.of(part) is Weight.MANDATORY:
            yield f"mandatory_{part}", matrix <= 0


def outside(groups: tuple[str, ...], people: People) -> NDArray[np.bool_]:
    """Who is in none of these groups; nobody where none is named."""
    wanted = {plain(group) for group in groups}
    return np.array([bool(wanted) and wanted.isdisjoint(map(plain, m.groups)) for m in people.members], np.bool_)
