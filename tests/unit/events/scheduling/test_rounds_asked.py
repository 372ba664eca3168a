"""What is asked of speed rounds, and how a plan reads."""

import random

import numpy as np
import pytest

from services.events.scheduling.rounds import BYE, Guest, NotPlannable, RoundsPlan, RoundsSummary, asked


def test_the_order_of_what_is_asked_does_not_matter() -> None:
    guests = [Guest(f"p{n}", arrives=n % 3) for n in range(9)]
    affinity = [("p1", "p7", 300), ("p2", "p5", 800), ("p0", "p8", 100)]
    one = asked(guests, 3, affinity=affinity, forbidden=[("p3", "p4")])
    order = random.Random(1)
    order.shuffle(guests)
    other = asked(guests, 3, affinity=affinity, forbidden=[("p3", "p4")])
    assert one.people == other.people == tuple(f"p{n}" for n in range(9))
    assert (one.arrives == other.arrives).all()
    assert (one.affinity_pairs == other.affinity_pairs).all()
    assert one.forbidden.tolist() == other.forbidden.tolist() == [[3, 4]]


def test_pairs_with_whoever_is_no_guest_count_for_nothing() -> None:
    pairs = [("a", "b", 10), ("a", "gone", 9_000), ("b", "b", 9_000)]
    told = asked([Guest("b"), Guest("a")], 2, affinity=pairs, forbidden=[("gone", "a")], met=[("b", "a")])
    assert told.affinity_pairs.tolist() == [[0, 1]]
    assert told.affinity.tolist() == [10]
    assert len(told.forbidden) == 0
    assert told.met.tolist() == [[1, 0]]


def test_people_are_there_from_when_they_arrive_until_they_leave() -> None:
    told = asked([Guest("early", leaves=2), Guest("late", arrives=1), Guest("never", arrives=9)], 3)
    assert told.there().tolist() == [[True, True, False], [False, True, True], [False, False, False]]


def test_groups_meet_as_they_may() -> None:
    guests = [Guest("a", group="mentor"), Guest("b", group="mentee"), Guest("c", group="mentee")]
    told = asked(guests, 1, may_meet=[("mentee", "mentor"), ("mentor", "sponsor")])
    may = told.may_meet[told.group[:, None], told.group[None, :]]
    assert may.tolist() == [[False, True, True], [True, False, False], [True, False, False]]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"rounds": 0}, "0 rounds"),
        ({"group_size": 1}, "groups of 1"),
        ({"tables": 0}, "0 tables"),
        ({"guests": [Guest("a"), Guest("a")]}, "twice"),
        ({"guests": [Guest("a", arrives=-1)]}, "a has a round"),
        ({"affinity": [("a", "b", -1)]}, "below 0"),
        ({"group_size": 3, "may_meet": [("", "")]}, "one to one"),
    ],
)
def test_what_contradicts_itself_is_refused(told: dict[str, object], fault: str) -> None:
    with pytest.raises(NotPlannable, match=fault):
        asked(**({"guests": [Guest("a"), Guest("b")], "rounds": 2} | told))  # type: ignore[arg-type]


def test_a_plan_reads_by_round_and_by_person() -> None:
    table = np.array([[3, 0], [BYE, 0], [3, BYE], [0, 1], [0, 1]], np.int32)
    summary = RoundsSummary(10, 2, 0, 0, None, optimal=False)
    plan = RoundsPlan(("a", "b", "c", "d", "e"), table, summary)
    assert plan.round(0).tables == ((0, ("d", "e")), (3, ("a", "c")))
    assert plan.round(0).byes == ("b",)
    assert plan.partners(1) == (("b",), ("a",), (), ("e",), ("d",))
