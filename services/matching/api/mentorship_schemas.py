"""How a mentorship looks from outside, to the pair and to a coordinator."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.matching.domain.agreement import LONGEST_GOAL, LONGEST_TEXT, MOST_GOALS, Agreement
from services.matching.domain.health import HealthState, health
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Settings
from shared.contracts.fields import Choice, Code, Day, Id, Many, One, Record, Text, Timestamp, Whole
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


class AgreementSchema(TermsSchema):
    version = Whole("From 1; each change is the next.", 1, 10_000, required=True)
    proposed_by = Id("Who wrote this version.", required=True)
    signed_by = Many("Who has signed it.", Id("", required=True), 2, required=True)


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
    ended_at = Timestamp("When it was over.")
    agreement = One("The newest version; for the pair alone.", AgreementSchema)
    in_force = One("The newest version that both signed; for the pair alone.", AgreementSchema)
    ended_reason = Code("Why it ended early; for coordinators alone.")
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
    "ended_at",
)


def for_the_pair(mentorship: Mentorship) -> dict[str, Any]:
    """With what they agreed on."""
    agreements = {"agreement": mentorship.agreement, "in_force": mentorship.in_force}
    return _facts(mentorship) | {name: _agreement(agreement) for name, agreement in agreements.items()}


def for_a_coordinator(mentorship: Mentorship, settings: Settings, now: datetime) -> dict[str, Any]:
    """State, dates and health, and nothing the two wrote."""
    found = health(mentorship, settings, now)
    doing = {} if found is None else {"health": found.state, "health_rule": found.rule}
    return _facts(mentorship) | {"ended_reason": mentorship.ended_reason} | doing


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
