"""What a pair agrees on: versions, each signed by both or in force for neither."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.errors import Conflict, Fault, Invalid

MOST_GOALS = 3
LONGEST_GOAL = 500
LONGEST_TEXT = 2000


class StaleAgreement(Conflict):
    """The version signed is not the current one: the other side has proposed a change."""

    def __init__(self, version: int, current: int) -> None:
        super().__init__(f"Version {version} of the agreement cannot be signed: the current one is {current}.")
        self.version = version
        self.current = current


class MeetingFormat(StrEnum):
    """How the pair meets."""

    VIDEO = "video"
    IN_PERSON = "in_person"
    EITHER = "either"


class Frequency(StrEnum):
    """How often the pair meets."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Terms:
    """The content of an agreement."""

    goals: tuple[str, ...]
    format: MeetingFormat
    frequency: Frequency
    duration_weeks: int
    boundaries: str = ""
    confidentiality: str = ""

    def check(self, duration_weeks: tuple[int, int]) -> None:
        """Raises Invalid with every fault; the range of weeks, ends included, is the program's."""
        faults = []
        if not 1 <= len(self.goals) <= MOST_GOALS:
            faults.append(Fault("/goals", f"Agree on 1 to {MOST_GOALS} goals."))
        for position, goal in enumerate(self.goals):
            if not 1 <= len(goal.strip()) <= LONGEST_GOAL:
                faults.append(Fault(f"/goals/{position}", f"Must have 1 to {LONGEST_GOAL} characters."))
        shortest, longest = duration_weeks
        if not shortest <= self.duration_weeks <= longest:
            faults.append(Fault("/duration_weeks", f"Must be from {shortest} to {longest} weeks in this program."))
        for name, text in (("boundaries", self.boundaries), ("confidentiality", self.confidentiality)):
            if len(text) > LONGEST_TEXT:
                faults.append(Fault(f"/{name}", f"Must have at most {LONGEST_TEXT} characters."))
        if faults:
            raise Invalid(faults)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of the terms and the member ids of those who signed it."""

    version: int
    terms: Terms
    proposed_by: str
    signed_by: tuple[str, ...] = ()

    def named_anew(self, names: Mapping[str, str]) -> "Agreement":
        """By the ids that its two have now."""
        signed_by = tuple(names.get(each, each) for each in self.signed_by)
        return replace(self, proposed_by=names.get(self.proposed_by, self.proposed_by), signed_by=signed_by)

    def signed(self, member_id: str, version: int) -> "Agreement":
        """With this signature; signing twice is signing once. Raises StaleAgreement."""
        if version != self.version:
            raise StaleAgreement(version, self.version)
        if member_id in self.signed_by:
            return self
        return replace(self, signed_by=(*self.signed_by, member_id))
