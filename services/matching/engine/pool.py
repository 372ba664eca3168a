"""Everything a match is computed from: who takes part, and what is known of pairs."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from services.matching.domain.member import Member
from services.matching.domain.parts import Weights
from services.matching.domain.program import Format, Rules

Pair = tuple[str, str]


def unordered(one: str, other: str) -> Pair:
    """The key of two people where it does not matter who is the mentor."""
    return (one, other) if one < other else (other, one)


def both_ways(pairs: Collection[Pair]) -> tuple[Pair, ...]:
    """Each pair, and each the other way round."""
    return tuple(dict.fromkeys((*pairs, *((other, one) for one, other in pairs))))


def order(member_id: str, seed: int = 0) -> bytes:
    """What people are sorted by where nothing else decides."""
    return hashlib.blake2b(f"{seed}:{member_id}".encode(), digest_size=16).digest()


class Encounter(StrEnum):
    """Evidence from events: having met is stronger than having been at the same one."""

    MET = "met"
    SAME_EVENT = "same_event"


@dataclass(frozen=True, slots=True)
class Place:
    """A member in one role and the seats still free there: live and staged pairs are already taken off."""

    member: Member
    capacity: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the program asks for."""

    rules: Rules = field(default_factory=Rules)
    weights: Weights = field(default_factory=Weights)
    format: Format = Format.ONE_TO_ONE


@dataclass(frozen=True, slots=True)
class Pool:
    """The people of a run; `monday` begins the week in which availability is compared.

    `blocked`, `paired_before` and `encounters` are keyed by `unordered`, `forbidden` by (mentor, mentee), `wishes` by
    the member who stated them. `gatherings` are the members who were at an event, for each event: large ones would be
    too many pairs to name. Of `peers` the same people stand on both sides.
    """

    mentors: tuple[Place, ...]
    mentees: tuple[Place, ...]
    monday: date
    blocked: frozenset[Pair] = frozenset()
    paired_before: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()
    encounters: Mapping[Pair, Encounter] = field(default_factory=dict)
    wishes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gatherings: tuple[frozenset[str], ...] = ()
    peers: bool = False

    def of_peers(self) -> "Pool":
        """The pool in which all mentors are each other's mentees, too, and what is forbidden is so both ways."""
        return replace(self, mentees=self.mentors, forbidden=frozenset(both_ways(self.forbidden)), peers=True)

    def encounter(self, one: str, other: str) -> Encounter | None:
        """The strongest evidence that the two know each other from an event."""
        known = self.encounters.get(unordered(one, other))
        if known is None and any(one in there and other in there for there in self.gatherings):
            return Encounter.SAME_EVENT
        return known

    def ordered(self, seed: int) -> "Pool":
        """The same people in an order that depends on ids and seed alone: all later ties fall by it."""

        def key(place: Place) -> bytes:
            return order(place.member.id, seed)

        return replace(self, mentors=tuple(sorted(self.mentors, key=key)), mentees=tuple(sorted(self.mentees, key=key)))
