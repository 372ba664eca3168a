"""The compiled search: exact top lists over a pool of any size, in memory for people and lists but never for pairs.

For each mentee it visits the mentors who share a sought skill, a word of the goals or a mark, then the others kind by
kind, and works out in full only pairs that could still enter the list: the parts that are plain equalities are known
for a whole kind, the rest is taken at its best. Mentors who are free at the same hours share one answer.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.parts import Part
from services.matching.domain.program import OrganizationRule
from services.matching.engine.compiling import compiled, inlined
from services.matching.engine.marks import Mark
from services.matching.engine.parts import (
    BEST_LANGUAGE_LEVEL,
    ENOUGH_MINUTES,
    ENOUGH_WORDS,
    FULL,
    LEVEL_UNIT,
    MISSING,
)
from services.matching.engine.rules import RULES
from services.matching.engine.search import SOMEBODY, Found, Progress, Question, silent
from services.matching.engine.tables import ORGANIZATION_RULES, Ints, Record, Shorts, Tables, tables

_MOST_ROWS = 1_024
_MOST_EDGES = 1 << 20
"""So many mentees, or so many edges where lists are long, are found between two reports of progress."""

_PARTS = len(Part)
_SKILLS, _GOALS, _AVAILABILITY, _LANGUAGES, _SENIORITY, _INDUSTRY, _ORGANIZATION, _MET, _PREFERENCE = range(_PARTS)

_NO_CAPACITY, _GROUPS, _SELF, _BLOCKED, _FORBIDDEN, _PAIRED, _OTHER_PLACE, _LANGUAGE, _OVERLAP, _GAP = range(10)
_MANDATORY = RULES.index(f"mandatory_{Part.SKILLS}")

_REQUIRED = ORGANIZATION_RULES.index(OrganizationRule.REQUIRED)
_PREFERRED = ORGANIZATION_RULES.index(OrganizationRule.PREFERRED)
_AVOIDED = ORGANIZATION_RULES.index(OrganizationRule.AVOIDED)
_NOT_THE_SAME = ORGANIZATION_RULES.index(OrganizationRule.FORBIDDEN)

_IS_SELF, _IS_BLOCKED, _IS_FORBIDDEN, _IS_PAIRED = (
    mark.value for mark in (Mark.SELF, Mark.BLOCKED, Mark.FORBIDDEN, Mark.PAIRED_BEFORE)
)
_AT_EVENT, _HAS_MET = Mark.AT_EVENT.value, Mark.MET.value
_BY_MENTOR, _BY_MENTEE = Mark.NAMED_BY_MENTOR.value, Mark.NAMED_BY_MENTEE.value


_OF_MENTOR = np.dtype([(name, np.int32) for name in ("at", "credit", "common", "flag")])
_OF_KIND = np.dtype([(name, np.int64) for name in ("at", "plain", "weight", "slack", "out")])
_OF_ALIKE = np.dtype([(name, np.int32) for name in ("at", "value")])
_LISTED = np.dtype([(name, np.int64) for name in ("score", "row", "slot")])


class _Scratch(NamedTuple):
    """What one thread writes while it searches; `at` says for which mentee the record was worked out."""

    mentors: Record
    kinds: Record
    minutes: Record
    shared: Record
    together: Record
    level: Shorts
    there_at: Shorts
    skill_points: Ints
    goal_points: Ints
    best: Record
    parts: NDArray[np.int16]
    """Of those on the list, by slot."""
    points: Shorts
    order: Shorts
    touched: Shorts
    others: Shorts
    unsettled: Shorts
    left: Ints
    """How many mentors of `unsettled` have not yet had anybody allowed."""
    mentor_last: Shorts


class _Edges(NamedTuple):
    mentee: Shorts
    mentor: Shorts
    score: Shorts
    parts: NDArray[np.int16]


def search(question: Question, progress: Progress = silent, threads: int = 1) -> Found:
    """Exact: what `dense.search` finds. The number of threads changes nothing but the time."""
    laid = tables(question)
    mentees, mentors = question.locked.shape
    mentee_last = np.zeros(mentees, np.int32)
    found: list[_Edges] = []
    scratches = [_scratch(laid, question.k, mentors) for _ in range(max(1, threads))]
    free: SimpleQueue[_Scratch] = SimpleQueue()
    for scratch in scratches:
        free.put(scratch)

    def of_some(first: int, last: int) -> _Edges:
        own = free.get()
        try:
            return _of_some(laid, own, first, last, question.k, mentee_last)
        finally:
            free.put(own)

    with ThreadPoolExecutor(len(scratches), "candidates") as pool:
        waiting = [(last, pool.submit(of_some, first, last)) for first, last in _spans(mentees, question.k)]
        try:
            for last, future in waiting:
                found.append(future.result())
                progress(last, mentees)
        finally:
            pool.shutdown(cancel_futures=True)
    nothing = np.zeros(0, np.int32)
    return Found(
        mentor_index=np.concatenate([nothing, *(each.mentor for each in found)]).astype(np.int64),
        mentee_index=np.concatenate([nothing, *(each.mentee for each in found)]).astype(np.int64),
        score=np.concatenate([nothing, *(each.score for each in found)]).astype(np.int64),
        parts=np.concatenate([np.zeros((0, _PARTS), np.int16), *(each.parts for each in found)]),
        mentor_last=np.max([scratch.mentor_last for scratch in scratches], axis=0).astype(np.int8),
        mentee_last=mentee_last.astype(np.int8),
    )


def _spans(mentees: int, k: int) -> Iterator[tuple[int, int]]:
    rows = max(1, min(_MOST_ROWS, _MOST_EDGES // max(1, k)))
    for first in range(0, mentees, rows):
        yield first, min(first + rows, mentees)


def _of_some(laid: Tables, scratch: _Scratch, first: int, last: int, k: int, mentee_last: Shorts) -> _Edges:
    start, row = laid.shelf.start, laid.shelf.locked
    room = (last - first) * k + int(start[row + last] - start[row + first])
    edges = _Edges(
        np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros((room, _PARTS), np.int16)
    )
    count = _scan(laid, scratch, first, last, k, mentee_last, edges)
    return _Edges(
        edges.mentee[:count].copy(), edges.mentor[:count].copy(), edges.score[:count].copy(), edges.parts[:count].copy()
    )


def _scratch(laid: Tables, k: int, mentors: int) -> _Scratch:
    def codes(first: int, last: int) -> int:
        """One more than the highest code in these rows of the shelf."""
        start, content = laid.shelf.start, laid.shelf.content
        return int(content[start[first] : start[last], 0].max(initial=-1)) + 1

    shelf, end = laid.shelf, len(laid.shelf.start) - 1
    languages = max(codes(shelf.languages, shelf.free), codes(shelf.tongues, shelf.attended))
    gatherings = max(codes(shelf.gatherings, shelf.marks), codes(shelf.attended, end))
    return _Scratch(
        mentors=np.zeros(mentors, _OF_MENTOR),
        kinds=np.zeros(len(laid.kinds), _OF_KIND),
        minutes=np.zeros(shelf.tongues - shelf.hours, _OF_ALIKE),
        shared=np.zeros(shelf.attended - shelf.tongues, _OF_ALIKE),
        together=np.zeros(end - shelf.attended, _OF_ALIKE),
        level=np.zeros(languages, np.int32),
        there_at=np.zeros(gatherings, np.int32),
        skill_points=np.zeros(int(laid.mentees["skills"].max(initial=0)) * LEVEL_UNIT + 1, np.int64),
        goal_points=np.zeros(ENOUGH_WORDS + 1, np.int64),
        best=np.zeros(k + 1, _LISTED),
        parts=np.zeros((k + 1, _PARTS), np.int16),
        points=np.zeros(_PARTS, np.int32),
        order=np.zeros(k, np.int32),
        touched=np.zeros(mentors, np.int32),
        others=np.zeros(mentors, np.int32),
        unsettled=np.arange(mentors, dtype=np.int32),
        left=np.array([mentors], np.int64),
        mentor_last=np.zeros(mentors, np.int32),
    )


@compiled
def _scan(
    t: Tables, s: _Scratch, first: int, last: int, k: int, mentee_last: Shorts, edges: _Edges
) -> int:  # pragma: no cover
    """The lists of these mentees, into `edges`; returns how many edges there are."""
    mentors = len(t.mentors)
    loosest = 0
    for j in range(mentors):
        loosest = max(loosest, t.mentors[j].rule)
    out = 0
    for i in range(first, last):
        stamp = i + 1
        is_open = t.mentees[i].rule == SOMEBODY
        locked_from, locked_to = t.shelf.start[t.shelf.locked + i], t.shelf.start[t.shelf.locked + i + 1]
        count = 0
        touched = _touch(t, s, stamp, i) if is_open or locked_to > locked_from else 0
        if is_open:
            waiting = touched
            for again in range(2):
                if again:
                    waiting = 0 if _only_touched(t) else _others(t, s, stamp, i, k, count)
                for n in range(waiting):
                    j = s.touched[n] if again == 0 else s.others[n]
                    if _may_enter(t, s, stamp, i, j, k, count):
                        count = _enter(t, s, stamp, i, j, k, count)
            mentee_last[i] = SOMEBODY if count > 0 else _last_rule(t, s, stamp, i)
        else:
            mentee_last[i] = min(t.mentees[i].rule, loosest)
        _settle(t, s, stamp, i)
        out = _write(t, s, stamp, i, count, locked_from, locked_to, out, edges)
        _clear(t, s, i, touched)
    return out


@inlined
def _touch(t: Tables, s: _Scratch, stamp: int, i: int) -> int:  # pragma: no cover
    """Takes the mentee's facts out of the tables, and lists the mentors who share something particular."""
    wanted, start, content = t.wanted, t.shelf.start, t.shelf.content
    touched = 0
    row = t.shelf.languages + i
    for n in range(start[row], start[row + 1]):
        s.level[content[n, 0]] = content[n, 1]
    row = t.shelf.gatherings + i
    for n in range(start[row], start[row + 1]):
        s.there_at[content[n, 0]] = stamp
    if wanted.number[_SKILLS] >= 0:
        row = t.shelf.skills + i
        for n in range(start[row], start[row + 1]):
            by_skill, level = t.shelf.by_skill + content[n, 0], min(6, content[n, 1])
            for m in range(start[by_skill], start[by_skill + 1]):
                j = content[m, 0]
                touched = _once(s, stamp, j, touched)
                s.mentors[j].credit += wanted.credit[level, min(5, content[m, 1])]
        whole = t.mentees[i].skills * LEVEL_UNIT
        for credit in range(whole + 1):
            s.skill_points[credit] = credit * FULL // max(1, whole)
    if wanted.number[_GOALS] >= 0:
        row = t.shelf.goals + i
        for n in range(start[row], start[row + 1]):
            by_word = t.shelf.by_word + content[n, 0]
            for m in range(start[by_word], start[by_word + 1]):
                j = content[m, 0]
                touched = _once(s, stamp, j, touched)
                s.mentors[j].common += 1
        enough = max(1, min(ENOUGH_WORDS, t.mentees[i].goals))
        for words in range(ENOUGH_WORDS + 1):
            s.goal_points[words] = min(words, enough) * FULL // enough
    row = t.shelf.marks + i
    for n in range(start[row], start[row + 1]):
        j = content[n, 0]
        touched = _once(s, stamp, j, touched)
        s.mentors[j].flag = content[n, 1]
    own = t.mentees[i].organization
    if own >= 0 and wanted.organization in (_REQUIRED, _PREFERRED):
        touched = _touch_all(t, s, stamp, t.shelf.by_organization + own, touched)
    own = t.mentees[i].industry
    if own >= 0 and wanted.number[_INDUSTRY] >= 0:
        touched = _touch_all(t, s, stamp, t.shelf.by_industry + own, touched)
    return touched


