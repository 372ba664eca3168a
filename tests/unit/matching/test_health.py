"""How a mentorship is doing, rule by rule, and when that can change."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.agreement import Frequency, MeetingFormat, Terms
from services.matching.domain.contact import last_contact, missed_in_a_row
from services.matching.domain.health import Health, HealthState, health, health_due_at
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.domain.program import Settings
from services.matching.domain.session import Session, SessionState
from services.matching.domain.turnout import Word
from tests.unit.matching.people import NOW, mentorship

USUAL = Settings()
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
    assert health(active(), USUAL, NOW.replace(hour=0) + timedelta(days=days, hours=12)) == expected


def test_a_program_has_its_own_numbers() -> None:
    hasty = Settings(new_days=1, quiet_percent=100, at_risk_percent=200, unsigned_days=2, missed_in_a_row=1)
    found = [health(active(), hasty, NOW + timedelta(days=days)) for days in (2, 14, 28)]
    assert [each and each.state for each in found] == [HealthState.ON_TRACK, HealthState.QUIET, HealthState.AT_RISK]
    assert health(mentorship(), hasty, NOW + timedelta(days=2)) == Health(HealthState.AT_RISK, "unsigned_14_days")
    assert health(active().having_met(None, 1, NOW), hasty, NOW) == Health(HealthState.AT_RISK, "missed_in_a_row")


def test_a_held_session_brings_a_pair_back_on_track() -> None:
    met = active().having_met(NOW + timedelta(days=40), 0, NOW + timedelta(days=40))
    assert health(met, USUAL, NOW + timedelta(days=42)) == Health(HealthState.ON_TRACK, "in_touch")


def test_silence_on_hold_does_not_count() -> None:
    back = active().held("member", NOW).resumed(NOW + timedelta(days=90))
    assert health(back, USUAL, NOW + timedelta(days=91)) == Health(HealthState.ON_TRACK, "in_touch")
    assert health_due_at(back, USUAL, NOW + timedelta(days=91)) == NOW + timedelta(days=90 + 21)


def test_two_missed_in_a_row_are_a_risk_and_one_is_not() -> None:
    assert health(active().having_met(None, 1, NOW), USUAL, NOW) == Health(HealthState.NEW, "under_14_days")
    assert health(active().having_met(None, 2, NOW), USUAL, NOW) == Health(HealthState.AT_RISK, "missed_in_a_row")


def test_what_was_missed_before_the_last_one_held_is_no_row() -> None:
    told = [SessionState.MISSED, SessionState.HELD, SessionState.CANCELLED, SessionState.MISSED]
    assert missed_in_a_row([meeting(state) for state in told]) == 1
    assert missed_in_a_row([meeting(state) for state in (*told, SessionState.MISSED)]) == 2
    assert missed_in_a_row([]) == 0


@pytest.mark.parametrize(("days", "state"), [(13, HealthState.NEW), (14, HealthState.AT_RISK)])
def test_an_agreement_left_unsigned_for_14_days_is_a_risk(days: int, state: HealthState) -> None:
    found = health(mentorship(), USUAL, NOW + timedelta(days=days))
    assert found is not None
    assert found.state is state


def test_what_is_active_without_an_agreement_is_neither_unsigned_nor_quiet() -> None:
    conversation = replace(active(), agreement=None, in_force=None, ends_on="2026-04-07")
    assert health(conversation, USUAL, NOW + timedelta(days=60)) == Health(HealthState.ON_TRACK, "in_touch")
    found = health(conversation, USUAL, NOW + timedelta(days=120))
    assert found == Health(HealthState.OVERDUE, "past_its_end")


@pytest.mark.parametrize("state", [MentorshipState.ON_HOLD, MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY])
def test_what_rests_or_is_over_has_no_health_and_nothing_to_wait_for(state: MentorshipState) -> None:
    resting, later = replace(active(), state=state), NOW + timedelta(days=99)
    assert (health(resting, USUAL, later), health_due_at(resting, USUAL, later)) == (None, None)


moments = st.integers(0, 60 * 24 * 400).map(lambda minutes: NOW + timedelta(minutes=minutes))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Mentorship, datetime]:
    """A mentorship after anything that can happen to one, and when the last of it happened."""
    pair, at = mentorship(), NOW
    for moment in sorted(draw(st.lists(moments, max_size=8))):
        at = moment
        happening = draw(st.sampled_from(["sign", "meet", "miss", "hold", "resume", "wind_down", "end"]))
        if happening == "sign" and pair.state in (MentorshipState.AGREEMENT_PENDING, MentorshipState.ACTIVE):
            terms = replace(TERMS, frequency=draw(st.sampled_from(Frequency)), duration_weeks=draw(st.integers(1, 52)))
            pair = pair.proposed(terms, "mentee", (1, 52), at)
            assert pair.agreement is not None
            for who in ("mentee", "mentor"):
                pair = pair.signed(pair.agreement.version, who, at)
        elif happening == "meet":
            pair = pair.having_met(at - timedelta(hours=draw(st.integers(0, 900))), 0, at)
        elif happening == "miss":
            pair = pair.having_met(pair.last_contact_at, pair.missed_in_a_row + 1, at)
        elif happening == "hold" and pair.state is MentorshipState.ACTIVE:
            pair = pair.held("member", at)
        elif happening == "resume" and pair.state is MentorshipState.ON_HOLD:
            pair = pair.resumed(at)
        elif happening == "wind_down" and pair.state is MentorshipState.ACTIVE:
            pair = pair.moved("wind_down", at)
        elif happening == "end" and pair.holds_seat:
            pair = pair.ended("no_fault", None, at)
    return pair, at


settings_of_programs = st.builds(
    Settings,
    new_days=st.integers(1, 60),
    unsigned_days=st.integers(1, 60),
    quiet_percent=st.integers(100, 300),
    at_risk_percent=st.integers(300, 600),
    missed_in_a_row=st.integers(1, 3),
    overdue_days=st.integers(0, 30),
)


@given(history=histories(), settings=settings_of_programs, wait=st.integers(0, 60 * 24 * 900), at=st.floats(0, 1))
def test_nothing_changes_before_a_worker_is_due(
    history: tuple[Mentorship, datetime], settings: Settings, wait: int, at: float
) -> None:
    pair, last = history
    now = last + timedelta(minutes=wait)
    due_at = health_due_at(pair, settings, now)
    end = now + timedelta(days=3000) if due_at is None else due_at - timedelta(microseconds=1)
    assert end >= now
    for moment in (now + (end - now) * at, end):
        assert health(pair, settings, moment) == health(pair, settings, now)
    if due_at is not None:
        assert health(pair, settings, due_at) != health(pair, settings, now)


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
