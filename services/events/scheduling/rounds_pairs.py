"""A plan of speed rounds one to one."""

from dataclasses import dataclass

import numpy as np

from services.events.scheduling.compiling import compiled
from services.events.scheduling.rounds import Ints, Longs, Progress, RoundsAsked
from services.events.scheduling.rounds_byes import chosen_byes, pairs_at_most, sides, spread
from services.events.scheduling.rounds_circle import circle, two_circles
from services.events.scheduling.rounds_coloring import color, color_between
from services.events.scheduling.rounds_evening import FREE, OUT, Evening, evening, have_met, join, may_meet, value_of
from services.events.scheduling.rounds_graph import Barred, Graph
from services.events.scheduling.rounds_prices import bargain, bound, settle, tighten
from services.events.scheduling.rounds_seating import seat
from services.events.scheduling.rounds_swaps import Queue, enter_all, improve, queue

_SWEEPS = 50
_AT_ONCE = 10
_TIGHTER = 10
_TURNS = 2_000
"""People looked at between two words about how far it is."""
_FEW = 20
"""So many may meet the same people in other rounds, for two who lost theirs and are worth meeting to meet."""
_CLOSE = 3
"""Where there are fewer people than this times rounds, that nobody meets twice is hard, and a circle knows how."""


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """Whom each person meets in each round, or nobody (below 0), and what no plan exceeds in affinity."""

    partner: Ints
    bound: int | None


def paired(told: RoundsAsked, g: Graph, x: Barred, progress: Progress) -> list[Paired]:
    """Plans to choose from: by prices, and where rounds are many by a circle."""
    there = told.there()
    places = there.sum(axis=1)
    offers = bargain(g, told.rounds)
    for done in range(0, _SWEEPS, _AT_ONCE):
        progress(0.4 * done / _SWEEPS)
        if not settle(g, offers, places, _AT_ONCE):
            break
    byes = chosen_byes(told, there, offers.price[:, None])
    if byes.any():
        settle(g, offers, places - byes.sum(axis=1), _AT_ONCE)
    planned = evening(there & ~byes)
    progress(0.4)
    color(g, x, offers, planned)
    progress(0.5)
    if byes.any():
        settle(g, offers, places, _AT_ONCE)
    for _ in range(_TIGHTER):
        tighten(g, offers, places)
    best = bound(g, offers, places)
    progress(0.6)
    found = [Paired(_finished(told, g, x, planned, np.arange(len(places)), progress), best)]
    if len(told.people) <= _CLOSE * told.rounds and told.tables is None:
        turned = evening(there)
        _take_over(g, x, turned, _circle(told))
        found.append(Paired(_finished(told, g, x, turned, np.arange(len(places)), progress), best))
    return found


def repaired(told: RoundsAsked, g: Graph, x: Barred, partner: Ints, progress: Progress) -> Paired:
    """The same meetings where both are there and may meet, and others for whoever lost theirs or came new.

    Only around these anything changes.
    """
    kept = evening(told.there())
    _take_over(g, x, kept, partner)
    changed = np.flatnonzero((kept.partner == FREE).any(axis=1))
    color_between(g, x, kept, _FEW)
    return Paired(_finished(told, g, x, kept, changed, progress), None)


def _finished(told: RoundsAsked, g: Graph, x: Barred, e: Evening, changed: Longs, progress: Progress) -> Ints:
    """Seats whoever is still free, and makes it better around these and those who changed."""
    there = told.there()
    waiting = queue(len(told.people), told.rounds)
    most = pairs_at_most(told, there)
    had = told.byes.copy()
    for number in range(told.rounds):
        seat(g, x, e, waiting, number, had, int(most[number]))
        had += there[:, number] & (e.partner[:, number] < 0)
    enter_all(waiting, changed)
    _improve(g, x, e, waiting, progress)
    e.partner[e.partner == FREE] = OUT
    spread(g, x, e, waiting, there, told.byes)
    _improve(g, x, e, waiting, progress)
    return e.partner


def _improve(g: Graph, x: Barred, e: Evening, waiting: Queue, progress: Progress) -> None:
    left = improve(g, x, e, waiting, _TURNS)
    while left:
        progress(1 - 0.4 * min(1, left / len(e.partner)))
        left = improve(g, x, e, waiting, _TURNS)


def _circle(told: RoundsAsked) -> Ints:
    both = sides(told)
    if len(both) == 1:
        return circle(len(told.people), told.rounds)
    one, other = (np.flatnonzero(side) for side in both)
    row = np.concatenate((one, other, [-1]))
    turned = np.full((len(told.people), told.rounds), -1, np.int32)
    turned[row[:-1]] = row[two_circles(len(one), len(other), told.rounds)]
    return turned


@compiled
def _take_over(g: Graph, x: Barred, e: Evening, partner: Ints) -> None:  # pragma: no cover
    """Whom they meet, where both are there and may; whoever met before is met again only after everybody."""
    everybody = len(partner) - 1
    for number in range(partner.shape[1]):
        for one in range(len(partner)):
            other = partner[one, number]
            if one > other or e.partner[one, number] != FREE or e.partner[other, number] != FREE:
                continue
            if may_meet(x, one, other):
                met = have_met(e, x, one, other)
                if not met or number >= everybody:
                    join(e, number, one, other, 0 if met else value_of(g, one, other))
