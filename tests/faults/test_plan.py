"""The plan of a long run: the same for the same seed, every kind in every round, everybody has their turn."""

from collections import Counter
from itertools import islice

from tests.faults.long_run import ROLES
from tests.faults.plan import IN_A_ROUND, Fault, Kind, make_plan

A_ROUND = sum(IN_A_ROUND.values())


def planned(seed: int, count: int) -> list[Fault]:
    return list(islice(make_plan(seed, ROLES), count))


def test_the_same_seed_plans_the_same_and_another_one_something_else() -> None:
    assert planned(7, 200) == planned(7, 200)
    assert planned(7, 200) != planned(8, 200)


def test_each_round_has_every_kind() -> None:
    faults = planned(7, 3 * A_ROUND)
    for start in range(0, len(faults), A_ROUND):
        assert Counter(each.kind for each in faults[start : start + A_ROUND]) == IN_A_ROUND


def test_every_process_is_killed_before_any_is_killed_twice() -> None:
    killed = [each.target for each in planned(7, 20 * A_ROUND) if each.kind is Kind.KILL]
    for start in range(0, len(killed) - len(ROLES), len(ROLES)):
        assert set(killed[start : start + len(ROLES)]) == {role.name for role in ROLES}


def test_a_relay_is_made_a_zombie_only_where_another_takes_over() -> None:
    zombies = {each.target for each in planned(7, 20 * A_ROUND) if each.kind is Kind.ZOMBIE}
    assert zombies == {f"{service}-relay-{number}" for service in ("events", "matching") for number in (1, 2)}
