"""The compiled search: exact top lists over a pool of any size, in memory for people and lists but never for pairs.

For each mentee it visits the mentors who share a sought skill, a word of the goals that is no everyday one, or a mark,
then the others kind by kind, and works out in full only pairs that could still enter the list: the parts that are plain
equalities are known for a whole kind, the rest is taken at its best. Mentors who are free at the same hours share one
answer. Everyday words, which most use, lead to nobody: they are counted where a pair is worked out.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from services.matching.domain.parts import FULL
from services.matching.engine.bounds import list_others, may_enter, only_touched
from services.matching.engine.compiling import compiled, inlined
from services.matching.engine.judging import first_rule
from services.matching.engine.listing import Edges, enter_list, write_list
from services.matching.engine.numbering import GOALS, INDUSTRY, PARTS, PREFERRED, REQUIRED, SKILLS
from services.matching.engine.parts import LEVEL_UNIT
from services.matching.engine.rules import RULES
from services.matching.engine.scratch import Scratch, scratch_for
from services.matching.engine.search import SOMEBODY, Found, Progress, Question, silent
from services.matching.engine.tables import NEVER, Shorts, Tables, tables

_MOST_ROWS = 1_024
_MOST_EDGES = 1 << 20
"""So many mentees, or so many edges where lists are long, are found between two reports of progress."""

_NO_CAPACITY = RULES.index("no_capacity")


def search(question: Question, progress: Progress = silent, threads: int = 1) -> Found:
    """Exact: what `dense.search` finds. The number of threads changes nothing but the time."""
    laid = tables(question)
    mentees, mentors = question.locked.shape
    mentee_last = np.zeros(mentees, np.int32)
    # Written where they stay as they come: kept apart until the end, they would take as much memory again. What is not
    # written to takes none.
    room, count = mentees * question.k + question.locked.nnz, 0
    mentee_index, mentor_index, score = (np.empty(room, np.int32) for _ in range(3))
    parts = np.empty((room, PARTS), np.int16)
    scratches = [scratch_for(laid, question.k, mentors) for _ in range(max(1, threads))]
    free: SimpleQueue[Scratch] = SimpleQueue()
    for scratch in scratches:
        free.put(scratch)

    def of_some(first: int, last: int) -> Edges:
        own = free.get()
        try:
            return _of_some(laid, own, first, last, question.k, mentee_last)
        finally:
            free.put(own)

    with ThreadPoolExecutor(len(scratches), "candidates") as pool:
        waiting = deque((last, pool.submit(of_some, first, last)) for first, last in _spans(mentees, question.k))
        try:
            while waiting:
                last, future = waiting.popleft()
                found, begin = future.result(), count
                count += len(found.mentee)
                mentee_index[begin:count], mentor_index[begin:count] = found.mentee, found.mentor
                score[begin:count], parts[begin:count] = found.score, found.parts
                progress(last, mentees)
        finally:
            pool.shutdown(cancel_futures=True)
    return Found(
        mentor_index=mentor_index[:count],
        mentee_index=mentee_index[:count],
        score=score[:count],
        parts=parts[:count],
        mentor_last=np.max([scratch.mentor_last for scratch in scratches], axis=0).astype(np.int8),
        mentee_last=mentee_last.astype(np.int8),
    )


def best_of_one(laid: Tables, scratch: Scratch, k: int) -> Edges:
    """The best `k` mentors of the first mentee in the order of the pool; by a scratch that may be used again."""
    found = _of_some(laid, scratch, 0, 1, k, np.zeros(1, np.int32))
    scratch.first[0] += 1
    return found


def one_for_each(laid: Tables, scratch: Scratch) -> Edges:
    """All mentees whom the rules allow the only mentor, in the order of the pool; the scratch may be used again."""
    mentees = len(laid.mentees)
    found = _of_some(laid, scratch, 0, mentees, 1, np.zeros(mentees, np.int32))
    for each in (scratch.mentors, scratch.kinds, scratch.minutes, scratch.shared, scratch.together):
        each["at"] = 0
    scratch.there_at[:] = 0
    return found


def _spans(mentees: int, k: int) -> Iterator[tuple[int, int]]:
    rows = max(1, min(_MOST_ROWS, _MOST_EDGES // max(1, k)))
    for first in range(0, mentees, rows):
        yield first, min(first + rows, mentees)


def _of_some(laid: Tables, scratch: Scratch, first: int, last: int, k: int, mentee_last: Shorts) -> Edges:
    start, row = laid.shelf.start, laid.shelf.locked
    room = (last - first) * k + int(start[row + last] - start[row + first])
    edges = Edges(
        np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros((room, PARTS), np.int16)
    )
    count = _scan(laid, scratch, first, last, k, mentee_last, edges)
    return Edges(
        edges.mentee[:count].copy(), edges.mentor[:count].copy(), edges.score[:count].copy(), edges.parts[:count].copy()
    )


@compiled
def _scan(
    t: Tables, s: Scratch, first: int, last: int, k: int, mentee_last: Shorts, edges: Edges
) -> int:  # pragma: no cover
    """The lists of these mentees, into `edges`; returns how many edges there are."""
    loosest = NEVER
    out = 0
    for i in range(first, last):
        stamp = i + s.first[0]
        is_open = t.mentees[i].rule == SOMEBODY
        locked_from, locked_to = t.shelf.start[t.shelf.locked + i], t.shelf.start[t.shelf.locked + i + 1]
        count = 0
        touched = _touch(t, s, stamp, i) if is_open or locked_to > locked_from else 0
        if is_open:
            waiting = touched
            for again in range(2):
                if again:
                    waiting = 0 if only_touched(t, i) else list_others(t, s, stamp, i, k, count)
                for n in range(waiting):
                    j = s.touched[n] if again == 0 else s.others[n]
                    if may_enter(t, s, stamp, i, j, k, count):
                        count = enter_list(t, s, stamp, i, j, k, count)
            mentee_last[i] = SOMEBODY if count > 0 else _last_rule(t, s, stamp, i)
        else:
            if loosest == NEVER:
                loosest = _loosest(t)
            mentee_last[i] = min(t.mentees[i].rule, loosest)
        _settle(t, s, stamp, i)
        out = write_list(t, s, stamp, i, count, locked_from, locked_to, out, edges)
        _clear(t, s, i, touched)
    return out


@inlined
def _touch(t: Tables, s: Scratch, stamp: int, i: int) -> int:  # pragma: no cover
    """Takes the mentee's facts out of the tables, and lists the mentors who share something particular."""
    wanted, start, content = t.wanted, t.shelf.start, t.shelf.content
    touched = 0
    row = t.shelf.languages + i
    for n in range(start[row], start[row + 1]):
        s.level[content[n, 0]] = content[n, 1]
    row = t.shelf.gatherings + i
    for n in range(start[row], start[row + 1]):
        s.there_at[content[n, 0]] = stamp
    if wanted.number[SKILLS] >= 0:
        touched = _touch_skilled(t, s, stamp, i, touched)
    if wanted.number[GOALS] >= 0:
        touched = _touch_likeminded(t, s, stamp, i, touched)
    row = t.shelf.marks + i
    for n in range(start[row], start[row + 1]):
        j = content[n, 0]
        touched = _once(s, stamp, j, touched)
        s.mentors[j].flag = content[n, 1]
    own = t.mentees[i].organization
    if own >= 0 and wanted.organization in (REQUIRED, PREFERRED):
        touched = _touch_all(t, s, stamp, t.shelf.by_organization + own, touched)
    own = t.mentees[i].industry
    if own >= 0 and wanted.number[INDUSTRY] >= 0:
        touched = _touch_all(t, s, stamp, t.shelf.by_industry + own, touched)
    return touched


