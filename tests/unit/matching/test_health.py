"""How a mentorship is doing, rule by rule."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.agreement import Frequency, MeetingFormat, Terms
from services.matching.domain.contact import last_contact, missed_in_a_row
from services.matching.domain.health import Health, HealthState, health
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.domain.session import Session, SessionState
from services.matching.domain.turnout import Word
from tests.unit.matching.people import NOW, mentorship

TERMS = Terms(("Lead a team",), MeetingFormat.VIDEO, Frequency.BIWEEKLY, 20)


def active() -> Mentorship:
    return mentorship().proposed(TERMS, "mentee", (1, 52), NOW).signed(1, "mentee", NOW).signed(1, "mentor", NOW)


def meeting(state: SessionState) -> Session:
    return Session("s", "acme", 1, NOW, "m", "mentee", NOW, 45, state=state)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (13, Health(HealthState.NEW, "under_14_days")),
        (14, Health(HealthState.ON_TRACK, "in_touch")),
        (20, Health(HealthState.ON_TRACK, "in_touch")),
        (21, Health(HealthState.QUIET, "no_session")),
        (41, Health(HealthState.QUIET, "no_session")),
        (42, Health(HealthState.AT_RISK, "no_session")),
        (20 * 7 + 6, Health(HealthState.AT_RISK, "no_session")),
        (20 * 7 + 7, Health(HealthState.OVERDUE, "past_its_end")),
    ],
)
def test_an_active_pair_that_never_meets_goes_quiet_then_at_risk_then_overdue(days: int, expected: Health) -> None:
    assert health(active(), NOW.replace(hour=0) + timedelta(days=days, hours=12)) == expected


def test_a_held_session_brings_a_pair_back_on_track() -> None:
    met = active().having_met(NOW + timedelta(days=40), 0, NOW + timedelta(days=40))
    assert health(met, NOW + timedelta(days=42)) == Health(HealthState.ON_TRACK, "in_touch")


def test_two_missed_in_a_row_are_a_risk_and_one_is_not() -> None:
    assert health(active().having_met(None, 1, NOW), NOW) == Health(HealthState.NEW, "under_14_days")
    assert health(active().having_met(None, 2, NOW), NOW) == Health(HealthState.AT_RISK, "missed_in_a_row")


def test_what_was_missed_before_the_last_one_held_is_no_row() -> None:
    told = [SessionState.MISSED, SessionState.HELD, SessionState.CANCELLED, SessionState.MISSED]
    assert missed_in_a_row([meeting(state) for state in told]) == 1
    assert missed_in_a_row([meeting(state) for state in (*told, SessionState.MISSED)]) == 2
    assert missed_in_a_row([]) == 0


@pytest.mark.parametrize(("days", "state"), [(13, HealthState.NEW), (14, HealthState.AT_RISK)])
def test_an_agreement_left_unsigned_for_14_days_is_a_risk(days: int, state: HealthState) -> None:
    found = health(mentorship(), NOW + timedelta(days=days))
    assert found is not None
    assert found.state is state


@pytest.mark.parametrize("state", [MentorshipState.ON_HOLD, MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY])
def test_what_rests_or_is_over_has_no_health(state: MentorshipState) -> None:
    assert health(replace(active(), state=state), NOW + timedelta(days=99)) is None


def test_who_met_before_the_time_agreed_on_met_now() -> None:
    ahead = replace(meeting(SessionState.HELD), starts_at=NOW + timedelta(days=2))
    assert last_contact([ahead], NOW) == NOW
    said = replace(ahead, words=(Word("mentee", (), NOW - timedelta(days=1)),))
    assert last_contact([said], NOW + timedelta(days=9)) == NOW - timedelta(days=1)
    assert last_contact([meeting(SessionState.MISSED)], NOW) is None


def test_the_end_is_counted_from_the_activation_and_due_only_while_active() -> None:
    running = active()
    assert (running.ends_on, running.due_at) == ("2026-05-27", NOW.replace(month=5, day=27, hour=0))
    held = running.held("member", NOW)
    assert held.due_at is None
    assert held.resumed(NOW).due_at == running.due_at
    assert running.moved("wind_down", NOW).due_at is None
