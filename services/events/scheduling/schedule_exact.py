"""The best schedule of a few people, proven: constraint programming (ortools CP-SAT)."""

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from services.events.scheduling.schedule_pairs import Ints, Pairs
from services.events.scheduling.schedule_weights import exact, gains, most_of

_MOST_CHOICES = 6_000
"""Of a pair and a slot: beyond that, a proof takes too long."""
_EFFORT = 3.0
"""The solver's own measure, which is the same on every machine; roughly seconds."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The slot of each pair, -1 where they do not meet; `proven` where nothing is better."""

    slots: Ints
    proven: bool


def is_small(pairs: Pairs) -> bool:
    """Whether a proof may be tried."""
    return int((pairs.free[pairs.first] & pairs.free[pairs.second]).sum()) <= _MOST_CHOICES


def solved(pairs: Pairs, hint: Ints | None = None) -> Solved | None:
    """The best schedule; None where none was found. The same pairs and hint give the same."""
    model = cp_model.CpModel()
    together = pairs.free[pairs.first] & pairs.free[pairs.second]
    choice = [{slot: model.new_bool_var("") for slot in np.flatnonzero(line).tolist()} for line in together]
    at: dict[tuple[int, int], list[cp_model.IntVar]] = {}
    of: list[list[cp_model.IntVar]] = [[] for _ in pairs.people]
    in_slot: list[list[cp_model.IntVar]] = [[] for _ in pairs.slots]
    for number, slots in enumerate(choice):
        model.add_at_most_one(slots.values())
        for person in (int(pairs.first[number]), int(pairs.second[number])):
            of[person].extend(slots.values())
            for slot, variable in slots.items():
                at.setdefault((person, slot), []).append(variable)
        for slot, variable in slots.items():
            in_slot[slot].append(variable)
            if hint is not None:
                model.add_hint(variable, hint[number] == slot)
    for variables in at.values():
        model.add_at_most_one(variables)
    for variables, room in zip(in_slot, pairs.tables.tolist(), strict=True):
        model.add(sum(variables) <= room)
    weights = exact(most_of(pairs))
    terms: list[cp_model.LinearExprT] = []
    for variables, least, most in zip(of, pairs.least.tolist(), pairs.most.tolist(), strict=True):
        model.add(sum(variables) <= most)
        if least:
            had = model.new_int_var(0, least, "")
            model.add(had <= sum(variables))
            terms.append(weights.lacked * had)
    for gain, slots in zip(gains(pairs, weights).tolist(), choice, strict=True):
        terms.extend(gain * variable for variable in slots.values())
    model.maximize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = _EFFORT
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    found = [next((slot for slot, taken in slots.items() if solver.boolean_value(taken)), -1) for slots in choice]
    return Solved(np.asarray(found, np.int64), status == cp_model.OPTIMAL)
