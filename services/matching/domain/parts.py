"""The named parts of a score, and how much each counts in a program."""

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Fault

FULL = 10_000
"""Basis points in a score of 1; scores are whole ones, which add up exactly."""


class Part(StrEnum):
    """One aspect of how well two people fit, each in [0, 1]."""

    SKILLS = "skills"
    GOALS = "goals"
    AVAILABILITY = "availability"
    LANGUAGES = "languages"
    SENIORITY = "seniority"
    INDUSTRY = "industry"
    ORGANIZATION = "organization"
    MET = "met"
    PREFERENCE = "preference"


class Weight(StrEnum):
    """A label a coordinator understands; `mandatory` also excludes pairs whose part is not above zero."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    MANDATORY = "mandatory"

    @property
    def number(self) -> int:
        """What the label counts in the weighted mean."""
        return _NUMBERS[self]


_NUMBERS = {Weight.OFF: 0, Weight.LOW: 1, Weight.MEDIUM: 2, Weight.HIGH: 3, Weight.MANDATORY: 3}


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each part; the defaults are the contract's."""

    skills: Weight = Weight.HIGH
    goals: Weight = Weight.HIGH
    availability: Weight = Weight.MEDIUM
    languages: Weight = Weight.MEDIUM
    seniority: Weight = Weight.LOW
    industry: Weight = Weight.LOW
    organization: Weight = Weight.LOW
    met: Weight = Weight.LOW
    preference: Weight = Weight.MEDIUM

    def of(self, part: Part) -> Weight:
        """The weight of one part."""
        weight: Weight = getattr(self, part.value)
        return weight

    def faults(self) -> list[Fault]:
        """What is wrong with them, with pointers below what has them."""
        if any(self.of(part).number for part in Part):
            return []
        return [Fault("/weights", "At least one part has to count: all are off.")]
