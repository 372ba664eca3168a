"""All schedules there are of a few people, tried one by one: what the engine's are measured by."""

from collections.abc import Iterator
from itertools import combinations

from services.events.scheduling.schedule_problem import Problem

Met = frozenset[tuple[str, str]]
Rank = tuple[int, int, int, int]


def may_meet(problem: Problem) -> dict[tuple[str, str], frozenset[str]]:
    """The pairs, the lower id first, and the slots in which both are free."""
    never = {frozenset(pair) for pair in problem.never} | {
        frozenset((each.first, each.second)) for each in problem.kept
    }
    busy = {(member, each.slot_id) for each in problem.kept for member in (each.first, each.second)}
    found = {}
    for one, other in combinations(sorted(problem.people, key=lambda each: each.id), 2):
        groups = problem.meets is None or any(
            (a in one.groups and b in other.groups) or (b in one.groups and a in other.groups) for a, b in problem.meets
        )
        slots = {each for each in one.free & other.free if not {(one.id, each), (other.id, each)} & busy}
        if groups and slots and frozenset((one.id, other.id)) not in never:
            found[one.id, other.id] = frozenset(slots)
    return found


def rank(problem: Problem, met: Met) -> Rank:
    """As `Worth.rank`, worked out from the definition."""
    held = {person.id: 0 for person in problem.people}
    for each in problem.kept:
        for member in (each.first, each.second):
            if member in held:
                held[member] += 1
    for pair in met:
        for member in pair:
            held[member] += 1
    wishes = [sum(way in problem.wishes for way in (pair, pair[::-1])) for pair in met]
    points = problem.affinities or {}
    return (
        -sum(max(0, person.least - held[person.id]) for person in problem.people),
        wishes.count(2),
        wishes.count(1),
        sum(max(points.get(pair, 0), points.get(pair[::-1], 0)) for pair in met),
    )


def best_rank(problem: Problem) -> Rank:
    """The best there is, after every schedule was tried."""
    allowed = may_meet(problem)
    kept = [member for each in problem.kept for member in (each.first, each.second)]
    most = {
        person.id: len(problem.slots) if person.most is None else max(0, person.most - kept.count(person.id))
        for person in problem.people
    }
    reached: set[Met] = {frozenset()}
    for slot in problem.slots:
        here = sorted(pair for pair, slots in allowed.items() if slot.id in slots)
        room = len(here) if slot.tables is None else len(slot.tables)
        reached = {met | more for more in _apart(here, room) for met in reached if not met & more}
        reached = {met for met in reached if all(sum(who in pair for pair in met) <= most[who] for who in most)}
    return max(rank(problem, met) for met in reached)


def _apart(pairs: list[tuple[str, str]], room: int) -> Iterator[Met]:
    """Every choice of up to so many pairs without anybody twice."""
    yield frozenset()
    if room == 0:
        return
    for number, pair in enumerate(pairs):
        later = [each for each in pairs[number + 1 :] if not set(each) & set(pair)]
        for others in _apart(later, room - 1):
            yield others | {pair}
