"""Who fits whom at an event, by what their profiles say: points for each of what two people share.

What few share says more than what everybody has. For each person only those who fit best count: an index from what is
shared to who has it finds them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

Pair = tuple[str, str]

_MOST_POINTS = 1000
_POINTS = {"offers": 400, "seeks": 400, "skill": 120, "industry": 160, "group": 160}
_RAREST = 6
"""Shared by one in two to the power of this, or fewer: all of its points."""
_LOOKED_AT = 200
"""Of whoever shares the same with a person, so many are looked at: the next ones in order of id."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of somebody: skills they offer and seek, their industry, the groups they are in."""

    offers: frozenset[str] = frozenset()
    seeks: frozenset[str] = frozenset()
    industry: str | None = None
    groups: frozenset[str] = frozenset()


Trait = tuple[str, str]


def affinities(profiles: Mapping[str, Profile], best: int) -> dict[Pair, int]:
    """The points, from 1 to 1000, of each pair of which one is among the `best` that fit the other; lower id first."""
    have = {member: _shown(profile) for member, profile in profiles.items()}
    want = {member: _wanted(profile) for member, profile in profiles.items()}
    holders: defaultdict[Trait, list[str]] = defaultdict(list)
    for member in sorted(profiles):
        for trait in have[member]:
            holders[trait].append(member)
    # Offering and seeking a skill are as rare as the skill: so a pair is worth the same to both.
    rare_as = {(kind, name): ("skill" if kind in ("offers", "seeks") else kind, name) for kind, name in holders}
    worth = {trait: _worth(trait, len(holders[rare_as[trait]]), len(profiles)) for trait in rare_as}
    found: dict[Pair, int] = {}
    for member in sorted(profiles):
        near = {other for trait in want[member] for other in _near(holders.get(trait, ()), member)}
        scored = ((-_points(have[other], want[member], worth), other) for other in near - {member})
        for points, other in nsmallest(best, (each for each in scored if each[0])):
            found[min(member, other), max(member, other)] = -points
    return found


def _shown(profile: Profile) -> frozenset[Trait]:
    """What others may find in this one."""
    return _traits(profile, profile.offers, profile.seeks)


def _wanted(profile: Profile) -> frozenset[Trait]:
    """What this one would like to find in others: who offers what they seek, and seeks what they offer."""
    return _traits(profile, profile.seeks, profile.offers)


def _traits(profile: Profile, offers: frozenset[str], seeks: frozenset[str]) -> frozenset[Trait]:
    traits = {("offers", each) for each in offers} | {("seeks", each) for each in seeks}
    traits |= {("skill", each) for each in offers | seeks} | {("group", each) for each in profile.groups}
    return frozenset(traits | (set() if profile.industry is None else {("industry", profile.industry)}))


def _worth(trait: Trait, holders: int, people: int) -> int:
    """The points of a trait, by how rare it is."""
    rarity = min(_RAREST, (people // holders).bit_length() - 1)
    return _POINTS[trait[0]] * (1 + rarity) // (1 + _RAREST)


def _near(holders: Sequence[str], member: str) -> Sequence[str]:
    """All of them, or of many those who come after the member, and begin anew behind the last."""
    if len(holders) <= _LOOKED_AT:
        return holders
    behind = bisect_right(holders, member)
    return [holders[(behind + step) % len(holders)] for step in range(_LOOKED_AT)]


def _points(shown: frozenset[Trait], wanted: frozenset[Trait], worth: Mapping[Trait, int]) -> int:
    """The same for both ways round."""
    return min(_MOST_POINTS, sum(worth[trait] for trait in wanted & shown))
