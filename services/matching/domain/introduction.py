"""One of a pair would introduce the partner to a third member, who is asked before anything of them is shown."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import Conflict, NotFound
from shared.transitions import Machine

LONGEST_MESSAGE = 4000


class IntroductionState(StrEnum):
    """Where an introduction stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_OFFERED = IntroductionState.OFFERED

INTRODUCTION = Machine(
    "introduction",
    {
        "accept": {_OFFERED: IntroductionState.ACCEPTED},
        "decline": {_OFFERED: IntroductionState.DECLINED},
        "withdraw": {_OFFERED: IntroductionState.WITHDRAWN},
    },
)


class AlreadyOffered(Conflict):
    """One introduction of a pair to the same person at a time, and none after they met by it."""

    def __init__(self) -> None:
        super().__init__("An introduction to this member is waiting for their answer, or was accepted before.")


class Role(StrEnum):
    """What a member is in an introduction."""

    OFFERING = "offering"
    INTRODUCED = "introduced"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Introduction:
    """`offered_by` would introduce `introduced`, the partner, to `introduced_to`, in words of their own.

    `muted`: the third was never told, nor ever will be, and whoever offered it cannot tell. The three keep the ids they
    were named by first, where they were merged into somebody since (`…_as`).
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentorship_id: str
    offered_by: str
    introduced: str
    introduced_to: str
    message: str
    offered_at: datetime
    state: IntroductionState = IntroductionState.OFFERED
    answered_at: datetime | None = None
    muted: bool = False
    offered_by_as: str | None = None
    introduced_as: str | None = None
    introduced_to_as: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the third may still answer."""
        return self.state is _OFFERED

    def role_of(self, member_id: str) -> Role:
        """What this member is in it. Raises NotFound for whoever is none of the three, or is not to know."""
        if member_id == self.offered_by:
            return Role.OFFERING
        if member_id == self.introduced:
            return Role.INTRODUCED
        if member_id == self.introduced_to and not self.muted:
            return Role.THIRD
        raise NotFound("introduction", self.id)

    def shows_the_third_to(self, member_id: str) -> bool:
        """Whether this one of the three may know who the third is: the one introduced, only when that one agreed."""
        return self.role_of(member_id) is not Role.INTRODUCED or self.state is IntroductionState.ACCEPTED

    def answered(self, verb: str, by: str, now: datetime) -> "Introduction":
        """After `accept` or `decline` by the third, whose alone it is. Raises NotFound, IllegalTransition."""
        if self.role_of(by) is not Role.THIRD:
            raise NotFound("introduction to you", self.id)
        return replace(self, state=INTRODUCTION.after(self.state, verb), answered_at=now, updated_at=now)

    def withdrawn(self, now: datetime) -> "Introduction":
        """Taken back. Raises IllegalTransition."""
        return replace(self, state=INTRODUCTION.after(self.state, "withdraw"), updated_at=now)

    def named_anew(self, makers: Collection[str], now: str) -> "Introduction":
        """The same three, where everybody who was first named by one of `makers` is `now`; itself where nobody is."""
        first = (
            self.offered_by_as or self.offered_by,
            self.introduced_as or self.introduced,
            self.introduced_to_as or self.introduced_to,
        )
        present = (self.offered_by, self.introduced, self.introduced_to)
        anew = tuple(now if maker in makers else one for maker, one in zip(first, present, strict=True))
        if anew == present:
            return self
        was = [None if maker == one else maker for maker, one in zip(first, anew, strict=True)]
        return replace(
            self,
            offered_by=anew[0],
            introduced=anew[1],
            introduced_to=anew[2],
            offered_by_as=was[0],
            introduced_as=was[1],
            introduced_to_as=was[2],
        )

    @property
    def is_of_three(self) -> bool:
        """Whether these are three people."""
        return len({self.offered_by, self.introduced, self.introduced_to}) == 3
