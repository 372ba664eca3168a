"""Speed rounds at tables."""

import random
from dataclasses import replace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from services.events.scheduling.rounds import ABSENT, BYE, Guest, RoundsAsked, asked
from services.events.scheduling.rounds_graph import barred, graph
from services.events.scheduling.rounds_summary import summary
from services.events.scheduling.rounds_turning import turned
from services.events.scheduling.speed_rounds import plan_rounds, replan_rounds
from tests.examples import tried
from tests.unit.events.scheduling.gatherings import check, pairs_of, people, wishes


def apart(count: int, many: int, seed: int) -> list[tuple[str, str]]:
    lot = random.Random(seed)
    return [tuple(f"p{each:05d}" for each in lot.sample(range(count), 2)) for _ in range(many)]  # type: ignore[misc]


def sizes(told: RoundsAsked, number: int) -> list[int]:
    return [len(seated) for _, seated in plan_rounds(told).round(number).tables]


def test_by_construction_nobody_meets_twice_while_rounds_times_seats_are_no_more_than_tables() -> None:
    told = asked(people(400), 10, group_size=4)
    x = barred(told)
    table = turned(x, 400, 10, 100)
    assert summary(graph(told, x), x, table).repeats == 0
    assert all((np.bincount(table[:, number]) == 4).all() for number in range(10))


def test_by_construction_those_who_may_not_meet_never_do() -> None:
    told = asked(people(400), 10, group_size=4, forbidden=apart(400, 400, 1))
    x = barred(told)
    table = turned(x, 400, 10, 100)
    one, other = told.forbidden.T
    assert not (table[one] == table[other]).any()


def test_people_go_where_those_sit_whom_they_would_meet() -> None:
    told = asked(people(400), 6, group_size=5, affinity=wishes(400, 20, 2), forbidden=apart(400, 400, 3))
    plan = plan_rounds(told)
    check(told, plan)
    x = barred(told)
    without = summary(graph(told, x), x, turned(x, 400, 6, 80))
    assert plan.summary.repeats == without.repeats == 0
    assert plan.summary.missed == 0
    assert plan.summary.affinity > 1.35 * without.affinity


def test_ninety_people_in_groups_of_five_meet_somebody_new_in_each_of_ten_rounds() -> None:
    plan = plan_rounds(asked(people(90), 10, group_size=5))
    assert len({pair for _, *pair in map(tuple, pairs_of(plan)) for pair in [tuple(pair)]}) == 90 * 40 // 2


@pytest.mark.parametrize(
    ("count", "size", "expected"), [(10, 8, [5, 5]), (9, 8, [4, 5]), (7, 3, [2, 2, 3]), (3, 8, [3]), (2, 5, [2])]
)
def test_tables_are_of_nearly_one_size(count: int, size: int, expected: list[int]) -> None:
    told = asked(people(count), 2, group_size=size)
    assert sorted(sizes(told, 0)) == sorted(sizes(told, 1)) == expected


def test_where_tables_are_few_those_wait_who_waited_least() -> None:
    told = asked(people(30), 5, group_size=4, tables=5)
    plan = plan_rounds(told)
    check(told, plan)
    byes = (plan.table == BYE).sum(axis=1)
    assert set(byes.tolist()) == {1, 2}
    assert byes.sum() == 50


def test_however_many_may_not_meet_nobody_meets_whom_they_may_not() -> None:
    told = asked(people(60), 5, group_size=4, forbidden=apart(60, 600, 6))
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed < 0.1 * plan.summary.person_rounds


def test_somebody_whom_nobody_may_meet_waits_and_all_others_sit() -> None:
    told = asked(people(13), 3, group_size=4, forbidden=[("p00007", f"p{n:05d}") for n in range(13) if n != 7])
    plan = plan_rounds(told)
    check(told, plan)
    assert plan.summary.missed == 3
    assert (plan.table[7] == BYE).all()


def test_those_who_stay_keep_their_table_when_others_leave() -> None:
    told = asked(people(200), 8, group_size=5, affinity=wishes(200, 15, 4))
    plan = plan_rounds(told)
    leaves = told.leaves.copy()
    leaves[::20] = 3
    now = replace(told, leaves=leaves)
    planned = replan_rounds(plan, now, 3)
    check(now, planned)
    assert (planned.table[:, :3] == plan.table[:, :3]).all()
    assert planned.summary.missed == 0
    assert planned.summary.repeats == 0
    stayed = np.delete(np.arange(200), np.arange(0, 200, 20))
    assert (planned.table[stayed, 3:] == plan.table[stayed, 3:]).mean() > 0.5
    assert planned.summary.affinity > 0.95 * replan_rounds(plan, now, 3, anew=True).summary.affinity


def test_whoever_comes_late_finds_a_seat() -> None:
    told = asked(people(24), 4, group_size=4)
    plan = plan_rounds(told)
    now = asked([*people(24), Guest("a-late", 2), Guest("z-late", 2)], 4, group_size=4)
    planned = replan_rounds(plan, now, 2)
    check(now, planned)
    assert (planned.table[[0, 25], :2] == ABSENT).all()
    assert planned.summary.missed == 0
    assert (planned.table[1:25, :2] == plan.table[:, :2]).all()


@st.composite
def gatherings(draw: st.DrawFn) -> RoundsAsked:
    count, rounds = draw(st.integers(1, 30)), draw(st.integers(1, 5))
    number = st.integers(0, count - 1)
    guests = [
        Guest(f"p{n:05d}", draw(st.integers(0, 1)), draw(st.one_of(st.none(), st.integers(1, rounds))))
        for n in range(count)
    ]
    pair = st.tuples(number, number).map(lambda pair: tuple(f"p{n:05d}" for n in pair))
    worth = st.tuples(number, number, st.integers(0, 9)).map(lambda w: (f"p{w[0]:05d}", f"p{w[1]:05d}", w[2]))
    return asked(
        guests,
        rounds,
        group_size=draw(st.integers(3, 8)),
        tables=draw(st.one_of(st.none(), st.integers(1, 6))),
        affinity=draw(st.lists(worth, max_size=60)),
        forbidden=draw(st.lists(pair, max_size=40)),
        met=draw(st.lists(pair, max_size=20)),
    )


@hypothesis.given(gatherings(), st.data())
@hypothesis.settings(max_examples=tried(80))
def test_whoever_comes_and_leaves_whenever_every_plan_keeps_the_rules(told: RoundsAsked, data: st.DataObject) -> None:
    plan = plan_rounds(told)
    check(told, plan)
    first = data.draw(st.integers(0, told.rounds))
    gone = data.draw(st.lists(st.integers(0, len(told.people) - 1), max_size=6))
    leaves = told.leaves.copy()
    leaves[gone] = np.minimum(leaves[gone], first)
    now = replace(told, leaves=leaves)
    planned = replan_rounds(plan, now, first)
    assert (planned.table[:, :first] == plan.table[:, :first]).all()
    after = replace(now, leaves=leaves)
    assert ((planned.table[:, first:] == ABSENT) == ~after.there()[:, first:]).all()