@inlined
def _touch_skilled(t: Tables, s: Scratch, stamp: int, i: int, touched: int) -> int:  # pragma: no cover
    """Lists who offers something of what the mentee seeks, with what that is worth."""
    start, content = t.shelf.start, t.shelf.content
    row = t.shelf.skills + i
    for n in range(start[row], start[row + 1]):
        by_skill, level = t.shelf.by_skill + content[n, 0], min(6, content[n, 1])
        for m in range(start[by_skill], start[by_skill + 1]):
            j = content[m, 0]
            touched = _once(s, stamp, j, touched)
            s.mentors[j].credit += t.wanted.credit[level, min(5, content[m, 1])]
    whole = t.mentees[i].skills * LEVEL_UNIT
    for credit in range(whole + 1):
        s.skill_points[credit] = credit * FULL // max(1, whole)
    return touched


@inlined
def _touch_likeminded(t: Tables, s: Scratch, stamp: int, i: int, touched: int) -> int:  # pragma: no cover
    """Lists who names a word of the mentee's goals that is not an everyday one, with what that is worth."""
    start, content = t.shelf.start, t.shelf.content
    row = t.shelf.goals + i
    for n in range(start[row], start[row + 1]):
        s.word[content[n, 0]] = content[n, 1]
        by_word = t.shelf.by_word + content[n, 0]
        for m in range(start[by_word], start[by_word + 1]):
            j = content[m, 0]
            touched = _once(s, stamp, j, touched)
            s.mentors[j].likeness += content[n, 1] * content[m, 1]
    return touched


@inlined
def _touch_all(t: Tables, s: Scratch, stamp: int, row: int, touched: int) -> int:  # pragma: no cover
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        touched = _once(s, stamp, t.shelf.content[n, 0], touched)
    return touched


@inlined
def _once(s: Scratch, stamp: int, j: int, touched: int) -> int:  # pragma: no cover
    if s.mentors[j].at == stamp:
        return touched
    s.mentors[j].at = stamp
    s.touched[touched] = j
    return touched + 1


@inlined
def _loosest(t: Tables) -> int:  # pragma: no cover
    """Of the rules that keep mentors from everybody the last one, or SOMEBODY."""
    loosest = 0
    for j in range(len(t.mentors)):
        loosest = max(loosest, t.mentors[j].rule)
    return loosest


@inlined
def _last_rule(t: Tables, s: Scratch, stamp: int, i: int) -> int:  # pragma: no cover
    """Of somebody who has nobody: the rule that took the last one away."""
    last = 0
    for j in range(len(t.mentors)):
        last = max(last, first_rule(t, s, stamp, i, j))
    return last


@inlined
def _settle(t: Tables, s: Scratch, stamp: int, i: int) -> None:  # pragma: no cover
    """Tries the mentee on mentors who have not had anybody yet: soon none, or only those shut out for good."""
    n = 0
    while n < s.left[0]:
        j = s.unsettled[n]
        rule = first_rule(t, s, stamp, i, j)
        s.mentor_last[j] = max(s.mentor_last[j], rule)
        # One who has no seats hears of nothing else.
        if rule == SOMEBODY or t.mentors[j].rule == _NO_CAPACITY:
            s.left[0] -= 1
            s.unsettled[n] = s.unsettled[s.left[0]]
        else:
            n += 1


@inlined
def _clear(t: Tables, s: Scratch, i: int, touched: int) -> None:  # pragma: no cover
    for n in range(touched):
        j = s.touched[n]
        s.mentors[j].credit = 0
        s.mentors[j].likeness = 0
        s.mentors[j].flag = 0
    row = t.shelf.languages + i
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        s.level[t.shelf.content[n, 0]] = 0
    row = t.shelf.goals + i
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        s.word[t.shelf.content[n, 0]] = 0
