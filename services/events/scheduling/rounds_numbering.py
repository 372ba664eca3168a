"""Which table each group gets: one at which somebody of it sits already, so that as few as can be move."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from services.events.scheduling.rounds import ABSENT, BYE, Ints, Longs

_NONE = -1


def numbered(group: Ints, there: NDArray[np.bool_], known: Ints | None = None, past: Ints | None = None) -> Ints:
    """People x rounds: table numbers, BYE and ABSENT.

    `group` names each person's group of a round by any number from 0 on, and below 0 says none. A group keeps
    the number that most of its people have in `known`, if no larger part of another group has it. `past` are the rounds
    before.
    """
    table = np.where(there, BYE, ABSENT).astype(np.int32)
    before = np.full(len(group), _NONE, np.int32) if past is None or not past.shape[1] else past[:, -1]
    for number in range(group.shape[1]):
        seated = np.flatnonzero(group[:, number] >= 0)
        label = _labels(group[seated, number])
        numbers = np.full(int(label.max(initial=-1)) + 1, _NONE, np.int64)
        if known is not None:
            _keep(numbers, label, known[seated, number])
        table[seated, number] = _numbers(numbers, label, before[seated])[label]
        before = table[:, number]
    return table


def _labels(names: Ints) -> Longs:
    """The same groups numbered from 0 on."""
    used = np.bincount(names, minlength=1) > 0
    return (np.cumsum(used) - 1)[names]


def _keep(numbers: Longs, label: Longs, theirs: Ints) -> None:
    """Gives each group the number that most of its people had, the largest part first; a number to one group."""
    had = theirs >= 0
    numbers_had = int(theirs.max(initial=0)) + 1
    each = label[had] * numbers_had + theirs[had]
    each.sort()
    begins = np.flatnonzero(np.diff(each, prepend=-1))
    count = np.diff(begins, append=len(each))
    group, number = np.divmod(each[begins], numbers_had)
    # Nearly all have what nobody else has any of: only the others take turns.
    alone = (np.bincount(group)[group] == 1) & (np.bincount(number)[number] == 1)
    numbers[group[alone]] = number[alone]
    taken = set(number[alone].tolist())
    for at in np.flatnonzero(~alone)[np.argsort(-count[~alone], kind="stable")].tolist():
        if numbers[group[at]] < 0 and int(number[at]) not in taken:
            numbers[group[at]] = number[at]
            taken.add(int(number[at]))


def _numbers(numbers: Longs, label: Longs, before: Ints) -> Longs:
    """The number of each group, those of some given; `before` is the table at which each of their people sits."""
    taken = np.zeros(int(max(numbers.max(initial=0), before.max(initial=0))) + len(numbers) + 1, np.bool_)
    taken[numbers[numbers >= 0]] = True
    near = np.flatnonzero((numbers[label] < 0) & (before >= 0) & ~taken[before])
    if len(near):
        shape = (len(numbers), len(taken))
        stays = csr_array((np.ones(len(near), np.int8), (label[near], before[near])), shape=shape)
        matched = maximum_bipartite_matching(stays, perm_type="column").astype(np.int64)
        numbers = np.where(numbers < 0, matched, numbers)
        taken[numbers[numbers >= 0]] = True
    without = np.flatnonzero(numbers < 0)
    numbers[without] = np.flatnonzero(~taken)[: len(without)]
    return numbers
