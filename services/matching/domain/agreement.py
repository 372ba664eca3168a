"""What a pair agrees on: versions, each signed by both or in force for neither."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import Conflict, Fault, Invalid

MOST_GOALS = 3
LONGEST_GOAL = 500
LONGEST_TEXT = 2000
MOST_CHANNELS = 5
LONGEST_CHANNEL = 80

NO_FAULT_EXIT = "Either of us may end this mentorship at any time, without giving a reason and without fault."
"""What an agreement says of its own end where the pair does not say otherwise."""


class StaleAgreement(Conflict):
    """The version signed is not the current one: the other side has proposed a change."""

    def __init__(self, version: int, current: int, proposed_by: str) -> None:
        super().__init__(
            f"Version {version} of the agreement cannot be signed: the current one is {current}, "
            f"which {proposed_by} has proposed."
        )
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
    """The content of an agreement. `channels`: how the two reach each other; `feedback`: how it is given."""

    goals: tuple[str, ...]
    format: MeetingFormat
    frequency: Frequency
    duration_weeks: int
    boundaries: str = ""
    confidentiality: str = ""
    channels: tuple[str, ...] = ()
    feedback: str = ""
    no_fault_exit: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """What is said in so many words, by its name."""
        return {
            "boundaries": self.boundaries,
            "confidentiality": self.confidentiality,
            "feedback": self.feedback,
            "no_fault_exit": self.no_fault_exit,
        }

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
        if len(self.channels) > MOST_CHANNELS:
            faults.append(Fault("/channels", f"Name {MOST_CHANNELS} channels at most."))
        for position, channel in enumerate(self.channels):
            if not 1 <= len(channel.strip()) <= LONGEST_CHANNEL:
                faults.append(Fault(f"/channels/{position}", f"Must have 1 to {LONGEST_CHANNEL} characters."))
        for name, text in self.texts.items():
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
            raise StaleAgreement(version, self.version, self.proposed_by)
        if member_id in self.signed_by:
            return self
        return replace(self, signed_by=(*self.signed_by, member_id))


@dataclass(frozen=True, slots=True)
class FormerAgreement:
    """A version that another one took the place of, with the signatures it had until then."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    agreement: Agreement
    superseded_at: datetime
