"""Speed rounds one to one."""

import random

import hypothesis
import pytest
from hypothesis import strategies as st

from services.events.scheduling.rounds import Guest, RoundsAsked, asked
from services.events.scheduling.speed_rounds import plan_rounds
from tests.examples import tried
from tests.unit.events.scheduling.gatherings import byes_go_round, check, pairs_of, people, wishes


def forbidden_among(count: int, many: int, seed: int) -> list[tuple[str, str]]:
    lot = random.Random(seed)
    return [tuple(f"p{each:05d}" for each in lot.sample(range(count), 2)) for _ in range(many)]  # type: ignore[misc]


@pytest.mark.parametrize("count", [40, 41, 300, 301])
def test_nobody_meets_twice_or_misses_a_round_and_what_is_worth_it_happens(count: int) -> None:
    told = asked(people(count), 8, affinity=wishes(count, 20, 1), forbidden=forbidden_among(count, count, 2))
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.repeats == 0
    assert plan.summary.missed == 8 * (count % 2)
    assert plan.summary.bound is not None
    assert plan.summary.affinity > 0.97 * plan.summary.bound
    assert byes_go_round(told, plan)


@pytest.mark.parametrize("count", range(2, 15))
def test_all_meet_all_once_before_anybody_meets_twice(count: int) -> None:
    rounds = count - 1 + count % 2
    told = asked(people(count), rounds)
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.repeats == 0
    assert len(list(pairs_of(plan))) == count * (count - 1) // 2
    assert byes_go_round(told, plan)


def test_when_all_have_met_all_it_begins_again() -> None:
    told = asked(people(6), 8)
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed == 0
    assert plan.summary.repeats == 9


def test_two_groups_meet_each_other_alone_and_the_larger_takes_turns() -> None:
    guests = [Guest(f"p{n:05d}", group="mentor" if n < 6 else "mentee") for n in range(20)]
    told = asked(guests, 7, affinity=wishes(20, 6, 3), may_meet=[("mentor", "mentee")])
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.repeats == 0
    assert plan.summary.missed == 7 * 8
    byes = (plan.table[6:] < 0).sum(axis=1)
    assert byes.tolist() == [4] * 14


def test_where_tables_are_few_all_wait_equally_often() -> None:
    told = asked(people(30), 6, tables=10, affinity=wishes(30, 9, 4))
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed == 60
    assert byes_go_round(told, plan)


def test_one_of_each_pair_stays_at_the_table() -> None:
    plan = plan_rounds(asked(people(50), 6, affinity=wishes(50, 12, 5)))
    for number in range(1, 6):
        stayed = (plan.table[:, number] == plan.table[:, number - 1]).sum()
        assert stayed == 25


def test_those_who_met_before_meet_others() -> None:
    before = [(f"p{n:05d}", f"p{n + 1:05d}") for n in range(0, 40, 2)]
    told = asked(people(40), 5, affinity=[(a, b, 10_000) for a, b in before], met=before)
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.repeats == 0


def test_whoever_may_meet_nobody_waits_and_others_do_not() -> None:
    alone = [("p00000", f"p{n:05d}") for n in range(1, 9)]
    told = asked(people(9), 4, forbidden=alone)
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed == 4
    assert (plan.table[0] < 0).all()


@pytest.mark.parametrize(("count", "size"), [(60, 2), (14, 2), (60, 5)])
def test_how_far_it_is_is_told_and_whoever_is_told_can_end_it(count: int, size: int) -> None:
    shares: list[float] = []
    told = asked(people(count), 5, group_size=size, affinity=wishes(count, 9, 6))
    plan_rounds(told, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    class Ended(Exception):
        pass

    def end(share: float) -> None:
        raise Ended

    with pytest.raises(Ended):
        plan_rounds(told, end)


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("count", [0, 1])
def test_where_there_is_nobody_to_meet_nobody_meets(count: int, size: int) -> None:
    told = asked(people(count), 3, group_size=size)
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed == 3 * count


@st.composite
def gatherings(draw: st.DrawFn) -> RoundsAsked:
    count, rounds = draw(st.integers(1, 24)), draw(st.integers(1, 8))
    number = st.integers(0, count - 1)
    guests = [
        Guest(f"p{n:05d}", draw(st.integers(0, 2)), draw(st.one_of(st.none(), st.integers(1, rounds))))
        for n in range(count)
    ]
    pair = st.tuples(number, number).map(lambda pair: tuple(f"p{n:05d}" for n in pair))
    worth = st.tuples(number, number, st.integers(0, 9)).map(lambda w: (f"p{w[0]:05d}", f"p{w[1]:05d}", w[2]))
    return asked(
        guests,
        rounds,
        tables=draw(st.one_of(st.none(), st.integers(1, 12))),
        affinity=draw(st.lists(worth, max_size=80)),
        forbidden=draw(st.lists(pair, max_size=30)),
        met=draw(st.lists(pair, max_size=20)),
    )


@hypothesis.given(gatherings())
@hypothesis.settings(max_examples=tried(150))
def test_whoever_comes_whenever_every_plan_keeps_the_rules(told: RoundsAsked) -> None:
    check(told, plan_rounds(told))