@inlined
def _touch_all(t: Tables, s: _Scratch, stamp: int, row: int, touched: int) -> int:  # pragma: no cover
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        touched = _once(s, stamp, t.shelf.content[n, 0], touched)
    return touched


@inlined
def _once(s: _Scratch, stamp: int, j: int, touched: int) -> int:  # pragma: no cover
    if s.mentors[j].at == stamp:
        return touched
    s.mentors[j].at = stamp
    s.touched[touched] = j
    return touched + 1


@inlined
def _only_touched(t: Tables) -> bool:  # pragma: no cover
    """Whether the criteria leave nobody who shares nothing particular."""
    mandatory = t.wanted.mandatory
    particular = mandatory[_SKILLS] + mandatory[_GOALS] + mandatory[_INDUSTRY] + mandatory[_PREFERENCE]
    return particular > 0 or t.wanted.organization == _REQUIRED


@inlined
def _may_enter(t: Tables, s: _Scratch, stamp: int, i: int, j: int, k: int, count: int) -> bool:  # pragma: no cover
    """Whether the mentor is worth working out: by what is known cheaply, and the rest at its best."""
    kind = t.mentors[j].kind
    _know_kind(t, s, stamp, i, kind)
    known, own, number = s.kinds[kind], s.mentors[j], t.wanted.number
    if known.out:
        return False
    best = known.plain + known.slack
    if own.credit > 0:
        best += number[_SKILLS] * s.skill_points[own.credit]
    if own.common > 0:
        best += number[_GOALS] * s.goal_points[min(ENOUGH_WORDS, own.common)]
    if own.flag != 0:
        best += (max(0, number[_MET]) + max(0, number[_PREFERENCE])) * FULL
    if t.wanted.organization == _PREFERRED and t.mentors[j].organization == t.mentees[i].organization:
        best += max(0, number[_ORGANIZATION]) * FULL
    if t.mentors[j].industry >= 0 and t.mentors[j].industry == t.mentees[i].industry:
        best += max(0, number[_INDUSTRY]) * FULL
    return _could_enter(s, best, known.weight, k, count)


