"""What comes of making a schedule: who meets whom, and how good it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting to be: two people, the lower id first, in a slot at a table."""

    slot_id: str
    first: str
    second: str
    table: str


@dataclass(frozen=True, slots=True)
class Worth:
    """How good a schedule is, in order of importance.

    - `missing`: meetings that people lack to have the least they are to have; the fewer, the better.
    - `mutual`: meetings of two who both wish it.
    - `wished`: meetings that one of the two wishes.
    - `affinity`: the sum of the affinities of all.
    """

    missing: int
    mutual: int
    wished: int
    affinity: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Greater is better."""
        return -self.missing, self.mutual, self.wished, self.affinity


@dataclass(frozen=True, slots=True)
class Schedule:
    """The meetings to add to those that are kept, by slot and table.

    No schedule of the same people is better than `bound`, by `Worth.rank`; `optimal` says that this one is known to be
    as good as any.
    """

    meetings: tuple[Planned, ...]
    worth: Worth
    bound: Worth
    optimal: bool
