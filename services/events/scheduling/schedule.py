"""The schedule of meetings of a whole event: as many wishes as possible come true, and people who fit meet.

What matters comes in this order: that everybody gets the least they are to have; then meetings that both wish; then
those that one wishes; then how well people fit. Nobody has two meetings at once, nor more than they may; no slot has
more meetings than tables; pairs that are not to meet do not. The same people give the same schedule.

First a flow says which pairs to take, were it not for the slots (`schedule_flow`): nothing can be better. Then every
pair gets a slot (`schedule_board`), and chains of changes make good for those without (`schedule_chains`). For few
people it is proven that nothing is better (`schedule_exact`).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from services.events.scheduling import schedule_exact
from services.events.scheduling.schedule_flow import relaxed
from services.events.scheduling.schedule_pairs import Ints, Pairs, pairs_of
from services.events.scheduling.schedule_problem import Problem
from services.events.scheduling.schedule_result import Bound, Schedule, Worth
from services.events.scheduling.schedule_tables import at_tables
from services.events.scheduling.schedule_weights import worth_of

STAGES = ("pairs", "choice", "slots", "tables")

At = Callable[[str], None]


def scheduled(problem: Problem, at: At = lambda _stage: None) -> Schedule:
    """The best schedule that was found, and how good any can be; `at` is told of each stage as it begins."""
    at("pairs")
    pairs = pairs_of(problem)
    slots, bound, proven = _solved(pairs, at)
    worth = _worth(pairs, slots)
    lacking = () if pairs.complete else _lacking(pairs, slots)
    if lacking:
        wider = pairs_of(problem, lacking)
        others, _, _ = _solved(wider, at)
        if _worth(wider, others).rank > worth.rank:
            pairs, slots, worth = wider, others, _worth(wider, others)
    at("tables")
    meetings = at_tables(problem, pairs, slots)
    bound = bound if pairs.complete else _with_anybody(pairs)
    return Schedule(meetings, worth, bound, (proven and pairs.complete) or worth.rank == bound.rank)


def _solved(pairs: Pairs, at: At) -> tuple[Ints, Bound, bool]:
    """The slot of each pair or -1, what nothing is better than, and whether it is proven that nothing is better."""
    if not len(pairs.first):
        none = np.zeros(0, np.int64)
        return none, relaxed(pairs).bound, True
    at("choice")
    begin = relaxed(pairs)
    at("slots")
    known = schedule_exact.solved(pairs) if schedule_exact.is_small(pairs) else None
    if known is not None and known.proven:
        return known.slots, _proven(_worth(pairs, known.slots)), True
    # Compiled, and not loaded for those few.
    from services.events.scheduling.schedule_search import searched

    found = searched(pairs, begin.halves)
    better = known is not None and _worth(pairs, known.slots).rank > _worth(pairs, found).rank
    return known.slots if known is not None and better else found, begin.bound, False


def _proven(worth: Worth) -> Bound:
    return Bound(worth.missing, worth.mutual, worth.wished, worth.affinity)


def _worth(pairs: Pairs, slots: Ints) -> Worth:
    return worth_of(pairs, np.flatnonzero(slots >= 0))


def _lacking(pairs: Pairs, slots: Ints) -> list[str]:
    """Who has less than they are to have, and time for more."""
    met = np.flatnonzero(slots >= 0)
    held = np.bincount(np.concatenate((pairs.first[met], pairs.second[met])), minlength=len(pairs.people))
    return [pairs.people[person] for person in np.flatnonzero(held < np.minimum(pairs.least, pairs.most))]


def _with_anybody(pairs: Pairs) -> Bound:
    """The bound where pairs of no other worth might have spared somebody a missing meeting: as if they all were there.

    Then nobody lacks more than they have no time for, and nothing else is given up for it.
    """
    easy = relaxed(replace(pairs, least=np.zeros_like(pairs.least))).bound
    return replace(easy, missing=float(np.maximum(pairs.least - pairs.most, 0).sum()))
