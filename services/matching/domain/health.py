"""How a live mentorship is doing, with the rule that fired."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.matching.domain.agreement import Frequency
from services.matching.domain.mentorship import Mentorship, MentorshipState

DAYS_BETWEEN = {Frequency.WEEKLY: 7, Frequency.BIWEEKLY: 14, Frequency.MONTHLY: 30}

NEW_FOR = timedelta(days=14)
UNSIGNED_FOR = timedelta(days=14)
QUIET_AFTER = 1.5
AT_RISK_AFTER = 3.0
MISSED_IN_A_ROW = 2
OVERDUE_AFTER = timedelta(days=7)


class HealthState(StrEnum):
    """The states of health, as coordinators read them."""

    NEW = "new"
    ON_TRACK = "on_track"
    QUIET = "quiet"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Health:
    """A state of health and the rule it comes from."""

    state: HealthState
    rule: str


def health(mentorship: Mentorship, now: datetime) -> Health | None:
    """The gravest that a rule tells of; None where there is nothing to look after: on hold, or over."""
    if not mentorship.holds_seat or mentorship.state is MentorshipState.ON_HOLD:
        return None
    return next(found for fires, found in _rules(mentorship, now) if fires)


def _rules(mentorship: Mentorship, now: datetime) -> Iterator[tuple[bool, Health]]:
    age = now - mentorship.started_at
    if mentorship.ends_on is not None:
        end = datetime.combine(date.fromisoformat(mentorship.ends_on), time(), UTC)
        yield now >= end + OVERDUE_AFTER, Health(HealthState.OVERDUE, "past_its_end")
    if mentorship.in_force is None or mentorship.activated_at is None:
        yield age >= UNSIGNED_FOR, Health(HealthState.AT_RISK, "unsigned_14_days")
    else:
        between = timedelta(days=DAYS_BETWEEN[mentorship.in_force.terms.frequency])
        silence = now - max(mentorship.last_contact_at or mentorship.activated_at, mentorship.activated_at)
        yield mentorship.missed_in_a_row >= MISSED_IN_A_ROW, Health(HealthState.AT_RISK, "missed_in_a_row")
        yield silence >= AT_RISK_AFTER * between, Health(HealthState.AT_RISK, "no_session")
        yield silence >= QUIET_AFTER * between, Health(HealthState.QUIET, "no_session")
    yield age < NEW_FOR, Health(HealthState.NEW, "under_14_days")
    yield True, Health(HealthState.ON_TRACK, "in_touch")
