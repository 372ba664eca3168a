"""The hard rules in the order in which they are tried: who they exclude is told by the first."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part, Weight
from services.matching.domain.program import OrganizationRule
from services.matching.engine.features import Features
from services.matching.engine.pairs import UNKNOWN_GAP, Pairs, marked
from services.matching.engine.parts import Matrix
from services.matching.engine.pool import Criteria
from services.matching.engine.words import plain

NO_COUNTERPART = "no_counterpart"
OUTCOMPETED = "outcompeted"

Exclusion = tuple[str, NDArray[np.bool_]]


def exclusions(
    features: Features, pairs: Pairs, parts: Mapping[Part, Matrix], criteria: Criteria
) -> Iterator[Exclusion]:
    """Each rule that applies: its name and the pairs (mentees x mentors) it excludes.

    What a rule needs and nobody stated excludes too: a rule that cannot be seen to hold does not hold.
    """
    pool, rules = features.pool, criteria.rules
    yield "no_capacity", (features.mentees.capacity <= 0)[:, None] | (features.mentors.capacity <= 0)[None, :]
    if rules.groups:
        yield "groups", _outside_groups(features, rules.groups)
    yield "self", marked(features, ((m.id, m.id) for m in features.mentors.members), either_way=False)
    yield "blocked", marked(features, pool.blocked, either_way=True)
    yield "forbidden", marked(features, pool.forbidden, either_way=False)
    yield "paired_before", marked(features, pool.paired_before, either_way=True)
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
        yield "seniority", (pairs.gap == UNKNOWN_GAP) | (pairs.gap < least) | (pairs.gap > most)
    for part, matrix in parts.items():
        if criteria.weights.of(part) is Weight.MANDATORY:
            yield f"mandatory_{part}", matrix <= 0


def _outside_groups(features: Features, groups: tuple[str, ...]) -> NDArray[np.bool_]:
    wanted = {plain(group) for group in groups}
    mentees = np.array([wanted.isdisjoint(map(plain, m.groups)) for m in features.mentees.members], np.bool_)
    mentors = np.array([wanted.isdisjoint(map(plain, m.groups)) for m in features.mentors.members], np.bool_)
    return mentees[:, None] | mentors[None, :]
