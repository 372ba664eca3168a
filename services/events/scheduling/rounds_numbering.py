"""Which table each group gets: one at which somebody of it sits already, so that as few as can be move."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from services.events.scheduling.rounds import ABSENT, BYE, Longs
from services.events.scheduling.rounds_graph import Ints

_NONE = -1


def numbered(group: Ints, there: NDArray[np.bool_], known: Ints, first: int = 0) -> Ints:
    """People x rounds: table numbers, BYE and ABSENT.

    `group` names each person's group of a round, any number from 0 on, or below 0 for none. From the round `first` on
    groups get their numbers; a person's in `known`, if not below 0, is what their group had and keeps. Rounds before
    stand as they are known.
    """
    table = np.where(there, BYE, ABSENT).astype(np.int32)
    table[:, :first] = known[:, :first]
    for number in range(first, group.shape[1]):
        seated = np.flatnonzero(group[:, number] >= 0)
        _, label = np.unique(group[seated, number], return_inverse=True)
        before = table[seated, number - 1] if number else np.full(len(seated), _NONE)
        table[seated, number] = _numbers(label, known[seated, number], before)[label]
    return table


def _numbers(label: Longs, known: Ints, before: Ints) -> Longs:
    """The number of each group."""
    count = int(label.max(initial=-1)) + 1
    numbers = np.full(count, _NONE, np.int64)
    np.maximum.at(numbers, label, known)
    taken = np.zeros(int(max(known.max(initial=0), before.max(initial=0))) + count + 1, np.bool_)
    taken[numbers[numbers >= 0]] = True
    open_to = np.flatnonzero((numbers[label] < 0) & (before >= 0) & ~taken[before])
    if len(open_to):
        shape = (count, len(taken))
        stays = csr_array((np.ones(len(open_to), np.int8), (label[open_to], before[open_to])), shape=shape)
        matched = maximum_bipartite_matching(stays, perm_type="column").astype(np.int64)
        numbers = np.where(numbers < 0, matched, numbers)
        taken[numbers[numbers >= 0]] = True
    without = np.flatnonzero(numbers < 0)
    numbers[without] = np.flatnonzero(~taken)[: len(without)]
    return numbers
