"""What a schedule of meetings is made from."""

from collections.abc import Mapping
from dataclasses import dataclass

Pair = tuple[str, str]
"""Two people, or two groups. Where a pair has no direction, either order will do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be given meetings.

    `free` are the slots in which they can be met. They get `least` meetings if that is possible at all and never more
    than `most`, None being as many as there are slots; what they already have counts. `group` is the group by which the
    rules go, if any.
    """

    id: str
    free: frozenset[str]
    group: str | None = None
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which people can meet, with the tables that are still free then, in the order in which to take them."""

    id: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A meeting that is agreed or published, and stays. Neither is free in its slot, nor is its table."""

    slot_id: str
    first: str
    second: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a schedule is made from; the order in which anything is given is of no account.

    - `slots`: in the order of time.
    - `wishes`: who wants to meet whom, as (who, whom).
    - `never`: pairs that will not meet: one of them said no thanks, or blocked the other, or the organizer forbids it.
    - `apart`: pairs of groups whose people do not meet; a group may be apart from itself.
    - `affinities`: what a meeting of the pair is worth, from 1 up; the higher, the better they fit.
    """

    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    wishes: frozenset[Pair] = frozenset()
    never: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()
    kept: tuple[Kept, ...] = ()
    affinities: Mapping[Pair, int] | None = None
