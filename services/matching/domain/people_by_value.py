"""Whom a match served, by what people are: with nobody singled out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.parts import FULL

FEWEST_NAMED = 5
"""People behind a value that is named; fewer could be known by it."""

MOST_NAMED = 50


class Field(StrEnum):
    """What people are told apart by."""

    INDUSTRY = "industry"
    SENIORITY = "seniority"
    ORGANIZATION = "organization"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    MEMBERSHIP = "membership"


class Kind(StrEnum):
    """What a row of people stands for: a value, those who have told none, or all values too rare to be named."""

    VALUE = "value"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Counted:
    """People with one value: how many have a partner, and the pairs and points (basis points) of these."""

    people: int = 0
    matched: int = 0
    pairs: int = 0
    points: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.people + other.people,
            self.matched + other.matched,
            self.pairs + other.pairs,
            self.points + other.points,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """People of one role with one value: what share of them has a partner, and how well their pairs fit."""

    role: Role
    kind: Kind
    value: str | None
    people: int
    matched: int
    share: float
    mean_score: float | None


def groups(role: Role, counted: Mapping[str | None, Counted]) -> tuple[Group, ...]:
    """The people by value, the most first; then those of rare values together, then those who have told none (None).

    Rare are values of fewer than FEWEST_NAMED people, and those that are not among the MOST_NAMED. No row has fewer
    people than that: what is left over and would be so few takes the smallest of the others to itself, so that nobody
    is known by subtraction; where even all are so few there is no row.
    """
    told = ((value, people) for value, people in counted.items() if value is not None)
    ranked = sorted(told, key=lambda each: (-each[1].people, each[0]))
    rows = [(value, people) for value, people in ranked[:MOST_NAMED] if people.people >= FEWEST_NAMED]
    silent = counted.get(None, Counted())
    other = sum((people for _, people in ranked[len(rows) :]), Counted())
    if 0 < silent.people < FEWEST_NAMED:
        silent, other = Counted(), other + silent
    while 0 < other.people < FEWEST_NAMED and rows:
        other += rows.pop()[1]
    if 0 < other.people < FEWEST_NAMED:
        silent, other = Counted(), other + silent
    found = [_group(role, Kind.VALUE, value, people) for value, people in rows]
    found += [
        _group(role, kind, None, people)
        for kind, people in ((Kind.OTHER, other), (Kind.UNKNOWN, silent))
        if people.people >= FEWEST_NAMED
    ]
    return tuple(found)


def _group(role: Role, kind: Kind, value: str | None, counted: Counted) -> Group:
    return Group(
        role=role,
        kind=kind,
        value=value,
        people=counted.people,
        matched=counted.matched,
        share=round(counted.matched / counted.people, 4),
        mean_score=round(counted.points / counted.pairs) / FULL if counted.pairs else None,
    )
