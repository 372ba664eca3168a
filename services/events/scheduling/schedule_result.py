"""What comes of making a schedule: who meets whom, and how good it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting to be: two people, the lower id first, in a slot, at a table where there are any."""

    slot_id: str
    first: str
    second: str
    table: str | None


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
class Bound:
    """What no schedule is better than, by `rank`; of what is worked out with half meetings, halves may be left."""

    missing: float
    mutual: float
    wished: float
    affinity: float

    @property
    def rank(self) -> tuple[float, float, float, float]:
        """As of `Worth`."""
        return -self.missing, self.mutual, self.wished, self.affinity


@dataclass(frozen=True, slots=True)
class Schedule:
    """The meetings to add to those that are kept, by slot and table.

    No schedule of the same people is better than `bound`, and `optimal` says that none is better than this one.
    """

    meetings: tuple[Planned, ...]
    worth: Worth
    bound: Bound
    optimal: bool
