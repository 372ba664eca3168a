"""Plans of speed rounds: the first, and another after people came late or left."""

from dataclasses import replace

import numpy as np

from services.events.scheduling.compiling import compiled
from services.events.scheduling.rounds import (
    ABSENT,
    BYE,
    Ints,
    NotPlannable,
    Progress,
    RoundsAsked,
    RoundsPlan,
    RoundsSummary,
)
from services.events.scheduling.rounds_exact import exact
from services.events.scheduling.rounds_graph import barred, graph
from services.events.scheduling.rounds_numbering import numbered
from services.events.scheduling.rounds_pairs import paired, repaired
from services.events.scheduling.rounds_summary import meetings, summary
from services.events.scheduling.rounds_tables import linear_bound, retabled, tabled


def _silent(_: float) -> None:
    """Nobody waits for a word."""


def _onward(progress: Progress) -> Progress:
    """Tells no less than was told before, whichever way of planning has just begun."""
    told = 0.0

    def onward(share: float) -> None:
        nonlocal told
        told = max(told, share)
        progress(told)

    return onward


def plan_rounds(told: RoundsAsked, progress: Progress = _silent) -> RoundsPlan:
    """The best plan found: forbidden pairs never meet, as few as can be miss a round, byes go round, nobody meets twice
    while anybody else is left, and then it is for the most affinity.

    The same for the same people and wishes, in every process. Raises what `progress` raises.
    """
    progress = _onward(progress)
    x = barred(told)
    g = graph(told, x)
    best = exact(told, g, x)
    if best is not None:
        table = numbered(best, told.there())
        progress(1.0)
        return RoundsPlan(told.people, table, _proven(summary(g, x, table)))
    if told.group_size == 2:
        found = [(_by_lower(each.partner), each.bound) for each in paired(told, g, x, progress)]
    else:
        found = [(tabled(told, g, x, progress), linear_bound(told, g))]
    plans = []
    for group, bound in found:
        table = numbered(group, told.there())
        plans.append(RoundsPlan(told.people, table, summary(g, x, table, bound)))
    progress(1.0)
    return min(plans, key=lambda plan: _rank(told, plan))


def replan_rounds(
    plan: RoundsPlan, told: RoundsAsked, first_round: int, progress: Progress = _silent, *, anew: bool = False
) -> RoundsPlan:
    """The plan from the round `first_round` on for whoever is there then; rounds before stay to the letter.

    `told` is what is asked now: everybody of the plan, with who leaves when, and whoever came. What can stay of the
    later rounds stays, unless `anew`, and new pairs are not those of the rounds before. Raises NotPlannable, and what
    `progress` raises.
    """
    progress = _onward(progress)
    row = {person: at for at, person in enumerate(told.people)}
    if gone := [person for person in plan.people if person not in row]:
        raise NotPlannable(f"{gone[0]} has a place in the plan; say when they leave instead of leaving them out.")
    if not 0 <= first_round <= min(plan.rounds, told.rounds):
        raise NotPlannable(f"Nothing can be planned from round {first_round} on, of {told.rounds}.")
    before = np.full((len(row), told.rounds), ABSENT, np.int32)
    both = min(plan.rounds, told.rounds)
    before[[row[person] for person in plan.people], :both] = plan.table[:, :both]
    past, later = before[:, :first_round], before[:, first_round:]
    rest = _rest(told, past)
    asked_before = barred(told)
    g = graph(told, asked_before)
    if anew:
        future = plan_rounds(rest, progress).table
    else:
        x = barred(rest)
        if told.group_size == 2:
            group = _by_lower(repaired(rest, g, x, _partners(later), progress).partner)
        else:
            group = retabled(rest, g, x, later, progress)
        future = numbered(group, rest.there(), later, past)
    progress(1.0)
    table = np.concatenate((past, future), axis=1)
    return RoundsPlan(told.people, table, summary(g, asked_before, table))


def _proven(counted: RoundsSummary) -> RoundsSummary:
    return replace(counted, bound=counted.affinity, optimal=True)


def _rest(told: RoundsAsked, past: Ints) -> RoundsAsked:
    """What is asked of the rounds after those: to meet anybody again would be a repeat, and byes count."""
    rounds = past.shape[1]
    pairs = np.concatenate([np.zeros(0, np.int64), *(meetings(at) for at in past.T)])
    return replace(
        told,
        rounds=told.rounds - rounds,
        met=np.concatenate((told.met, np.stack(np.divmod(pairs, max(1, len(past))), axis=1))),
        arrives=np.maximum(0, told.arrives - rounds),
        leaves=np.maximum(0, told.leaves - rounds),
        byes=told.byes + (past == BYE).sum(axis=1),
    )


def _by_lower(partner: Ints) -> Ints:
    """A pair is a group named after its lower row."""
    rows = np.arange(len(partner), dtype=np.int32)[:, None]
    return np.where(partner >= 0, np.minimum(partner, rows), -1).astype(np.int32)


def _partners(table: Ints) -> Ints:
    """Whom each person meets, below 0 for nobody."""
    partner = np.full_like(table, -1)
    _pair_up(table, partner, np.full(int(table.max(initial=0)) + 1, -1, np.int32))
    return partner


@compiled
def _pair_up(table: Ints, partner: Ints, waiting: Ints) -> None:  # pragma: no cover
    for number in range(table.shape[1]):
        for person in range(len(table)):
            at = table[person, number]
            if at < 0:
                continue
            if waiting[at] < 0:
                waiting[at] = person
            else:
                partner[person, number], partner[waiting[at], number] = waiting[at], person
                waiting[at] = -1


def _rank(told: RoundsAsked, plan: RoundsPlan) -> tuple[int, int, int, int]:
    """The best has the lowest. Byes that are spread have the least squares."""
    byes = told.byes + (plan.table == BYE).sum(axis=1)
    return plan.summary.missed, int((byes**2).sum()), plan.summary.repeats, -plan.summary.affinity
