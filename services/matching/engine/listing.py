"""The best so far of one mentee, as a heap with the worst on top, and how it becomes edges; compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.compiling import inlined
from services.matching.engine.judging import broken_rule, mandatory_rule, rescore, score_pair
from services.matching.engine.numbering import PARTS
from services.matching.engine.scratch import Scratch
from services.matching.engine.search import SOMEBODY
from services.matching.engine.tables import Shorts, Tables


class Edges(NamedTuple):
    mentee: Shorts
    mentor: Shorts
    score: Shorts
    parts: NDArray[np.int16]


@inlined
def enter_list(t: Tables, s: Scratch, stamp: int, i: int, j: int, k: int, count: int) -> int:  # pragma: no cover
    """Works the pair out in full and enters it if it is allowed and good enough: a heap with the worst on top."""
    if broken_rule(t, s, stamp, i, j) != SOMEBODY:
        return count
    score = score_pair(t, s, stamp, i, j)
    best = s.best
    if mandatory_rule(t, s) != SOMEBODY:
        return count
    if count == k and (k == 0 or not _worse(best[0].score, best[0].row, score, j)):
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
    for part in range(PARTS):
        s.parts[slot, part] = s.points[part]
    return count


@inlined
def _worse(score: int, row: int, other_score: int, other_row: int) -> bool:  # pragma: no cover
    """Less, or as much and later in the order of the pool."""
    return score < other_score or (score == other_score and row > other_row)


@inlined
def write_list(
    t: Tables, s: Scratch, stamp: int, i: int, count: int, locked_from: int, locked_to: int, out: int, edges: Edges
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
            for part in range(PARTS):
                edges.parts[out, part] = s.parts[slot, part]
            m += 1 if m < locked_to and j == t.shelf.content[m, 0] else 0
            n += 1
        else:
            j = t.shelf.content[m, 0]
            score = rescore(t, s, stamp, i, j)
            for part in range(PARTS):
                edges.parts[out, part] = s.points[part]
            m += 1
        edges.mentee[out], edges.mentor[out], edges.score[out] = i, j, score
        out += 1
    return out
