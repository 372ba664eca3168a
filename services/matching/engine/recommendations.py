"""Who fits one member best, by the same score and rules as a match run."""

from dataclasses import replace

import numpy as np

from services.matching.domain.enrollment import Role
from services.matching.domain.visibility import Visible
from services.matching.engine.candidates import candidates
from services.matching.engine.explanations import Audience
from services.matching.engine.features import features, goal_texts, topics
from services.matching.engine.lexicon import Lexicon, lexicon_of
from services.matching.engine.pool import Criteria, Pool
from services.matching.engine.suggestions import Suggestion, suggestion


def recommend(
    pool: Pool,
    criteria: Criteria,
    member_id: str,
    role: Role,
    count: int,
    *,
    visible: Visible,
    audience: Audience | None = None,
    lexicon: Lexicon | None = None,
    seed: int = 0,
) -> tuple[Suggestion, ...]:
    """The best `count` partners for a member of the pool in this role, best first, ties by the hash of the id.

    Told to the member unless another audience is named. Words weigh what they do among those who may be suggested,
    unless a lexicon is given. Empty where the pool has no such member.
    """
    as_mentee = role is Role.MENTEE
    own = tuple(place for place in (pool.mentees if as_mentee else pool.mentors) if place.member.id == member_id)
    alone = replace(pool, mentees=own) if as_mentee else replace(pool, mentors=own)
    if lexicon is None and as_mentee:
        lexicon = lexicon_of(topics(place.member) for place in pool.mentors)
    if lexicon is None:
        lexicon = lexicon_of(goal_texts(place.member) for place in pool.mentees)
    known = features(alone.ordered(seed), lexicon)
    found = candidates(known, criteria, k=len(known.mentors.members))
    best = np.argsort(-found.score, kind="stable")[:count]
    told = audience or (Audience.MENTEE if as_mentee else Audience.MENTOR)
    return tuple(suggestion(known, found, int(edge), visible, told) for edge in best)
