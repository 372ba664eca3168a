"""What a schedule of meetings is made from."""

from collections.abc import Mapping
from dataclasses import dataclass

Pair = tuple[str, str]
"""Two people, or two groups. Where a pair has no direction, either order will do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be given meetings.

    `free` are the slots in which they can be met. They get `least` meetings if that is possible at all and never more
    than `most`, None being as many as there are slots; what they already have counts. `groups` are those by which
    `Problem.meets` goes.
    """

    id: str
    free: frozenset[str]
    groups: frozenset[str] = frozenset()
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which people can meet, with the tables that are free then, in the order in which to take them.

    A name comes as often as there is room for one more meeting; None: no meeting needs a table then.
    """

    id: str
    tables: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A meeting that is agreed or published, and stays. Neither of the two is free in its slot."""

    slot_id: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a schedule is made from; the order in which anything is given is of no account.

    - `slots`: in the order of time.
    - `wishes`: who wants to meet whom, as (who, whom).
    - `never`: pairs that will not meet: one of them said no thanks, or blocked the other, or the organizer forbids it.
    - `meets`: pairs of groups whose people may meet, a group perhaps with itself; None: everybody may meet everybody.
    - `affinities`: what a meeting of the pair is worth, from 1 up; the higher, the better they fit.
    """

    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    wishes: frozenset[Pair] = frozenset()
    never: frozenset[Pair] = frozenset()
    meets: frozenset[Pair] | None = None
    kept: tuple[Kept, ...] = ()
    affinities: Mapping[Pair, int] | None = None
