"""Which table a meeting is at."""

import numpy as np

from services.events.scheduling.schedule_pairs import Ints, Pairs
from services.events.scheduling.schedule_problem import Problem
from services.events.scheduling.schedule_result import Planned


def at_tables(problem: Problem, pairs: Pairs, slots: Ints) -> tuple[Planned, ...]:
    """The meetings of these slots, each at a table of its own.

    A table where one of the two sat the last time is taken first, so that people walk less; then what is left, in order.
    """
    taken = {(each.slot_id, each.table) for each in problem.kept}
    seat: dict[int, str] = {}
    planned = []
    for number, slot in enumerate(problem.slots):
        tables = [table for table in dict.fromkeys(slot.tables) if (slot.id, table) not in taken]
        left, at = set(tables), dict[int, str]()
        here = np.flatnonzero(slots == number).tolist()
        for pair in here:
            known = (seat.get(int(side[pair]), "") for side in (pairs.first, pairs.second))
            if table := next((table for table in known if table in left), None):
                left.remove(table)
                at[pair] = table
        rest = iter([table for table in tables if table in left])
        for pair in here:
            first, second = int(pairs.first[pair]), int(pairs.second[pair])
            table = at[pair] if pair in at else next(rest)
            seat[first] = seat[second] = table
            planned.append(Planned(slot.id, pairs.people[first], pairs.people[second], table))
    return tuple(planned)
