"""What the search finds in a pool of peers, where everybody is on both sides, as pairs without a direction."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import Objective, Unmatched
from services.matching.engine.candidates import Candidates
from services.matching.engine.edges import kept
from services.matching.engine.fairness import fair, floor_of
from services.matching.engine.features import Features
from services.matching.engine.pairing import Bound, paired
from services.matching.engine.search import cell_number


@dataclass(frozen=True, slots=True)
class PairedPeers:
    """The candidates, each pair once and the lower id as its mentor; which are taken beside the locked ones.

    `bound` is what no match of these candidates is better than, locked ones included.
    """

    found: Candidates
    taken: NDArray[np.bool_]
    bound: Bound


def pair_peers(known: Features, found: Candidates, objective: Objective, fairness: float) -> PairedPeers:
    """The best pairs of what the search found of a pool of peers."""
    pairs = undirected(known, found)
    locked = pairs.locked
    capacity = known.mentors.capacity
    free = kept(pairs, ~locked)
    one, other, score = (each.astype(np.int64) for each in (free.mentor_index, free.mentee_index, free.score))
    result = paired(one, other, score, capacity, objective)
    chosen = result.taken
    if fairness > 0:
        worth = fair(free.score, floor_of(free.score[chosen]), fairness)
        chosen = paired(one, other, worth, capacity, objective).taken
    taken = np.zeros(len(locked), np.bool_)
    taken[~locked] = chosen
    bound = Bound(result.bound.pairs + int(locked.sum()), result.bound.score + int(pairs.score[locked].sum()))
    return PairedPeers(pairs, taken, bound)


def undirected(known: Features, found: Candidates) -> Candidates:
    """Each pair once, whichever of the two has the other on the list; sorted by the rows of the two."""
    one = np.minimum(found.mentor_index, found.mentee_index)
    other = np.maximum(found.mentor_index, found.mentee_index)
    _, first = np.unique(cell_number(one, other, len(known.mentors.members)), return_index=True)
    ids = np.array([member.id for member in known.mentors.members], np.str_)
    one, other = one[first], other[first]
    in_order = ids[one] < ids[other]
    return replace(
        kept(found, first.astype(np.int64)),
        mentor_index=np.where(in_order, one, other),
        mentee_index=np.where(in_order, other, one),
    )


def peers_alone(known: Features, pairs: Candidates, edges: Collection[int]) -> tuple[Unmatched, ...]:
    """Everyone without a pair, by id, each with the first rule that left them nobody."""
    chosen = list(edges)
    together = {*pairs.mentor_index[chosen].tolist(), *pairs.mentee_index[chosen].tolist()}
    alone = (
        Unmatched(member.id, Role.MENTOR, pairs.mentee_reasons[row])
        for row, member in enumerate(known.mentors.members)
        if row not in together
    )
    return tuple(sorted(alone, key=lambda one: one.member_id))
