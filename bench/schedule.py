"""Schedules of meetings for whole events, beside the bare flow that gives their bound."""

import random
import resource
import time
from collections.abc import Callable

from bench.result import Result
from services.events.scheduling.schedule import scheduled
from services.events.scheduling.schedule_flow import relaxed
from services.events.scheduling.schedule_pairs import pairs_of
from services.events.scheduling.schedule_problem import Pair, Person, Problem, Slot
from services.events.scheduling.schedule_result import Schedule

_FITTING = 15
_WISHES = 3
_MUTUAL = 0.3


def run_1k(progress: Callable[[str], None]) -> list[Result]:
    """Seconds for 1,000 people and 8 slots, all of them free, and seven in ten with a quota."""
    return [
        _timed("schedule_1k", _event(1_000, 8), progress),
        _timed("schedule_1k_busy", _event(1_000, 8, free=0.7, least=2), progress),
    ]


def run_5k(progress: Callable[[str], None]) -> list[Result]:
    """The same for 5,000 people and 12 slots."""
    return [
        _timed("schedule_5k", _event(5_000, 12), progress),
        _timed("schedule_5k_busy", _event(5_000, 12, free=0.7, least=2), progress),
    ]


def run_20k(progress: Callable[[str], None]) -> list[Result]:
    """Seconds for 20,000 people and 12 slots."""
    return [_timed("schedule_20k", _event(20_000, 12), progress)]


def _timed(name: str, event: Problem, progress: Callable[[str], None]) -> Result:
    scheduled(_event(60, 10, free=0.9))  # loads what is compiled
    begun = time.perf_counter()
    relaxed(pairs_of(event))
    floor = time.perf_counter() - begun
    begun = time.perf_counter()
    made = scheduled(event)
    product = time.perf_counter() - begun
    progress(f"{name}: {product:.1f} s, the bare flow {floor:.1f} s")
    return Result(name, "s", product, floor, None, _notes(made), higher_is_better=False)


def _notes(made: Schedule) -> str:
    worth, bound = made.worth, made.bound
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return (
        f"{len(made.meetings):,} meetings; lacked {worth.missing:,} (at least {bound.missing:,.0f}); of the bound: "
        f"mutual wishes {worth.mutual / max(1, bound.mutual):.2%}, wishes {worth.wished / max(1, bound.wished):.2%}, "
        f"affinity {worth.affinity / max(1, bound.affinity):.2%}; the process has had {memory} MiB"
    )


def _event(people: int, slots: int, *, free: float = 1.0, least: int = 0) -> Problem:
    """Everybody fits some, most of them of their own field, and wishes some, popular people more than others."""
    chance = random.Random(people)
    ids = [f"p{number:06}" for number in range(people)]
    names = [f"s{number:02}" for number in range(slots)]
    field = {member: chance.randrange(max(1, people // 40)) for member in ids}
    fellows: dict[int, list[str]] = {}
    for member in ids:
        fellows.setdefault(field[member], []).append(member)
    affinities: dict[Pair, int] = {}
    wishes: set[Pair] = set()
    for member in ids:
        for _ in range(_FITTING):
            other = chance.choice(fellows[field[member]] if chance.random() < 0.6 else ids)
            if other != member:
                affinities[min(member, other), max(member, other)] = chance.randrange(1, 1000)
        for _ in range(chance.randrange(2 * _WISHES + 1)):
            other = chance.choice(ids) if chance.random() < 0.7 else ids[int(people * chance.random() ** 3)]
            if other != member:
                wishes.add((member, other))
                if chance.random() < _MUTUAL:
                    wishes.add((other, member))
    tables = tuple(f"t{number}" for number in range(people // 2))
    return Problem(
        tuple(Person(each, frozenset(n for n in names if chance.random() < free), least=least) for each in ids),
        tuple(Slot(name, tables) for name in names),
        frozenset(wishes),
        frozenset(chance.sample(sorted(affinities), len(affinities) // 50)),
        affinities=affinities,
    )
