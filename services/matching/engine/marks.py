"""What is known of single pairs, as one sparse table of flags: few pairs have any."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntFlag

import numpy as np
from scipy import sparse

from services.matching.domain.member import Member
from services.matching.engine.pool import Encounter, Pair, Pool


class Mark(IntFlag):
    """A fact about a mentee and a mentor."""

    SELF = 1
    BLOCKED = 2
    FORBIDDEN = 4
    PAIRED_BEFORE = 8
    AT_EVENT = 16
    MET = 32
    NAMED_BY_MENTOR = 64
    NAMED_BY_MENTEE = 128


def marks(pool: Pool) -> sparse.csr_array:
    """The flags of each pair that has any: mentees as rows, mentors as columns, in the pool's order."""
    met = (pair for pair, how in pool.encounters.items() if how is Encounter.MET)
    wishes = [(one, other) for one, wanted in pool.wishes.items() for other in wanted]
    facts: tuple[tuple[Mark, Iterable[Pair]], ...] = (
        (Mark.SELF, ((place.member.id, place.member.id) for place in pool.mentors)),
        (Mark.BLOCKED, _either_way(pool.blocked)),
        (Mark.FORBIDDEN, pool.forbidden),
        (Mark.PAIRED_BEFORE, _either_way(pool.paired_before)),
        (Mark.AT_EVENT, _either_way(pool.encounters)),
        (Mark.MET, _either_way(met)),
        (Mark.NAMED_BY_MENTOR, wishes),
        (Mark.NAMED_BY_MENTEE, ((other, one) for one, other in wishes)),
    )
    return _table([place.member for place in pool.mentees], [place.member for place in pool.mentors], facts)


def cells(mentees: Sequence[Member], mentors: Sequence[Member], pairs: Iterable[Pair]) -> sparse.csr_array:
    """Ones where the pair (mentor, mentee) is among these."""
    return _table(mentees, mentors, ((Mark.SELF, pairs),))


def _either_way(pairs: Iterable[Pair]) -> Iterable[Pair]:
    for one, other in pairs:
        yield one, other
        yield other, one


def _table(
    mentees: Sequence[Member], mentors: Sequence[Member], facts: Iterable[tuple[Mark, Iterable[Pair]]]
) -> sparse.csr_array:
    rows: Mapping[str, int] = {member.id: row for row, member in enumerate(mentees)}
    columns: Mapping[str, int] = {member.id: column for column, member in enumerate(mentors)}
    flags: dict[tuple[int, int], int] = {}
    for mark, pairs in facts:
        for mentor, mentee in pairs:
            if mentee in rows and mentor in columns:
                cell = rows[mentee], columns[mentor]
                flags[cell] = flags.get(cell, 0) | mark.value
    at = np.array(list(flags), np.int64).reshape(-1, 2)
    values = np.array(list(flags.values()), np.int32)
    table = sparse.csr_array(sparse.coo_array((values, (at[:, 0], at[:, 1])), shape=(len(rows), len(columns))))
    table.sort_indices()
    return table
