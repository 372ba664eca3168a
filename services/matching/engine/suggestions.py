"""A pair as people see it: score and parts in [0, 1], with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.matching.domain.parts import Part
from services.matching.domain.visibility import Visible
from services.matching.engine.candidates import PARTS, Candidates
from services.matching.engine.explanations import Audience, explain
from services.matching.engine.features import Features
from services.matching.engine.parts import FULL, MISSING


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One pair, and why; a part without data is absent."""

    mentor_id: str
    mentee_id: str
    score: float
    parts: Mapping[Part, float]
    reasons: tuple[str, ...]
    locked: bool = False


def suggestion(
    features: Features, found: Candidates, edge: int, visible: Visible, audience: Audience = Audience.MENTEE
) -> Suggestion:
    """The edge told to this audience."""
    mentor = features.mentors.members[int(found.mentor_index[edge])]
    mentee = features.mentees.members[int(found.mentee_index[edge])]
    parts = {
        part: points / FULL for part, points in zip(PARTS, found.parts[edge].tolist(), strict=True) if points != MISSING
    }
    return Suggestion(
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        score=int(found.score[edge]) / FULL,
        parts=parts,
        reasons=explain(features.pool, mentor, mentee, parts, visible=visible, audience=audience),
        locked=bool(found.locked[edge]),
    )
