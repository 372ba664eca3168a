"""How a mentorship looks from outside, to the pair and to a coordinator."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.matching.domain.agreement import (
    LONGEST_CHANNEL,
    LONGEST_GOAL,
    LONGEST_TEXT,
    MOST_CHANNELS,
    MOST_GOALS,
    Agreement,
    FormerAgreement,
)
from services.matching.domain.health import HealthState, health
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Settings
from shared.contracts.fields import Choice, Code, Day, Id, Line, Many, One, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import FORMATS, FREQUENCIES, MENTORSHIP_ORIGINS, MENTORSHIP_STATES


class TermsSchema(Record):
    goals = Many(
        "What they work toward.",
        Text("", LONGEST_GOAL, shortest=1, required=True),
        MOST_GOALS,
        fewest=1,
        required=True,
    )
    format = Choice("How they meet.", FORMATS, required=True)
    frequency = Choice("How often they meet.", FREQUENCIES, required=True)
    duration_weeks = Whole("How long it is to last; the program sets the range.", 1, 520, required=True)
    boundaries = Text("What it is not for.", LONGEST_TEXT)
    confidentiality = Text("What stays between them.", LONGEST_TEXT)
    channels = Many(
        "How they reach each other, as by chat or telephone.",
        Line("", LONGEST_CHANNEL, shortest=1, required=True),
        MOST_CHANNELS,
    )
    feedback = Text("How they give each other feedback.", LONGEST_TEXT)
    no_fault_exit = Text("How either may leave; where it is not said, at any time and without fault.", LONGEST_TEXT)


class DraftSchema(TermsSchema):
    goals = Many("What they could work toward, as far as it is known.", Text("", LONGEST_GOAL), MOST_GOALS)


class AgreementSchema(TermsSchema):
    version = Whole("From 1; each change is the next.", 1, 10_000, required=True)
    proposed_by = Id("Who wrote this version.", required=True)
    signed_by = Many("Who has signed it.", Id("", required=True), 2, required=True)


class FormerAgreementSchema(AgreementSchema):
    superseded_at = Timestamp("When another version took its place.", required=True)


class ExtensionSchema(Record):
    ends_on = Day("The later end.", required=True)
    proposed_by = Id("Who proposes it; the other one agrees.", required=True)
    proposed_at = Timestamp("When.", required=True)


class MentorshipSchema(Record):
    id = Id("The mentorship.", required=True)
    program_id = Id("Its program.", required=True)
    mentor_id = Id("The mentor.", required=True)
    mentee_id = Id("The mentee.", required=True)
    group_id = Id("Joins the pairs of one mentor's group.")
    origin = Choice("How it came about.", MENTORSHIP_ORIGINS)
    state = Choice("Where it stands.", MENTORSHIP_STATES, required=True)
    started_at = Timestamp("When the two were paired.")
    activated_at = Timestamp("When both had signed.")
    ends_on = Day("When it is to end, as agreed.")
    held_at = Timestamp("Since when it is on hold; its end comes as many days later.")
    ended_at = Timestamp("When it was over.")
    agreement = One("The newest version; for the pair alone.", AgreementSchema)
    in_force = One("The newest version that both signed; for the pair alone.", AgreementSchema)
    extension = One("A later end that one of them proposes; for the pair alone.", ExtensionSchema)
    ended_reason = Code("Why it ended early; for coordinators alone.")
    ended_by = Id("Who ended it early, where somebody did; for coordinators alone.")
    health = Choice("How it is doing; for coordinators alone.", [state.value for state in HealthState])
    health_rule = Code("The rule that says so; for coordinators alone.")
    disputed_sessions = Whole(
        "Of how many sessions the two say different things; to coordinators, who read one mentorship.", 0, 100_000
    )


_FOR_EVERYONE = (
    "id",
    "program_id",
    "mentor_id",
    "mentee_id",
    "group_id",
    "origin",
    "state",
    "started_at",
    "activated_at",
    "ends_on",
    "held_at",
    "ended_at",
)


def for_the_pair(mentorship: Mentorship) -> dict[str, Any]:
    """With what they agreed on."""
    agreements = {"agreement": mentorship.agreement, "in_force": mentorship.in_force}
    shown = {name: _agreement(agreement) for name, agreement in agreements.items()}
    return _facts(mentorship) | shown | {"extension": mentorship.extension}


def for_a_coordinator(mentorship: Mentorship, settings: Settings, now: datetime) -> dict[str, Any]:
    """State, dates and health, and nothing the two wrote."""
    found = health(mentorship, settings, now)
    doing = {} if found is None else {"health": found.state, "health_rule": found.rule}
    left = {"ended_reason": mentorship.ended_reason, "ended_by": mentorship.ended_by}
    return _facts(mentorship) | left | doing


def former_agreement(former: FormerAgreement) -> dict[str, Any]:
    """With the time when it was superseded."""
    return (_agreement(former.agreement) or {}) | {"superseded_at": former.superseded_at}


def _facts(mentorship: Mentorship) -> dict[str, Any]:
    return {name: getattr(mentorship, name) for name in _FOR_EVERYONE}


def _agreement(agreement: Agreement | None) -> dict[str, Any] | None:
    if agreement is None:
        return None
    signatures = {
        "version": agreement.version,
        "proposed_by": agreement.proposed_by,
        "signed_by": agreement.signed_by,
    }
    return asdict(agreement.terms) | signatures
