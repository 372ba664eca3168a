"""Speed rounds: what is asked, and the plan that answers it.

People, rounds and tables are numbers from 0 on; a person's is their place, or row, among the ids in ascending order.
So the same people give the same plan, in whatever order they come.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

BYE = -1
"""Instead of a table: there, but nobody to meet in this round."""
ABSENT = -2
"""Instead of a table: not there yet, or gone."""

Progress = Callable[[float], None]
"""Told now and then which share is done, from 0 to 1. Whatever it raises ends the planning and reaches the caller."""


class NotPlannable(ValueError):
    """What is asked contradicts itself; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part, from the round `arrives` until before the round `leaves` (None: to the end)."""

    id: str
    arrives: int = 0
    leaves: int | None = None
    group: str = ""
    byes: int = 0
    """How often they had nobody to meet before these rounds: the next byes are for those who had fewer."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundsAsked:
    """What is asked of a plan; `asked` makes one from ids."""

    people: tuple[str, ...]
    """Ascending, each once."""
    rounds: int
    group_size: int
    """2 for one to one; no table has more people."""
    tables: int | None
    """The most that can be used at once; None for as many as it takes."""
    affinity_pairs: Longs
    """Rows, two a line: whoever is worth meeting. All other pairs may meet, and count nothing."""
    affinity: Longs
    """Basis points for each line, not negative. Of a pair that is there twice the higher counts."""
    forbidden: Longs
    """Rows, two a line: they never meet."""
    met: Longs
    """Rows, two a line: they have met before, so that meeting here would be a repeat."""
    arrives: Longs
    leaves: Longs
    """By person: the first round they are there, and the first they are there no more."""
    byes: Longs
    group: Longs
    may_meet: NDArray[np.bool_]
    """Groups x groups, symmetric: whether people of the two may meet. Only one to one."""

    def there(self) -> NDArray[np.bool_]:
        """People x rounds: whether they are there."""
        number = np.arange(self.rounds)
        return (self.arrives[:, None] <= number) & (number < self.leaves[:, None])


def asked(
    guests: Iterable[Guest],
    rounds: int,
    *,
    group_size: int = 2,
    tables: int | None = None,
    affinity: Sequence[tuple[str, str, int]] = (),
    forbidden: Sequence[tuple[str, str]] = (),
    met: Sequence[tuple[str, str]] = (),
    may_meet: Iterable[tuple[str, str]] | None = None,
) -> RoundsAsked:
    """The same from ids. Pairs that name somebody who is no guest count for nothing.

    `may_meet` names pairs of groups whose people may meet; None lets all meet. Raises NotPlannable.
    """
    ordered = sorted(guests, key=lambda guest: guest.id)
    row = {guest.id: number for number, guest in enumerate(ordered)}
    _check(ordered, row)
    told = asked_by_row(
        tuple(row),
        rounds,
        arrives=np.array([guest.arrives for guest in ordered], np.int64),
        leaves=np.array([rounds if guest.leaves is None else guest.leaves for guest in ordered], np.int64),
        groups=[guest.group for guest in ordered],
        group_size=group_size,
        tables=tables,
        may_meet=may_meet,
    )
    pairs, value = _known(_rows(((a, b) for a, b, _ in affinity), row), np.array([v for *_, v in affinity], np.int64))
    if len(value) and value.min() < 0:
        raise NotPlannable("An affinity is below 0; forbid a pair that is not to meet.")
    return replace(
        told,
        affinity_pairs=pairs,
        affinity=value,
        forbidden=_known(_rows(forbidden, row))[0],
        met=_known(_rows(met, row))[0],
        byes=np.array([guest.byes for guest in ordered], np.int64),
    )


def asked_by_row(
    people: tuple[str, ...],
    rounds: int,
    *,
    arrives: Longs,
    leaves: Longs,
    groups: Sequence[str] = (),
    group_size: int = 2,
    tables: int | None = None,
    may_meet: Iterable[tuple[str, str]] | None = None,
) -> RoundsAsked:
    """The same of `people` in ascending order, each once, of whom nothing is known two by two.

    The rest is by row; `groups` names theirs, none where they have none. Raises NotPlannable.
    """
    _check_numbers(rounds, group_size, tables)
    names = sorted({*groups}) or [""]
    allowed = np.ones((len(names), len(names)), np.bool_)
    if may_meet is not None:
        if group_size > 2:
            raise NotPlannable("Groups that may meet are for rounds one to one; tables seat whoever is not forbidden.")
        of = {name: number for number, name in enumerate(names)}
        allowed[:] = False
        for one, other in may_meet:
            if one in of and other in of:
                allowed[of[one], of[other]] = allowed[of[other], of[one]] = True
    nothing, number = np.zeros(0, np.int64), np.zeros(len(people), np.int64)
    return RoundsAsked(
        people=people,
        rounds=rounds,
        group_size=group_size,
        tables=tables,
        affinity_pairs=nothing.reshape(0, 2),
        affinity=nothing,
        forbidden=nothing.reshape(0, 2),
        met=nothing.reshape(0, 2),
        arrives=arrives,
        leaves=np.minimum(leaves, rounds),
        byes=number,
        group=np.searchsorted(np.array(names), groups).astype(np.int64) if groups else number,
        may_meet=allowed,
    )