@inlined
def _others(t: Tables, s: _Scratch, stamp: int, i: int, k: int, count: int) -> int:  # pragma: no cover
    """Lists those who share nothing particular and may be worth it nevertheless: by groups of kinds, then by kinds."""
    others = 0
    for group in range(len(t.groups) - 1):
        best, weight = _bound(t, i, t.groups[group])
        if not _could_enter(s, best, weight, k, count):
            continue
        for kind in range(t.groups[group], t.groups[group + 1]):
            if t.kinds[kind].first == t.kinds[kind].last:
                continue
            _know_kind(t, s, stamp, i, kind)
            known = s.kinds[kind]
            if known.out or not _could_enter(s, known.plain + known.slack, known.weight, k, count):
                continue
            for n in range(t.kinds[kind].first, t.kinds[kind].last):
                if s.mentors[t.members[n]].at != stamp:
                    s.others[others] = t.members[n]
                    others += 1
    return others


@inlined
def _could_enter(s: _Scratch, best: int, weight: int, k: int, count: int) -> bool:  # pragma: no cover
    """Whether a sum of weighted points may reach the worst on the list, rounding included."""
    return count < k or (k > 0 and 2 * best + weight >= 2 * weight * s.best[0].score)


@inlined
def _know_kind(t: Tables, s: _Scratch, stamp: int, i: int, kind: int) -> None:  # pragma: no cover
    """What holds of all mentors of the kind: the sum of their plain parts, their weight, and what the rest may add."""
    if s.kinds[kind].at == stamp:
        return
    s.kinds[kind].at = stamp
    wanted, number, mandatory = t.wanted, t.wanted.number, t.wanted.mandatory
    level = _shared_level(t, s, stamp, t.kinds[kind].tongues)
    gap, knows_gap = _gap(t.mentees[i].seniority, t.kinds[kind].seniority)
    fit = wanted.fit[min(4, max(-4, gap)) + 4] if knows_gap else 0
    out = level < wanted.language
    out |= wanted.gap and (not knows_gap or gap < wanted.least_gap or gap > wanted.most_gap)
    out |= mandatory[_LANGUAGES] > 0 and level == 0
    out |= mandatory[_SENIORITY] > 0 and fit == 0
    s.kinds[kind].out = 1 if out else 0
    plain = max(0, number[_LANGUAGES]) * (level * FULL // BEST_LANGUAGE_LEVEL)
    plain += max(0, number[_SENIORITY]) * fit
    weight, slack = _weight_and_slack(t, i, kind)
    s.kinds[kind].plain, s.kinds[kind].weight, s.kinds[kind].slack = plain, weight, slack


@inlined
def _bound(t: Tables, i: int, kind: int) -> tuple[int, int]:  # pragma: no cover
    """The most that any kind of this one's group may come to, where nothing particular is shared."""
    number = t.wanted.number
    weight, slack = _weight_and_slack(t, i, kind)
    plain = max(0, number[_LANGUAGES]) + max(0, number[_SENIORITY])
    return plain * FULL + slack, weight


@inlined
def _weight_and_slack(t: Tables, i: int, kind: int) -> tuple[int, int]:  # pragma: no cover
    """The weight of the parts of which something is known, and the most that those may add which are not plain."""
    mentee, mentor, number = t.mentees[i], t.kinds[kind], t.wanted.number
    weight, slack = 0, 0
    if mentor.knows_skills and mentee.skills > 0:
        weight += max(0, number[_SKILLS])
    if mentor.knows_words and mentee.goals > 0:
        weight += max(0, number[_GOALS])
    if mentor.knows_free and mentee.knows_free:
        weight += max(0, number[_AVAILABILITY])
        slack += max(0, number[_AVAILABILITY]) * FULL
    if mentor.speaks and _any(t, t.shelf.languages + i):
        weight += max(0, number[_LANGUAGES])
    if mentor.seniority >= 0 and mentee.seniority >= 0:
        weight += max(0, number[_SENIORITY])
    if mentor.knows_industry and mentee.industry >= 0:
        weight += max(0, number[_INDUSTRY])
    if mentor.knows_organization and mentee.organization >= 0:
        if t.wanted.organization == _PREFERRED:
            weight += max(0, number[_ORGANIZATION])
        elif t.wanted.organization == _AVOIDED:
            weight += max(0, number[_ORGANIZATION])
            slack += max(0, number[_ORGANIZATION]) * FULL
    if mentor.seen or mentee.seen:
        weight += max(0, number[_MET])
        if mentor.gathered and _any(t, t.shelf.gatherings + i):
            slack += max(0, number[_MET]) * (FULL // 2)
    if mentor.stated or mentee.stated:
        weight += max(0, number[_PREFERENCE])
    return weight, slack


@inlined
def _gap(mentee: int, mentor: int) -> tuple[int, bool]:  # pragma: no cover
    return mentor - mentee, mentor >= 0 and mentee >= 0


@inlined
def _any(t: Tables, row: int) -> bool:  # pragma: no cover
    return bool(t.shelf.start[row + 1] > t.shelf.start[row])


@inlined
def _shared_level(t: Tables, s: _Scratch, stamp: int, tongues: int) -> int:  # pragma: no cover
    """The best level both have in one language."""
    shared = s.shared[tongues]
    if shared.at != stamp:
        best, row = 0, t.shelf.tongues + tongues
        for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
            best = max(best, min(t.shelf.content[n, 1], s.level[t.shelf.content[n, 0]]))
        shared.at, shared.value = stamp, best
    return int(shared.value)


@inlined
def _minutes(t: Tables, s: _Scratch, stamp: int, i: int, hours: int) -> int:  # pragma: no cover
    """Minutes a week in which both are free."""
    shared = s.minutes[hours]
    if shared.at != stamp:
        start, bound = t.shelf.start, t.shelf.content
        one, other, minutes = t.shelf.free + i, t.shelf.hours + hours, 0
        a, b = start[one], start[other]
        while a < start[one + 1] and b < start[other + 1]:
            minutes += max(0, min(bound[a, 1], bound[b, 1]) - max(bound[a, 0], bound[b, 0]))
            if bound[a, 1] < bound[b, 1]:
                a += 1
            else:
                b += 1
        shared.at, shared.value = stamp, minutes
    return int(shared.value)


@inlined
def _together(t: Tables, s: _Scratch, stamp: int, attended: int) -> bool:  # pragma: no cover
    """Whether both were at one event at least."""
    shared = s.together[attended]
    if shared.at != stamp:
        shared.at, shared.value = stamp, 0
        row = t.shelf.attended + attended
        for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
            if s.there_at[t.shelf.content[n, 0]] == stamp:
                shared.value = 1
    return bool(shared.value > 0)


@inlined
def _broken(t: Tables, s: _Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
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
    if (wanted.organization == _REQUIRED and not same_place) or (wanted.organization == _NOT_THE_SAME and same_place):
        return _OTHER_PLACE
    if wanted.language >= 0 and _shared_level(t, s, stamp, t.mentors[j].tongues) < wanted.language:
        return _LANGUAGE
    if wanted.overlap >= 0 and _minutes(t, s, stamp, i, t.mentors[j].hours) < wanted.overlap:
        return _OVERLAP
    gap, knows_gap = _gap(t.mentees[i].seniority, t.kinds[kind].seniority)
    if wanted.gap and (not knows_gap or gap < wanted.least_gap or gap > wanted.most_gap):
        return _GAP
    return SOMEBODY


@inlined
def _mandatory(t: Tables, s: _Scratch) -> int:  # pragma: no cover
    """The first part that has to be there and is not in `points`, as a rule, or SOMEBODY."""
    if t.wanted.any_mandatory:
        for part in range(_PARTS):
            if t.wanted.mandatory[part] > 0 and s.points[part] <= 0:
                return _MANDATORY + part
    return SOMEBODY


@compiled
def _rule(t: Tables, s: _Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    """The first rule of all that excludes the pair, or SOMEBODY."""
    rule = _broken(t, s, stamp, i, j)
    if rule == SOMEBODY and t.wanted.any_mandatory:
        _score(t, s, stamp, i, j)
        rule = _mandatory(t, s)
    return rule


@inlined
def _score(t: Tables, s: _Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    """The pair's score in basis points; its parts are left in `points`."""
    mentee, mentor, points = t.mentees[i], t.mentors[j], s.points
    kind, flag, number = t.kinds[mentor.kind], s.mentors[j].flag, t.wanted.number
    for part in range(_PARTS):
        points[part] = MISSING
    if number[_SKILLS] >= 0 and kind.knows_skills and mentee.skills > 0:
        points[_SKILLS] = s.skill_points[s.mentors[j].credit]
    if number[_GOALS] >= 0 and kind.knows_words and mentee.goals > 0:
        points[_GOALS] = s.goal_points[min(ENOUGH_WORDS, s.mentors[j].common)]
    if number[_AVAILABILITY] >= 0 and kind.knows_free and mentee.knows_free:
        minutes = min(ENOUGH_MINUTES, _minutes(t, s, stamp, i, mentor.hours))
        points[_AVAILABILITY] = minutes * FULL // ENOUGH_MINUTES
    if number[_LANGUAGES] >= 0 and kind.speaks and _any(t, t.shelf.languages + i):
        points[_LANGUAGES] = _shared_level(t, s, stamp, mentor.tongues) * FULL // BEST_LANGUAGE_LEVEL
    gap, knows_gap = _gap(mentee.seniority, kind.seniority)
    if number[_SENIORITY] >= 0 and knows_gap:
        points[_SENIORITY] = t.wanted.fit[min(4, max(-4, gap)) + 4]
    if number[_INDUSTRY] >= 0 and mentee.industry >= 0 and mentor.industry >= 0:
        points[_INDUSTRY] = FULL if mentee.industry == mentor.industry else 0
    if number[_ORGANIZATION] >= 0 and mentee.organization >= 0 and mentor.organization >= 0:
        same_place = mentee.organization == mentor.organization
        if t.wanted.organization == _PREFERRED:
            points[_ORGANIZATION] = FULL if same_place else 0
        elif t.wanted.organization == _AVOIDED:
            points[_ORGANIZATION] = 0 if same_place else FULL
    if number[_MET] >= 0 and (mentee.seen or kind.seen):
        points[_MET] = 0
        if flag & _HAS_MET:
            points[_MET] = FULL
        elif flag & _AT_EVENT or _together(t, s, stamp, mentor.attended):
            points[_MET] = FULL // 2
    stating = mentee.stated + kind.stated
    if number[_PREFERENCE] >= 0 and stating > 0:
        naming = (1 if flag & _BY_MENTOR else 0) + (1 if flag & _BY_MENTEE else 0)
        points[_PREFERENCE] = naming * FULL // stating
    total, weight = 0, 0
    for part in range(_PARTS):
        if points[part] != MISSING:
            total += points[part] * number[part]
            weight += number[part]
    return (2 * total + weight) // max(1, 2 * weight)


@inlined
def _enter(t: Tables, s: _Scratch, stamp: int, i: int, j: int, k: int, count: int) -> int:  # pragma: no cover
    """Works the pair out in full and enters it if it is allowed and good enough: a heap with the worst on top."""
    if _broken(t, s, stamp, i, j) != SOMEBODY:
        return count
    score = _score(t, s, stamp, i, j)
    best = s.best
    if _mandatory(t, s) != SOMEBODY or (count == k and (k == 0 or not _worse(best[0].score, best[0].row, score, j))):
        return count
    if count < k:
        at, slot = count, count
        while at > 0 and _worse(score, j, best[(at - 1) // 2].score, best[(at - 1) // 2].row):
            best[at] = best[(at - 1) // 2]
            at = (at - 1) // 2
        count += 1
    else:
        at, below, slot = 0, 1, best[0].slot
        while below < k:
            if below + 1 < k and _worse(best[below + 1].score, best[below + 1].row, best[below].score, best[below].row):
                below += 1
            if not _worse(best[below].score, best[below].row, score, j):
                break
            best[at] = best[below]
            at, below = below, 2 * below + 1
    best[at].score, best[at].row, best[at].slot = score, j, slot
    for part in range(_PARTS):
        s.parts[slot, part] = s.points[part]
    return count


@inlined
def _worse(score: int, row: int, other_score: int, other_row: int) -> bool:  # pragma: no cover
    """Less, or as much and later in the order of the pool."""
    return score < other_score or (score == other_score and row > other_row)


@inlined
def _last_rule(t: Tables, s: _Scratch, stamp: int, i: int) -> int:  # pragma: no cover
    """Of somebody who has nobody: the rule that took the last one away."""
    last = 0
    for j in range(len(t.mentors)):
        last = max(last, _rule(t, s, stamp, i, j))
    return last


@inlined
def _settle(t: Tables, s: _Scratch, stamp: int, i: int) -> None:  # pragma: no cover
    """Tries the mentee on mentors who have not had anybody yet: soon none, or only those shut out for good."""
    n = 0
    while n < s.left[0]:
        j = s.unsettled[n]
        rule = _rule(t, s, stamp, i, j)
        s.mentor_last[j] = max(s.mentor_last[j], rule)
        # One who has no seats hears of nothing else.
        if rule == SOMEBODY or t.mentors[j].rule == _NO_CAPACITY:
            s.left[0] -= 1
            s.unsettled[n] = s.unsettled[s.left[0]]
        else:
            n += 1


@inlined
def _write(
    t: Tables, s: _Scratch, stamp: int, i: int, count: int, locked_from: int, locked_to: int, out: int, edges: _Edges
) -> int:  # pragma: no cover
    """The list in the order of the pool, the locked pairs among it."""
    order, best = s.order, s.best
    for n in range(count):
        order[n] = n
    gap = count // 2
    while gap > 0:  # Shell's sort: nothing can be allocated here
        for n in range(gap, count):
            at, moved = n, order[n]
            while at >= gap and best[order[at - gap]].row > best[moved].row:
                order[at] = order[at - gap]
                at -= gap
            order[at] = moved
        gap //= 2
    n, m = 0, locked_from
    while n < count or m < locked_to:
        at = order[n] if n < count else 0
        if m == locked_to or (n < count and s.best[at].row <= t.shelf.content[m, 0]):
            j, score, slot = s.best[at].row, s.best[at].score, s.best[at].slot
            for part in range(_PARTS):
                edges.parts[out, part] = s.parts[slot, part]
            m += 1 if m < locked_to and j == t.shelf.content[m, 0] else 0
            n += 1
        else:
            j = t.shelf.content[m, 0]
            score = _rescore(t, s, stamp, i, j)
            for part in range(_PARTS):
                edges.parts[out, part] = s.points[part]
            m += 1
        edges.mentee[out], edges.mentor[out], edges.score[out] = i, j, score
        out += 1
    return out


@compiled
def _rescore(t: Tables, s: _Scratch, stamp: int, i: int, j: int) -> int:  # pragma: no cover
    return _score(t, s, stamp, i, j)


@inlined
def _clear(t: Tables, s: _Scratch, i: int, touched: int) -> None:  # pragma: no cover
    for n in range(touched):
        j = s.touched[n]
        s.mentors[j].credit = 0
        s.mentors[j].common = 0
        s.mentors[j].flag = 0
    row = t.shelf.languages + i
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        s.level[t.shelf.content[n, 0]] = 0
