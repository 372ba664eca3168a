"""How a live mentorship is doing, with the rule that fired, and when the next one can."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.matching.domain.agreement import Frequency
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.domain.program import Settings

DAYS_BETWEEN = {Frequency.WEEKLY: 7, Frequency.BIWEEKLY: 14, Frequency.MONTHLY: 30}

PAST_ITS_END = "past_its_end"


class HealthState(StrEnum):
    """The states of health, as coordinators read them."""

    NEW = "new"
    ON_TRACK = "on_track"
    QUIET = "quiet"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"


WELL = (HealthState.NEW, HealthState.ON_TRACK)
"""Nobody has to do anything about these."""


@dataclass(frozen=True, slots=True)
class Health:
    """A state of health and the rule it comes from."""

    state: HealthState
    rule: str

    @property
    def is_well(self) -> bool:
        """Whether it can be left alone."""
        return self.state in WELL


NEW = Health(HealthState.NEW, "under_14_days")


def numbers(settings: Settings) -> tuple[int, ...]:
    """All that health, and the ladder of nudges, go by."""
    return (
        settings.new_days,
        settings.unsigned_days,
        settings.quiet_percent,
        settings.at_risk_percent,
        settings.missed_in_a_row,
        settings.overdue_days,
        settings.nudge_both_days,
        settings.nudge_coordinator_days,
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """Fires from this moment on, until something happens between the two."""

    found: Health
    since: datetime


def health(mentorship: Mentorship, settings: Settings, now: datetime) -> Health | None:
    """The gravest that a rule tells of; None where there is nothing to look after: on hold, or over."""
    fired, _ = _split(mentorship, settings, now)
    return fired


def health_due_at(mentorship: Mentorship, settings: Settings, now: datetime) -> datetime | None:
    """The first moment behind `now` at which it changes if nothing happens between the two; None for never."""
    _, ahead = _split(mentorship, settings, now)
    return min((rule.since for rule in ahead), default=None)


def _split(mentorship: Mentorship, settings: Settings, now: datetime) -> tuple[Health | None, Sequence[_Rule]]:
    """What fires now, and the graver rules, all of which are still to come."""
    if not mentorship.holds_seat or mentorship.state is MentorshipState.ON_HOLD:
        return None, ()
    rules = _rules(mentorship, settings)
    for position, rule in enumerate(rules):
        if rule.since <= now:
            return rule.found, rules[:position]
    return NEW, rules


def _rules(mentorship: Mentorship, settings: Settings) -> Sequence[_Rule]:
    """The gravest first."""
    began = mentorship.started_at
    rules = []
    if mentorship.ends_on is not None:
        end = datetime.combine(date.fromisoformat(mentorship.ends_on), time(), UTC)
        overdue = Health(HealthState.OVERDUE, PAST_ITS_END)
        rules.append(_Rule(overdue, end + timedelta(days=settings.overdue_days)))
    if mentorship.activated_at is None:
        unsigned = Health(HealthState.AT_RISK, "unsigned_14_days")
        rules.append(_Rule(unsigned, began + timedelta(days=settings.unsigned_days)))
    elif mentorship.in_force is not None:
        # One conversation has no agreement, and so no pace to fall behind: its end comes by itself.
        heard = (mentorship.activated_at, mentorship.resumed_at, mentorship.last_contact_at)
        contact = max(moment for moment in heard if moment is not None)
        between = timedelta(days=DAYS_BETWEEN[mentorship.in_force.terms.frequency])
        if mentorship.missed_in_a_row >= settings.missed_in_a_row:
            rules.append(_Rule(Health(HealthState.AT_RISK, "missed_in_a_row"), mentorship.activated_at))
        silent = Health(HealthState.AT_RISK, "no_session")
        rules.append(_Rule(silent, contact + between * settings.at_risk_percent / 100))
        quiet = Health(HealthState.QUIET, "no_session")
        rules.append(_Rule(quiet, contact + between * settings.quiet_percent / 100))
    rules.append(_Rule(Health(HealthState.ON_TRACK, "in_touch"), began + timedelta(days=settings.new_days)))
    return rules
