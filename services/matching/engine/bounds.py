"""The most that a pair, or all pairs of a kind, may come to: who cannot enter the list is not worked out; compiled."""

from services.matching.domain.parts import FULL
from services.matching.engine.compiling import inlined
from services.matching.engine.facts import goal_points, has_any, seniority_gap, shared_level
from services.matching.engine.lexicon import LENGTH
from services.matching.engine.numbering import (
    AVAILABILITY,
    AVOIDED,
    GOALS,
    INDUSTRY,
    LANGUAGES,
    MET,
    ORGANIZATION,
    PREFERENCE,
    PREFERRED,
    REQUIRED,
    SENIORITY,
    SKILLS,
)
from services.matching.engine.parts import BEST_LANGUAGE_LEVEL
from services.matching.engine.scratch import Scratch
from services.matching.engine.tables import Tables


@inlined
def only_touched(t: Tables, i: int) -> bool:  # pragma: no cover
    """Whether the criteria leave the mentee nobody who shares nothing particular."""
    mandatory = t.wanted.mandatory
    particular = mandatory[SKILLS] + mandatory[INDUSTRY] + mandatory[PREFERENCE]
    if mandatory[GOALS] > 0 and t.mentees[i].everyday == 0:
        particular += 1
    return particular > 0 or t.wanted.organization == REQUIRED


@inlined
def may_enter(t: Tables, s: Scratch, stamp: int, i: int, j: int, k: int, count: int) -> bool:  # pragma: no cover
    """Whether the mentor is worth working out: by what is known cheaply, and the rest at its best."""
    kind = t.mentors[j].kind
    _know_kind(t, s, stamp, i, kind)
    known, own, number = s.kinds[kind], s.mentors[j], t.wanted.number
    if known.out:
        return False
    best = known.plain + known.slack
    if own.credit > 0:
        best += number[SKILLS] * s.skill_points[own.credit]
    best += _goals(t, i, kind, own.likeness, t.mentors[j].everyday)
    if own.flag != 0:
        best += (max(0, number[MET]) + max(0, number[PREFERENCE])) * FULL
    if t.wanted.organization == PREFERRED and t.mentors[j].organization == t.mentees[i].organization:
        best += max(0, number[ORGANIZATION]) * FULL
    if t.mentors[j].industry >= 0 and t.mentors[j].industry == t.mentees[i].industry:
        best += max(0, number[INDUSTRY]) * FULL
    return _could_enter(s, best, known.weight, k, count)


@inlined
def list_others(t: Tables, s: Scratch, stamp: int, i: int, k: int, count: int) -> int:  # pragma: no cover
    """Lists those who share nothing particular and may be worth it nevertheless: by groups of kinds, then by kinds."""
    others = 0
    for group in range(len(t.groups) - 1):
        best, weight = _bound(t, i, t.groups[group])
        best += _goals(t, i, t.groups[group], 0, LENGTH)
        if not _could_enter(s, best, weight, k, count):
            continue
        for kind in range(t.groups[group], t.groups[group + 1]):
            if t.kinds[kind].first == t.kinds[kind].last:
                continue
            _know_kind(t, s, stamp, i, kind)
            known = s.kinds[kind]
            best = known.plain + known.slack + _goals(t, i, kind, 0, LENGTH)
            if known.out or not _could_enter(s, best, known.weight, k, count):
                continue
            for n in range(t.kinds[kind].first, t.kinds[kind].last):
                if s.mentors[t.members[n]].at != stamp:
                    s.others[others] = t.members[n]
                    others += 1
    return others


@inlined
def _goals(t: Tables, i: int, kind: int, likeness: int, everyday: int) -> int:  # pragma: no cover
    """The most that goals may add, by what words that are not everyday ones come to.

    The others come to no more than two vectors of their lengths that point the same way.
    """
    if not t.kinds[kind].knows_words or t.mentees[i].goals == 0:
        return 0
    return int(max(0, t.wanted.number[GOALS]) * goal_points(likeness + t.mentees[i].everyday * everyday))


