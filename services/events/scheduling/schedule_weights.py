"""The four aims of a schedule as whole numbers that can be added up."""

from dataclasses import dataclass

import numpy as np

from services.events.scheduling.schedule_pairs import Flags, Ints, Pairs
from services.events.scheduling.schedule_result import Worth


@dataclass(frozen=True, slots=True)
class Weights:
    """What is gained by one meeting that somebody lacked, by one that both wish, by one that one wishes.

    One point of affinity is 1.
    """

    lacked: int
    mutual: int
    wished: int


@dataclass(frozen=True, slots=True)
class Most:
    """The most there can be of each aim."""

    meetings: int
    mutual: int
    wished: int
    affinity: int


def most_of(pairs: Pairs) -> Most:
    """How far each aim could be reached if it were the only one."""
    room = np.minimum(pairs.free.sum(axis=0) // 2, pairs.tables).sum() if len(pairs.slots) else 0
    meetings = int(min(room, pairs.most.sum() // 2, len(pairs.first)))
    best = np.sort(pairs.affinity)[len(pairs.affinity) - meetings :]
    mutual, wished = (min(meetings, int((pairs.kind == kind).sum())) for kind in (2, 1))
    return Most(meetings, mutual, wished, int(best.sum()))


def exact(most: Most, unit: int = 1) -> Weights:
    """Weights by which one of a greater aim is worth more than all that there can be of the lesser ones.

    That holds as well where meetings are counted in parts of one, `unit` of them.
    """
    wished = unit * most.affinity + 1
    mutual = wished * (unit * most.wished + 1)
    return Weights(mutual * (unit * most.mutual + 1), mutual, wished)


def near(highest: int, steps: int) -> Weights:
    """Weights by which one of a greater aim is worth `steps` of the next: small enough to be added up anywhere."""
    wished = steps * max(1, highest)
    return Weights(steps * steps * wished, steps * wished, wished)


def gains(pairs: Pairs, weights: Weights) -> Ints:
    """What a meeting of each pair is worth, but for what the two lack."""
    return pairs.affinity + np.asarray([0, weights.wished, weights.mutual], np.int64)[pairs.kind]


def worth_of(pairs: Pairs, chosen: Flags | Ints) -> Worth:
    """How good these meetings are."""
    held = np.bincount(pairs.first[chosen], minlength=len(pairs.people))
    held += np.bincount(pairs.second[chosen], minlength=len(pairs.people))
    kind = pairs.kind[chosen]
    return Worth(
        missing=int(np.maximum(pairs.least - held, 0).sum()),
        mutual=int((kind == 2).sum()),
        wished=int((kind == 1).sum()),
        affinity=int(pairs.affinity[chosen].sum()),
    )
