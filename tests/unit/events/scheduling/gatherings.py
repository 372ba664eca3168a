"""People who come to speed rounds, made up; and what must hold of every plan."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator

from services.events.scheduling.rounds import ABSENT, BYE, Guest, RoundsAsked, RoundsPlan, asked


def people(count: int) -> list[Guest]:
    return [Guest(f"p{number:05d}") for number in range(count)]


def wishes(count: int, each: int, seed: int) -> list[tuple[str, str, int]]:
    """So many others that each is worth meeting for."""
    lot = random.Random(seed)
    pairs = ((one, lot.randrange(count)) for one in range(count) for _ in range(each))
    return [(f"p{one:05d}", f"p{other:05d}", lot.randint(1, 10_000)) for one, other in pairs if one != other]


def pairs_of(plan: RoundsPlan) -> Iterator[tuple[int, str, str]]:
    """Every meeting: the round, the lower and the higher id."""
    for number in range(plan.rounds):
        for _, seated in plan.round(number).tables:
            yield from ((number, *pair) for pair in itertools.combinations(seated, 2))


def check(told: RoundsAsked, plan: RoundsPlan) -> None:
    """Everybody at most once a round and only while there, tables no larger than they may be, nobody alone, nobody
    with whom they may not be; and the summary counts what is so."""
    there = told.there()
    row = {person: at for at, person in enumerate(told.people)}
    assert ((plan.table == ABSENT) == ~there).all()
    for number in range(plan.rounds):
        shown = plan.round(number)
        assert all(2 <= len(seated) <= told.group_size for _, seated in shown.tables)
        assert told.tables is None or len(shown.tables) <= told.tables
        everybody = [person for _, seated in shown.tables for person in seated] + list(shown.byes)
        assert sorted(everybody) == [person for person in told.people if there[row[person], number]]
    met = Counter(pair for _, *pair in map(tuple, pairs_of(plan)) for pair in [tuple(pair)])
    forbidden = {tuple(sorted((told.people[a], told.people[b]))) for a, b in told.forbidden.tolist()}
    assert not forbidden & met.keys()
    assert all(told.may_meet[told.group[row[a]], told.group[row[b]]] for a, b in met)
    before = {tuple(sorted((told.people[a], told.people[b]))) for a, b in told.met.tolist()}
    worth: dict[tuple[str, ...], int] = {}
    for (a, b), value in zip(told.affinity_pairs.tolist(), told.affinity.tolist(), strict=True):
        pair = tuple(sorted((told.people[a], told.people[b])))
        worth[pair] = max(value, worth.get(pair, 0))
    counted = plan.summary
    assert counted.missed == int((plan.table == BYE).sum())
    assert counted.person_rounds == int(there.sum())
    assert counted.repeats == sum(met.values()) - len(met.keys() - before)
    assert counted.affinity == sum(worth.get(pair, 0) for pair in met.keys() - before)
    assert counted.bound is None or counted.affinity <= counted.bound


def byes_go_round(told: RoundsAsked, plan: RoundsPlan) -> bool:
    """Whether nobody had a second bye before everybody had one, and so on; for people who are there all the time."""
    had = told.byes.copy()
    for number in range(plan.rounds):
        idle = plan.table[:, number] == BYE
        if idle.any() and had[idle].max() > had.min():
            return False
        had += idle
    return True


__all__ = ["Guest", "asked", "byes_go_round", "check", "pairs_of", "people", "wishes"]
