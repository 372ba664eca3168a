"""A plan of speed rounds and what it was made of, as arrays: what the next plan begins with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.rounds import ABSENT, Ints, Longs, RoundsPlan, RoundsSummary
from services.events.scheduling.ties import Ties


@dataclass(frozen=True, slots=True, eq=False)
class RoundSheet:
    """Everybody with a place, in order of id; `table` is people x rounds, as in a plan."""

    plan: int
    people: tuple[str, ...]
    now_is: Mapping[str, str]
    """Who somebody is now, by the id of their place: only of those who were merged."""
    numbers: Ints
    table: Ints
    left_out: Mapping[int, str]
    """By row; whoever is not left out is not in it."""
    ties: Ties
    said: Mapping[str, int]
    """The version of what each member had said of their wishes."""
    others: tuple[tuple[str, int], ...]
    """The other series that people had met in, each with its plan."""
    added: frozenset[int] = frozenset()
    """The rows of whoever has had no place until now."""
    as_kept: bool = False
    """Whether it is kept like this, but for the table."""
    read_anew: bool = False
    """Whether all of it was read now, as something had happened to its people: they may not hold their time."""

    def person(self, member_id: str) -> str:
        """Who has this place now."""
        return self.now_is.get(member_id, member_id)

    def persons(self) -> tuple[str, ...]:
        """By row, who has each place now."""
        return tuple(map(self.person, self.people)) if self.now_is else self.people

    def rows(self) -> dict[str, int]:
        """By who people are now; of two places of one person the first."""
        return dict(zip(reversed(self.persons()), reversed(range(len(self.people))), strict=True))

    def as_plan(self) -> RoundsPlan:
        """As the engine knows it."""
        return RoundsPlan(self.people, self.table, RoundsSummary(0, 0, 0, 0, None, False))

    def windows(self, first: int) -> tuple[Longs, Longs]:
        """For each the first round from `first` on that the plan has them in, and the one after their last.

        Both `first` for whoever is in none.
        """
        there = self.table[:, first:] != ABSENT
        some = there.any(axis=1)
        begins = np.where(some, there.argmax(axis=1), 0)
        ends = np.where(some, there.shape[1] - there[:, ::-1].argmax(axis=1), 0)
        return begins + first, ends + first

    def by_number(self) -> Ints:
        """The table by people's numbers, which count from 1; of numbers that nobody has any more all are away."""
        table = np.full((int(self.numbers.max(initial=0)), self.table.shape[1]), ABSENT, np.int32)
        table[self.numbers - 1] = self.table
        return table

    def seated(self, plan: int, first: int, coming: Ints, left_out: Mapping[int, str]) -> "RoundSheet":
        """With these seats from the round `first` on."""
        table = np.concatenate((self.table[:, :first], coming), axis=1)
        return replace(self, plan=plan, table=table, left_out=left_out, added=frozenset(), read_anew=False)


def told_anew(before: Ints, after: Ints, first: int) -> NDArray[np.bool_]:
    """By row: whoever is there from `first` on, and sits elsewhere or with others than they were told."""
    found = np.zeros(len(after), np.bool_)
    for was, now in zip(before.T[first:], after.T[first:], strict=True):
        moved = was != now
        tables = np.zeros(int(max(was.max(initial=0), now.max(initial=0))) + 1, np.bool_)
        for seats in (was[moved], now[moved]):
            tables[seats[seats >= 0]] = True
        found |= moved
        found[now >= 0] |= tables[now[now >= 0]]
    there: NDArray[np.bool_] = found & (after[:, first:] != ABSENT).any(axis=1)
    return there
