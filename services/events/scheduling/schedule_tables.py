"""Which table a meeting is at."""

from collections import Counter

import numpy as np

from services.events.scheduling.schedule_pairs import Ints, Pairs
from services.events.scheduling.schedule_problem import Problem
from services.events.scheduling.schedule_result import Planned


def at_tables(problem: Problem, pairs: Pairs, slots: Ints) -> tuple[Planned, ...]:
    """The meetings of these slots, each at a table with room for it.

    A table where one of the two sat the last time is taken first, so that people walk less; then the rest, in order.
    """
    seat: dict[int, str] = {}
    planned = []
    for number, slot in enumerate(problem.slots):
        left, at = Counter(slot.tables or ()), dict[int, str]()
        here = np.flatnonzero(slots == number).tolist()
        for pair in here:
            known = (seat.get(int(side[pair]), "") for side in (pairs.first, pairs.second))
            if table := next((table for table in known if left[table] > 0), None):
                left[table] -= 1
                at[pair] = table
        rest = left.elements()
        for pair in here:
            first, second = int(pairs.first[pair]), int(pairs.second[pair])
            table = None if slot.tables is None else at[pair] if pair in at else next(rest)
            if table is not None:
                seat[first] = seat[second] = table
            planned.append(Planned(slot.id, pairs.people[first], pairs.people[second], table))
    return tuple(planned)
