"""The schedule of meetings: as good as any can be, and never against a rule."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.scheduling import schedule_exact
from services.events.scheduling.schedule import STAGES, scheduled
from services.events.scheduling.schedule_problem import Kept, Person, Problem, Slot
from services.events.scheduling.schedule_result import Schedule
from tests.examples import tried
from tests.unit.events.scheduling.every_schedule import best_rank, may_meet, rank


def people(count: int, slots: int, **more: int) -> tuple[Person, ...]:
    free = frozenset(f"s{number}" for number in range(slots))
    return tuple(Person(f"p{number:03}", free, **more) for number in range(count))


def slots(count: int, tables: int) -> tuple[Slot, ...]:
    return tuple(Slot(f"s{number}", tuple(f"t{table}" for table in range(tables))) for number in range(count))


def met(schedule: Schedule) -> frozenset[tuple[str, str]]:
    return frozenset((each.first, each.second) for each in schedule.meetings)


def require_sound(problem: Problem, schedule: Schedule) -> None:
    """Whatever was asked for, no rule is broken, and the worth is what the meetings come to."""
    allowed = may_meet(problem)
    assert all(each.slot_id in allowed[each.first, each.second] for each in schedule.meetings)
    assert len(met(schedule)) == len(schedule.meetings)
    busy = Counter((member, each.slot_id) for each in schedule.meetings for member in (each.first, each.second))
    assert not busy or max(busy.values()) == 1
    seats = Counter((each.slot_id, each.table) for each in schedule.meetings)
    room = {slot.id: None if slot.tables is None else Counter(slot.tables) for slot in problem.slots}
    for (slot_id, table), taken in seats.items():
        there = room[slot_id]
        assert table is None if there is None else taken <= there[str(table)]
    held = Counter(member for each in (*schedule.meetings, *problem.kept) for member in (each.first, each.second))
    had = Counter(member for each in problem.kept for member in (each.first, each.second))
    assert all(held[each.id] <= max(each.most, had[each.id]) for each in problem.people if each.most is not None)
    assert schedule.worth.rank == rank(problem, met(schedule))
    assert schedule.worth.rank <= schedule.bound.rank


@st.composite
def problems(draw: st.DrawFn, most_people: int = 5, most_slots: int = 3) -> Problem:
    """Anything that may be asked: people who are not always free, quotas, wishes, groups, what is agreed already."""
    count, times = draw(st.integers(2, most_people)), draw(st.integers(1, most_slots))
    ids = [f"p{number}" for number in range(count)]
    names = [f"s{number}" for number in range(times)]
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda each: each[0] != each[1])
    groups = draw(st.none() | st.frozensets(st.tuples(st.sampled_from("ab"), st.sampled_from("ab"))))
    members = []
    for each in ids:
        least = draw(st.integers(0, 2))
        most = draw(st.none() | st.integers(least, 3))
        free = draw(st.frozensets(st.sampled_from(names), min_size=1))
        members.append(Person(each, free, draw(st.frozensets(st.sampled_from("ab"))), least, most))
    tables = st.none() | st.lists(st.sampled_from(["x", "y"]), max_size=3).map(tuple)
    agreed: list[Kept] = []
    for slot, (one, other) in draw(st.dictionaries(st.sampled_from(names), pair, max_size=1)).items():
        agreed.append(Kept(slot, one, other))
    return Problem(
        tuple(members),
        tuple(Slot(each, draw(tables)) for each in names),
        draw(st.frozensets(pair, max_size=8)),
        draw(st.frozensets(pair, max_size=2)),
        groups,
        tuple(agreed),
        draw(st.dictionaries(pair, st.integers(1, 9), max_size=8)),
    )


@settings(max_examples=tried(150), deadline=None)
@given(problems())
def test_of_a_few_people_no_schedule_is_better(problem: Problem) -> None:
    schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.optimal
    assert schedule.worth.rank == best_rank(problem)


@settings(max_examples=tried(60), deadline=None)
@given(problems(most_people=6, most_slots=2))
def test_six_people_have_the_best_schedule_too(problem: Problem) -> None:
    schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.worth.rank == best_rank(problem)


@settings(max_examples=tried(150), deadline=None)
@given(problems())
def test_what_is_searched_for_breaks_no_rule_and_is_not_above_the_bound(problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule_exact, "is_small", lambda _pairs: False)
        schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.bound.rank >= best_rank(problem) >= schedule.worth.rank
    assert not schedule.optimal or schedule.worth.rank == best_rank(problem)


@settings(max_examples=tried(30), deadline=None)
@given(problems(most_people=14, most_slots=5))
def test_of_more_people_no_rule_is_broken_either(problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule_exact, "is_small", lambda _pairs: False)
        require_sound(problem, scheduled(problem))


def crowd(seed: int, count: int = 120, times: int = 6) -> Problem:
    """Many people who are there most of the time, with wishes and affinities."""
    chance = random.Random(seed)
    ids = [f"p{number:04}" for number in range(count)]
    names = [f"s{number}" for number in range(times)]

    def some_pairs(number: int) -> list[tuple[str, str]]:
        chosen = (chance.sample(ids, 2) for _ in range(number))
        return [(min(pair), max(pair)) for pair in chosen]

    wishes = {*some_pairs(2 * count)}
    wishes |= {(other, one) for one, other in sorted(wishes) if chance.random() < 0.3}
    return Problem(
        tuple(Person(each, frozenset(name for name in names if chance.random() < 0.8), least=1) for each in ids),
        tuple(Slot(name, tuple(f"t{table}" for table in range(count // 3))) for name in names),
        frozenset(wishes),
        frozenset(some_pairs(count)),
        affinities={pair: chance.randrange(1, 1000) for pair in some_pairs(8 * count)},
    )


def test_a_crowd_comes_close_to_the_bound() -> None:
    problem = crowd(1)
    schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.worth.missing == schedule.bound.missing
    assert schedule.worth.mutual == schedule.bound.mutual
    assert schedule.worth.wished >= 0.98 * schedule.bound.wished


def test_the_order_in_which_things_are_given_changes_nothing() -> None:
    problem, chance = crowd(2), random.Random(3)
    affinities = list((problem.affinities or {}).items())
    chance.shuffle(affinities)
    mixed = replace(
        problem,
        people=tuple(chance.sample(problem.people, len(problem.people))),
        affinities={(pair[1], pair[0]): points for pair, points in affinities},
    )
    assert scheduled(mixed) == scheduled(problem)


def test_what_is_kept_stays_and_only_the_rest_is_planned() -> None:
    problem = crowd(4)
    first = scheduled(problem)
    kept = tuple(Kept(each.slot_id, each.first, each.second) for each in first.meetings[::2])
    taken = Counter((each.slot_id, each.table) for each in first.meetings[::2])
    left = tuple(
        replace(slot, tables=tuple(each for each in slot.tables or () if not taken[slot.id, each]))
        for slot in problem.slots
    )
    again = replace(problem, kept=kept, slots=left)
    require_sound(again, scheduled(again))


def test_nothing_is_left_to_plan_for_whom_everything_is_kept() -> None:
    problem = replace(crowd(5), affinities=None)
    first = scheduled(problem)
    kept = tuple(Kept(each.slot_id, each.first, each.second) for each in first.meetings)
    nobody_free = tuple(replace(person, free=frozenset[str]()) for person in problem.people)
    assert scheduled(replace(problem, kept=kept, people=nobody_free)).meetings == ()


def test_meetings_that_people_lack_come_before_every_wish() -> None:
    four = people(4, 1)
    lacking = (four[0], four[1], *(replace(each, least=1) for each in four[2:]))
    problem = Problem(lacking, slots(1, 1), frozenset({("p000", "p001"), ("p001", "p000")}))
    assert met(scheduled(problem)) == {("p002", "p003")}


def test_a_mutual_wish_comes_before_any_number_of_others() -> None:
    wishes = frozenset({("p001", "p002"), ("p002", "p001"), ("p000", "p001"), ("p003", "p002")})
    problem = Problem(people(4, 1), slots(1, 2), wishes, affinities={("p000", "p003"): 900})
    schedule = scheduled(problem)
    assert ("p001", "p002") in met(schedule)
    assert (schedule.worth.mutual, schedule.worth.affinity) == (1, 900)


def test_whoever_lacks_meetings_gets_people_whom_nobody_named() -> None:
    problem = Problem(people(400, 3, least=2), slots(3, 200))
    schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.worth.missing == 0


def test_a_lonely_group_in_a_crowd_is_given_whomever_it_may_meet() -> None:
    crowded = tuple(replace(person, groups=frozenset("a")) for person in people(400, 2))
    lonely = tuple(replace(each, id=f"q{each.id}", groups=frozenset("b"), least=1) for each in people(5, 2))
    problem = Problem((*crowded, *lonely), slots(2, 10), meets=frozenset({("a", "b")}))
    assert scheduled(problem).worth.missing == 0


def test_among_many_whoever_still_lacks_meetings_is_given_anybody_and_nothing_is_claimed_proven() -> None:
    early = tuple(Person(f"a{number:03}", frozenset({"s0"})) for number in range(200))
    late = tuple(Person(f"b{number:03}", frozenset({"s1"})) for number in range(199))
    lonely = Person("c000", frozenset({"s1"}), least=1)
    taken = frozenset((late[number].id, late[number + 1].id) for number in range(0, 198, 2))
    mutual = taken | {(other, one) for one, other in taken}
    problem = Problem((*early, *late, lonely), slots(2, 300), mutual)
    schedule = scheduled(problem)
    require_sound(problem, schedule)
    assert schedule.worth.rank == schedule.bound.rank == (0, 99, 0, 0)


def test_without_tables_everybody_can_meet_at_once() -> None:
    wishes = frozenset((f"p{number:03}", f"p{number + 1:03}") for number in range(0, 40, 2))
    schedule = scheduled(Problem(people(40, 1), (Slot("s0", None),), wishes))
    assert len(schedule.meetings) == 20
    assert {each.table for each in schedule.meetings} == {None}


def test_people_stay_at_their_table_where_they_can() -> None:
    wishes = frozenset({("p000", "p001"), ("p000", "p002"), ("p003", "p004"), ("p003", "p005")})
    schedule = scheduled(Problem(people(6, 2), slots(2, 2), wishes))
    tables = {
        member: {each.table for each in schedule.meetings if member in (each.first, each.second)}
        for member in ("p000", "p003")
    }
    assert all(len(each) == 1 for each in tables.values())


def test_nobody_comes_of_nobody() -> None:
    schedule = scheduled(Problem((), slots(2, 2)))
    assert schedule.meetings == ()
    assert schedule.optimal


def test_each_stage_is_told_as_it_begins() -> None:
    told: list[str] = []
    scheduled(Problem(people(2, 1), slots(1, 1), frozenset({("p000", "p001")})), told.append)
    assert told == list(STAGES)
