"""One pair in full: the first rule that excludes it, its parts and its score; compiled."""

from services.matching.domain.parts import FULL, Part
from services.matching.engine.compiling import compiled, inlined
from services.matching.engine.facts import (
    free_minutes,
    goal_points,
    has_any,
    likeness_of,
    seniority_gap,
    shared_level,
    were_together,
)
from services.matching.engine.marks import Mark
from services.matching.engine.numbering import (
    AVAILABILITY,
    AVOIDED,
    GOALS,
    INDUSTRY,
    LANGUAGES,
    MET,
    NOT_THE_SAME,
    ORGANIZATION,
    PARTS,
    PREFERENCE,
    PREFERRED,
    REQUIRED,
    SENIORITY,
    SKILLS,
)
from services.matching.engine.parts import BEST_LANGUAGE_LEVEL, ENOUGH_MINUTES, MISSING
from services.matching.engine.rules import RULES
from services.matching.engine.scratch import Scratch
from services.matching.engine.search import SOMEBODY
from services.matching.engine.tables import Tables

_NO_CAPACITY, _GROUPS, _SELF, _BLOCKED, _FORBIDDEN, _PAIRED, _OTHER_PLACE, _LANGUAGE, _OVERLAP, _GAP = range(10)
_MANDATORY = RULES.index(f"mandatory_{Part.SKILLS}")

_IS_SELF, _IS_BLOCKED, _IS_FORBIDDEN, _IS_PAIRED = (
    mark.value for mark in (Mark.SELF, Mark.BLOCKED, Mark.FORBIDDEN, Mark.PAIRED_BEFORE)
)
_AT_EVENT, _HAS_MET = Mark.AT_EVENT.value, Mark.MET.value
_BY_MENTOR, _BY_MENTEE = Mark.NAMED_BY_MENTOR.value, Mark.NAMED_BY_MENTEE.value


@inlined
def broken_rule(t: Tables, s: Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    """The first rule that excludes the pair whatever its parts, or SOMEBODY."""
    own = int(min(t.mentees[i].rule, t.mentors[j].rule))
    if own < SOMEBODY:
        return own
    wanted, flag, kind = t.wanted, s.mentors[j].flag, t.mentors[j].kind
    if flag & _IS_SELF:
        return _SELF
    if flag & _IS_BLOCKED:
        return _BLOCKED
    if flag & _IS_FORBIDDEN:
        return _FORBIDDEN
    if flag & _IS_PAIRED:
        return _PAIRED
    place = t.mentees[i].organization
    same_place = place >= 0 and place == t.mentors[j].organization
    if (wanted.organization == REQUIRED and not same_place) or (wanted.organization == NOT_THE_SAME and same_place):
        return _OTHER_PLACE
    if wanted.language >= 0 and shared_level(t, s, stamp, t.mentors[j].tongues) < wanted.language:
        return _LANGUAGE
    if wanted.overlap >= 0 and free_minutes(t, s, stamp, i, t.mentors[j].hours) < wanted.overlap:
        return _OVERLAP
    gap, knows_gap = seniority_gap(t.mentees[i].seniority, t.kinds[kind].seniority)
    if wanted.gap and (not knows_gap or gap < wanted.least_gap or gap > wanted.most_gap):
        return _GAP
    return SOMEBODY


@inlined
def mandatory_rule(t: Tables, s: Scratch) -> int:  # pragma: no cover
    """The first part that has to be there and is not in `points`, as a rule, or SOMEBODY."""
    if t.wanted.any_mandatory:
        for part in range(PARTS):
            if t.wanted.mandatory[part] > 0 and s.points[part] <= 0:
                return _MANDATORY + part
    return SOMEBODY


@compiled
def first_rule(t: Tables, s: Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    """The first rule of all that excludes the pair, or SOMEBODY."""
    rule = broken_rule(t, s, stamp, i, j)
    if rule == SOMEBODY and t.wanted.any_mandatory:
        score_pair(t, s, stamp, i, j)
        rule = mandatory_rule(t, s)
    return rule


@inlined
def score_pair(t: Tables, s: Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    """The pair's score in basis points; its parts are left in `points`."""
    mentee, mentor, points = t.mentees[i], t.mentors[j], s.points
    kind, flag, number = t.kinds[mentor.kind], s.mentors[j].flag, t.wanted.number
    for part in range(PARTS):
        points[part] = MISSING
    if number[SKILLS] >= 0 and kind.knows_skills and mentee.skills > 0:
        points[SKILLS] = s.skill_points[s.mentors[j].credit]
    if number[GOALS] >= 0 and kind.knows_words and mentee.goals > 0:
        points[GOALS] = goal_points(likeness_of(t, s, j))
    if number[AVAILABILITY] >= 0 and kind.knows_free and mentee.knows_free:
        minutes = min(ENOUGH_MINUTES, free_minutes(t, s, stamp, i, mentor.hours))
        points[AVAILABILITY] = minutes * FULL // ENOUGH_MINUTES
    if number[LANGUAGES] >= 0 and kind.speaks and has_any(t, t.shelf.languages + i):
        points[LANGUAGES] = shared_level(t, s, stamp, mentor.tongues) * FULL // BEST_LANGUAGE_LEVEL
    gap, knows_gap = seniority_gap(mentee.seniority, kind.seniority)
    if number[SENIORITY] >= 0 and knows_gap:
        points[SENIORITY] = t.wanted.fit[min(4, max(-4, gap)) + 4]
    if number[INDUSTRY] >= 0 and mentee.industry >= 0 and mentor.industry >= 0:
        points[INDUSTRY] = FULL if mentee.industry == mentor.industry else 0
    if number[ORGANIZATION] >= 0 and mentee.organization >= 0 and mentor.organization >= 0:
        same_place = mentee.organization == mentor.organization
        if t.wanted.organization == PREFERRED:
            points[ORGANIZATION] = FULL if same_place else 0
        elif t.wanted.organization == AVOIDED:
            points[ORGANIZATION] = 0 if same_place else FULL
    if number[MET] >= 0 and (mentee.seen or kind.seen):
        points[MET] = 0
        if flag & _HAS_MET:
            points[MET] = FULL
        elif flag & _AT_EVENT or were_together(t, s, stamp, mentor.attended):
            points[MET] = FULL // 2
    stating = mentee.stated + kind.stated
    if number[PREFERENCE] >= 0 and stating > 0:
        naming = (1 if flag & _BY_MENTOR else 0) + (1 if flag & _BY_MENTEE else 0)
        points[PREFERENCE] = naming * FULL // stating
    total, weight = 0, 0
    for part in range(PARTS):
        if points[part] != MISSING:
            total += points[part] * number[part]
            weight += number[part]
    return (2 * total + weight) // max(1, 2 * weight)


@compiled
def rescore(t: Tables, s: Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    return score_pair(t, s, stamp, i, j)