@dataclass(frozen=True, slots=True)
class Round:
    """One round as people see it."""

    tables: tuple[tuple[int, tuple[str, ...]], ...]
    """The number of each table that is used, ascending, and who sits there, by id."""
    byes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundsSummary:
    """What a plan comes to."""

    person_rounds: int
    """How many times somebody is there for a round."""
    missed: int
    """How many of these without anybody to meet."""
    repeats: int
    """How many times two meet who have met before."""
    affinity: int
    """Of all meetings but repeats, in basis points."""
    bound: int | None
    """No plan has more affinity; None where nobody worked it out, as after a change."""
    optimal: bool
    """Whether this is known to be the best plan: fewest missed, byes spread, fewest repeats, most affinity."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundsPlan:
    """Who sits where in each round."""

    people: tuple[str, ...]
    table: NDArray[np.int32]
    """People x rounds: the number of the table, BYE or ABSENT."""
    summary: RoundsSummary

    @property
    def rounds(self) -> int:
        """How many there are."""
        return int(self.table.shape[1])

    def round(self, number: int) -> Round:
        """One of them."""
        table = self.table[:, number]
        seated = np.flatnonzero(table >= 0)
        order = seated[np.argsort(table[seated], kind="stable")]
        used, first = np.unique(table[order], return_index=True)
        ids = [self.people[row] for row in order]
        ends = pairwise([*first.tolist(), len(ids)])
        return Round(
            tables=tuple((int(at), tuple(ids[begin:end])) for at, (begin, end) in zip(used, ends, strict=True)),
            byes=tuple(self.people[row] for row in np.flatnonzero(table == BYE)),
        )

    def partners(self, number: int) -> tuple[tuple[str, ...], ...]:
        """Whom each person meets in that round, in the order of people."""
        found: list[tuple[str, ...]] = [()] * len(self.people)
        row = {person: at for at, person in enumerate(self.people)}
        for _, seated in self.round(number).tables:
            for person in seated:
                found[row[person]] = tuple(other for other in seated if other != person)
        return tuple(found)


def distinct(numbers: Longs) -> Longs:
    """Each of these, none below 0, once and ascending. They are sorted in place: much faster than by `np.unique`."""
    numbers.sort()
    found: Longs = numbers[np.diff(numbers, prepend=-1) > 0]
    return found


def _check(guests: Sequence[Guest], row: Mapping[str, int]) -> None:
    if len(row) < len(guests):
        raise NotPlannable("Somebody is there twice; name each person once.")
    for guest in guests:
        if guest.arrives < 0 or (guest.leaves is not None and guest.leaves < 0) or guest.byes < 0:
            raise NotPlannable(f"{guest.id} has a round or a number of byes below 0.")


def _check_numbers(rounds: int, group_size: int, tables: int | None) -> None:
    if rounds < 1:
        raise NotPlannable(f"{rounds} rounds are none; ask for 1 or more.")
    if group_size < 2:
        raise NotPlannable(f"Nobody meets in groups of {group_size}; ask for 2 or more.")
    if tables is not None and tables < 1:
        raise NotPlannable(f"There are {tables} tables; offer 1 or more, or leave the number open.")


def _rows(pairs: Iterable[tuple[str, str]], row: Mapping[str, int]) -> Longs:
    """Two rows a line, -1 for whoever is no guest."""
    flat = [row.get(person, -1) for person in chain.from_iterable(pairs)]
    return np.array(flat, np.int64).reshape(-1, 2)


def _known(pairs: Longs, value: Longs | None = None) -> tuple[Longs, Longs]:
    """Only those of two different guests."""
    keep = (pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])
    return pairs[keep], np.zeros(0, np.int64) if value is None else value[keep]
