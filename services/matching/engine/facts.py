"""What two people share, worked out once for all who are alike in it; compiled."""

from services.matching.domain.parts import FULL
from services.matching.engine.compiling import inlined
from services.matching.engine.parts import FULL_LIKENESS
from services.matching.engine.scratch import Scratch
from services.matching.engine.tables import Tables


@inlined
def seniority_gap(mentee: int, mentor: int) -> tuple[int, bool]:  # pragma: no cover
    return mentor - mentee, mentor >= 0 and mentee >= 0


@inlined
def has_any(t: Tables, row: int) -> bool:  # pragma: no cover
    return bool(t.shelf.start[row + 1] > t.shelf.start[row])


@inlined
def goal_points(likeness: int) -> int:  # pragma: no cover
    """What a product of two vectors of words comes to."""
    return min(FULL, likeness * FULL // FULL_LIKENESS)


@inlined
def likeness_of(t: Tables, s: Scratch, j: int) -> int:  # pragma: no cover
    """How alike the mentor's words and the mentee's are: what was found by them, and the everyday ones."""
    likeness, row = int(s.mentors[j].likeness), t.shelf.topics + j
    for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
        likeness += int(t.shelf.content[n, 1]) * int(s.word[t.shelf.content[n, 0]])
    return likeness


@inlined
def shared_level(t: Tables, s: Scratch, stamp: int, tongues: int) -> int:  # pragma: no cover
    """The best level both have in one language."""
    shared = s.shared[tongues]
    if shared.at != stamp:
        best, row = 0, t.shelf.tongues + tongues
        for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
            best = max(best, min(t.shelf.content[n, 1], s.level[t.shelf.content[n, 0]]))
        shared.at, shared.value = stamp, best
    return int(shared.value)


@inlined
def free_minutes(t: Tables, s: Scratch, stamp: int, i: int, hours: int) -> int:  # pragma: no cover
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
def were_together(t: Tables, s: Scratch, stamp: int, attended: int) -> bool:  # pragma: no cover
    """Whether both were at one event at least."""
    shared = s.together[attended]
    if shared.at != stamp:
        shared.at, shared.value = stamp, 0
        row = t.shelf.attended + attended
        for n in range(t.shelf.start[row], t.shelf.start[row + 1]):
            if s.there_at[t.shelf.content[n, 0]] == stamp:
                shared.value = 1
    return bool(shared.value > 0)
