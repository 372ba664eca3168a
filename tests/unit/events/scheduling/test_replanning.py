"""Speed rounds planned anew while they go on."""

from dataclasses import replace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from services.events.scheduling.rounds import ABSENT, BYE, Guest, NotPlannable, RoundsAsked, RoundsPlan, asked
from services.events.scheduling.speed_rounds import plan_rounds, replan_rounds
from tests.examples import tried
from tests.unit.events.scheduling.gatherings import pairs_of, people, wishes


def leaving(told: RoundsAsked, who: list[int], number: int) -> RoundsAsked:
    leaves = told.leaves.copy()
    leaves[who] = number
    return replace(told, leaves=leaves)


def keeps_the_rules(told: RoundsAsked, plan: RoundsPlan, first: int) -> None:
    """Later rounds: everybody who is there is at a table of two or has the bye; nobody meets whom they may not."""
    there = told.there()
    assert ((plan.table[:, first:] == ABSENT) == ~there[:, first:]).all()
    forbidden = {tuple(sorted((told.people[a], told.people[b]))) for a, b in told.forbidden.tolist()}
    for number in range(first, plan.rounds):
        assert all(len(seated) == 2 for _, seated in plan.round(number).tables)
    assert not [pair for number, *pair in pairs_of(plan) if number >= first and tuple(pair) in forbidden]


def test_rounds_that_were_stay_to_the_letter_and_most_of_the_others_too() -> None:
    told = asked(people(200), 10, affinity=wishes(200, 20, 1))
    plan = plan_rounds(told)
    now = leaving(told, list(range(0, 200, 20)), 4)
    planned = replan_rounds(plan, now, 4)
    keeps_the_rules(now, planned, 4)
    assert (planned.table[:, :4] == plan.table[:, :4]).all()
    assert planned.summary.repeats == 0
    assert planned.summary.missed == 0
    assert (planned.table[:, 4:] == plan.table[:, 4:]).mean() > 0.6


def test_it_is_worth_nearly_as_much_as_planning_all_later_rounds_anew() -> None:
    told = asked(people(600), 12, affinity=wishes(600, 30, 2))
    plan = plan_rounds(told)
    now = leaving(told, list(range(0, 600, 20)), 6)
    kept, anew = replan_rounds(plan, now, 6), replan_rounds(plan, now, 6, anew=True)
    keeps_the_rules(now, anew, 6)
    assert (anew.table[:, :6] == plan.table[:, :6]).all()
    assert kept.summary.affinity > 0.98 * anew.summary.affinity


def test_whoever_comes_late_meets_people_from_then_on() -> None:
    told = asked(people(30), 6)
    plan = plan_rounds(told)
    now = asked([*people(30), Guest("a-late", 3), Guest("z-later", 4)], 6)
    planned = replan_rounds(plan, now, 3)
    keeps_the_rules(now, planned, 3)
    late = planned.people.index("a-late")
    assert (planned.table[late, :3] == ABSENT).all()
    assert (np.delete(planned.table, [0, 31], axis=0)[:, :3] == plan.table[:, :3]).all()
    assert planned.summary.repeats == 0
    assert (planned.table[:, 4:] >= 0).all()


def test_a_second_bye_comes_after_everybodys_first_across_both_plans() -> None:
    told = asked(people(21), 9)
    plan = plan_rounds(told)
    now = leaving(told, [3, 8], 4)
    planned = replan_rounds(plan, now, 4)
    byes = (planned.table == BYE).sum(axis=1)
    assert byes.max() == 1
    assert planned.summary.repeats == 0


def test_who_is_kept_apart_from_now_on_does_not_meet_later() -> None:
    told = asked(people(40), 8, affinity=wishes(40, 9, 3))
    plan = plan_rounds(told)
    apart = [pair for number, *pair in pairs_of(plan) if number >= 3][:10]
    now = asked(people(40), 8, affinity=wishes(40, 9, 3), forbidden=[tuple(pair) for pair in apart])  # type: ignore[misc]
    planned = replan_rounds(plan, now, 3)
    keeps_the_rules(now, planned, 3)
    assert (planned.table[:, :3] == plan.table[:, :3]).all()


def test_when_nothing_changed_nothing_changes() -> None:
    told = asked(people(51), 7, affinity=wishes(51, 12, 4))
    plan = plan_rounds(told)
    assert (replan_rounds(plan, told, 3).table == plan.table).all()


def test_rounds_can_be_added() -> None:
    told = asked(people(20), 4)
    plan = plan_rounds(told)
    longer = replan_rounds(plan, asked(people(20), 6), 4)
    assert (longer.table[:, :4] == plan.table).all()
    assert (longer.table[:, 4:] >= 0).all()
    assert longer.summary.repeats == 0


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("count", [6, 12])
def test_after_the_last_round_there_is_nothing_to_plan(count: int, anew: bool) -> None:
    told = asked(people(count), 3)
    plan = plan_rounds(told)
    assert (replan_rounds(plan, told, 3, anew=anew).table == plan.table).all()


def test_nobody_of_the_plan_is_left_out() -> None:
    plan = plan_rounds(asked(people(6), 3))
    with pytest.raises(NotPlannable, match="p00005 has a place"):
        replan_rounds(plan, asked(people(5), 3), 1)


def test_only_rounds_there_are_can_be_planned_anew() -> None:
    plan = plan_rounds(asked(people(6), 3))
    with pytest.raises(NotPlannable, match="from round 4 on"):
        replan_rounds(plan, asked(people(6), 6), 4)


@hypothesis.given(st.data(), st.integers(2, 20), st.integers(1, 7))
@hypothesis.settings(max_examples=tried(100))
def test_whoever_leaves_or_comes_later_rounds_keep_the_rules_and_earlier_ones_stand(
    data: st.DataObject, count: int, rounds: int
) -> None:
    first = data.draw(st.integers(0, rounds))
    number = st.integers(0, count - 1)
    told = asked(people(count), rounds, affinity=wishes(count, 4, count))
    plan = plan_rounds(told)
    come = [Guest(f"q{n}", data.draw(st.integers(first, rounds))) for n in range(data.draw(st.integers(0, 4)))]
    gone = data.draw(st.sets(number))
    pairs = data.draw(st.lists(st.tuples(number, number), max_size=9))
    forbidden = [(f"p{a:05d}", f"p{b:05d}") for a, b in pairs]
    guests = [Guest(each.id, leaves=first if n in gone else None) for n, each in enumerate(people(count))]
    now = asked([*guests, *come], rounds, affinity=wishes(count, 4, count), forbidden=forbidden)
    planned = replan_rounds(plan, now, first)
    keeps_the_rules(now, planned, first)
    assert (planned.table[:count, :first] == plan.table[:, :first]).all()