@inlined
def _could_enter(s: Scratch, best: int, weight: int, k: int, count: int) -> bool:  # pragma: no cover
    """Whether a sum of weighted points may reach the worst on the list, rounding included."""
    return count < k or (k > 0 and 2 * best + weight >= 2 * weight * s.best[0].score)


@inlined
def _know_kind(t: Tables, s: Scratch, stamp: int, i: int, kind: int) -> None:  # pragma: no cover
    """What holds of all mentors of the kind: the sum of their plain parts, their weight, and what the rest may add."""
    if s.kinds[kind].at == stamp:
        return
    s.kinds[kind].at = stamp
    wanted, number, mandatory = t.wanted, t.wanted.number, t.wanted.mandatory
    level = shared_level(t, s, stamp, t.kinds[kind].tongues)
    gap, knows_gap = seniority_gap(t.mentees[i].seniority, t.kinds[kind].seniority)
    fit = wanted.fit[min(4, max(-4, gap)) + 4] if knows_gap else 0
    out = level < wanted.language
    out |= wanted.gap and (not knows_gap or gap < wanted.least_gap or gap > wanted.most_gap)
    out |= mandatory[LANGUAGES] > 0 and level == 0
    out |= mandatory[SENIORITY] > 0 and fit == 0
    s.kinds[kind].out = 1 if out else 0
    plain = max(0, number[LANGUAGES]) * (level * FULL // BEST_LANGUAGE_LEVEL)
    plain += max(0, number[SENIORITY]) * fit
    weight, slack = _weight_and_slack(t, i, kind)
    s.kinds[kind].plain, s.kinds[kind].weight, s.kinds[kind].slack = plain, weight, slack


@inlined
def _bound(t: Tables, i: int, kind: int) -> tuple[int, int]:  # pragma: no cover
    """The most that any kind of this one's group may come to, where nothing particular is shared."""
    number = t.wanted.number
    weight, slack = _weight_and_slack(t, i, kind)
    plain = max(0, number[LANGUAGES]) + max(0, number[SENIORITY])
    return plain * FULL + slack, weight


@inlined
def _weight_and_slack(t: Tables, i: int, kind: int) -> tuple[int, int]:  # pragma: no cover
    """The weight of the parts of which something is known, and the most that those may add which are not plain."""
    mentee, mentor, number = t.mentees[i], t.kinds[kind], t.wanted.number
    weight, slack = 0, 0
    if mentor.knows_skills and mentee.skills > 0:
        weight += max(0, number[SKILLS])
    if mentor.knows_words and mentee.goals > 0:
        weight += max(0, number[GOALS])
    if mentor.knows_free and mentee.knows_free:
        weight += max(0, number[AVAILABILITY])
        slack += max(0, number[AVAILABILITY]) * FULL
    if mentor.speaks and has_any(t, t.shelf.languages + i):
        weight += max(0, number[LANGUAGES])
    if mentor.seniority >= 0 and mentee.seniority >= 0:
        weight += max(0, number[SENIORITY])
    if mentor.knows_industry and mentee.industry >= 0:
        weight += max(0, number[INDUSTRY])
    if mentor.knows_organization and mentee.organization >= 0:
        if t.wanted.organization == PREFERRED:
            weight += max(0, number[ORGANIZATION])
        elif t.wanted.organization == AVOIDED:
            weight += max(0, number[ORGANIZATION])
            slack += max(0, number[ORGANIZATION]) * FULL
    if mentor.seen or mentee.seen:
        weight += max(0, number[MET])
        if mentor.gathered and has_any(t, t.shelf.gatherings + i):
            slack += max(0, number[MET]) * (FULL // 2)
    if mentor.stated or mentee.stated:
        weight += max(0, number[PREFERENCE])
    return weight, slack
