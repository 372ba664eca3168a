"""With few people the plan is the best of all there are, which are gone through here one by one."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.events.scheduling.rounds import BYE, Guest, RoundsAsked, RoundsPlan, asked
from services.events.scheduling.speed_rounds import plan_rounds
from tests.examples import THOROUGH
from tests.unit.events.scheduling.gatherings import byes_go_round, check, people

Rank = tuple[int, int, int, int]
"""Missed, squares of byes, repeats, affinity the other way round: less is better."""


def sittings(here: list[int], tables: int, most: int, forbidden: set[frozenset[int]]) -> Iterator[list[frozenset[int]]]:
    """Every way for some of these people to sit at tables of two or more."""
    if not here:
        yield []
        return
    one, others = here[0], here[1:]
    yield from sittings(others, tables, most, forbidden)
    for company in range(1, most) if tables else ():
        for group in itertools.combinations(others, company):
            together = frozenset((one, *group))
            if not any(frozenset(pair) in forbidden for pair in itertools.combinations(together, 2)):
                left = [other for other in others if other not in together]
                yield from ([together, *more] for more in sittings(left, tables - 1, most, forbidden))


def best_of_all(told: RoundsAsked) -> Rank:
    """The lowest rank of any plan."""
    there = told.there()
    forbidden = {frozenset(pair) for pair in told.forbidden.tolist()}
    worth = {frozenset(p): v for p, v in zip(told.affinity_pairs.tolist(), told.affinity.tolist(), strict=True)}
    met = {frozenset(pair) for pair in told.met.tolist()}
    by_round = []
    for number in range(told.rounds):
        here = [one for one in range(len(told.people)) if there[one, number]]
        tables = min(told.tables or len(here), -(-len(here) // told.group_size)) if len(here) > 1 else 0
        most = -(-min(len(here), tables * told.group_size) // max(1, tables))
        by_round.append([(set(here), way) for way in sittings(here, tables, most, forbidden)])
    return min(rank(plan, told, worth, met) for plan in itertools.product(*by_round))


def rank(
    plan: tuple[tuple[set[int], list[frozenset[int]]], ...],
    told: RoundsAsked,
    worth: dict[frozenset[int], int],
    met: set[frozenset[int]],
) -> Rank:
    byes = told.byes.tolist()
    known, repeats, affinity, missed = set(met), 0, 0, 0
    for here, way in plan:
        for one in here.difference(*way):
            byes[one] += 1
            missed += 1
        for together in way:
            for pair in map(frozenset, itertools.combinations(together, 2)):
                repeats += pair in known
                affinity += 0 if pair in known else worth.get(pair, 0)
                known.add(pair)
    return missed, sum(each**2 for each in byes), repeats, -affinity


def rank_of(told: RoundsAsked, plan: RoundsPlan) -> Rank:
    byes = told.byes + (plan.table == BYE).sum(axis=1)
    return plan.summary.missed, int((byes**2).sum()), plan.summary.repeats, -plan.summary.affinity


def some(count: int, share: float, lot: random.Random) -> list[tuple[str, str]]:
    pairs = itertools.combinations(range(count), 2)
    return [(f"p{one:05d}", f"p{other:05d}") for one, other in pairs if lot.random() < share]


@pytest.mark.parametrize(
    ("count", "rounds", "size", "tables"),
    [
        *((count, 2, 2, None) for count in range(2, 7)),
        (4, 4, 2, None),
        (5, 3, 2, None),
        (6, 3, 2, None),
        (7, 2, 2, None),
        (8, 2, 2, None),
        (6, 2, 2, 2),
        (6, 2, 3, None),
        (7, 2, 3, None),
        (7, 2, 3, 2),
        (6, 2, 4, None),
        (7, 2, 4, 1),
    ],
)
@pytest.mark.parametrize("seed", range(4) if THOROUGH else (0, 3))
def test_no_plan_is_better(count: int, rounds: int, size: int, tables: int | None, seed: int) -> None:
    lot = random.Random(100 * seed + count)
    told = asked(
        people(count),
        rounds,
        group_size=size,
        tables=tables,
        affinity=[(*pair, lot.randint(0, 9)) for pair in some(count, 0.7, lot)],
        forbidden=some(count, (0, 0.3)[seed % 2], lot),
        met=some(count, (0, 0, 0.3, 0.3)[seed], lot),
    )
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.optimal
    assert rank_of(told, plan) == best_of_all(told)


@pytest.mark.parametrize("seed", range(4))
def test_no_plan_is_better_when_people_come_late_leave_or_had_byes(seed: int) -> None:
    lot = random.Random(seed)
    guests = [Guest(f"p{n:05d}", lot.randint(0, 1), lot.choice([None, 2]), byes=lot.randint(0, 2)) for n in range(6)]
    told = asked(guests, 3, affinity=[(*pair, lot.randint(0, 9)) for pair in some(6, 0.7, lot)])
    plan = plan_rounds(told)
    check(told, plan)
    assert rank_of(told, plan) == best_of_all(told)


@pytest.mark.parametrize(("count", "rounds"), [(8, 7), (8, 4), (7, 7), (6, 5)])
def test_what_is_known_to_be_the_best_is_what_prices_come_close_to(count: int, rounds: int) -> None:
    lot = random.Random(count)
    told = asked(people(count), rounds, affinity=[(*pair, lot.randint(1, 9_999)) for pair in some(count, 1, lot)])
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.optimal
    assert plan.summary.repeats == 0
    assert byes_go_round(told, plan)
    # The same people among some who are never there are too many to go through them all.
    never = [Guest(f"q{n}", rounds) for n in range(3)]
    more = asked([*people(count), *never], rounds)
    near = plan_rounds(replace(more, affinity_pairs=told.affinity_pairs, affinity=told.affinity))
    assert not near.summary.optimal
    assert rank_of(told, plan) <= rank_of(more, near)
    assert near.summary.affinity > 0.9 * plan.summary.affinity
