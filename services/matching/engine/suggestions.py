"""A pair as people see it: score and parts in [0, 1], with the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.matching.domain.member import Member
from services.matching.domain.parts import FULL, Part
from services.matching.domain.response import Band
from services.matching.domain.visibility import Visible, verified_to_participants
from services.matching.engine.candidates import PARTS, Candidates
from services.matching.engine.explanations import Audience, explain
from services.matching.engine.features import Features
from services.matching.engine.lexicon import Lexicon
from services.matching.engine.parts import MISSING
from services.matching.engine.pool import Pool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One pair, and why; a part without data is absent. `response_band`: how soon the mentor answers, where known;
    `…_verified` names what the association vouches for of each.
    """

    mentor_id: str
    mentee_id: str
    score: float
    parts: Mapping[Part, float]
    reasons: tuple[str, ...]
    locked: bool = False
    response_band: Band | None = None
    mentor_verified: tuple[str, ...] = ()
    mentee_verified: tuple[str, ...] = ()


def suggestion(
    features: Features, found: Candidates, edge: int, visible: Visible, audience: Audience = Audience.MENTEE
) -> Suggestion:
    """The edge told to this audience."""
    mentor = features.mentors.members[int(found.mentor_index[edge])]
    mentee = features.mentees.members[int(found.mentee_index[edge])]
    points = found.parts[edge].tolist()
    lexicon = features.lexicon
    told = told_pair(features.pool, mentor, mentee, int(found.score[edge]), points, lexicon, visible, audience)
    return replace(told, locked=bool(found.locked[edge]))


def told_pair(
    pool: Pool,
    mentor: Member,
    mentee: Member,
    score: int,
    points: Sequence[int],
    lexicon: Lexicon,
    visible: Visible,
    audience: Audience,
    response_band: Band | None = None,
) -> Suggestion:
    """The pair told to this audience; score and points (one for each of PARTS, or MISSING) in basis points."""
    parts = {part: each / FULL for part, each in zip(PARTS, points, strict=True) if each != MISSING}
    reasons = explain(pool, mentor, mentee, parts, lexicon, visible=visible, audience=audience)
    return Suggestion(
        mentor.id,
        mentee.id,
        score / FULL,
        parts,
        reasons,
        response_band=response_band,
        mentor_verified=verified_to_participants(mentor),
        mentee_verified=verified_to_participants(mentee),
    )
