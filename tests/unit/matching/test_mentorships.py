"""Agreeing, working and ending."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.agreement import Frequency, MeetingFormat, StaleAgreement, Terms
from services.matching.domain.mentorship import Mentorship, MentorshipState, NoAgreement
from services.matching.domain.session import OwnProposal, Session, SessionState
from shared.errors import Invalid, NotFound
from shared.transitions import IllegalTransition
from tests.unit.matching.people import NOW, mentorship

TERMS = Terms(("Lead a team",), MeetingFormat.VIDEO, Frequency.BIWEEKLY, 20)
WEEKS = (1, 104)


def proposed(terms: Terms = TERMS) -> Mentorship:
    return mentorship().proposed(terms, "mentee", WEEKS, NOW)


def signed_by_both() -> Mentorship:
    return proposed().signed(1, "mentee", NOW).signed(1, "mentor", NOW)


def session(**fields: object) -> Session:
    drafted = Session("x1", "acme", 1, NOW, "s1", "mentee", NOW + timedelta(days=2), 45)
    return replace(drafted, **fields)  # type: ignore[arg-type]


def test_the_first_agreement_is_version_1_and_unsigned() -> None:
    agreement = proposed().agreement
    assert agreement is not None
    assert (agreement.version, agreement.signed_by) == (1, ())


def test_one_signature_does_not_make_a_mentorship_active() -> None:
    half = proposed().signed(1, "mentor", NOW)
    assert (half.state, half.in_force) == (MentorshipState.AGREEMENT_PENDING, None)


def test_the_second_signature_makes_it_active() -> None:
    both = signed_by_both()
    assert both.state is MentorshipState.ACTIVE
    assert both.in_force == both.agreement


def test_signing_twice_is_signing_once() -> None:
    half = proposed().signed(1, "mentor", NOW)
    assert half.signed(1, "mentor", NOW + timedelta(hours=1)) == half


def test_a_change_is_a_new_version_that_both_sign_again() -> None:
    changed = proposed().signed(1, "mentor", NOW).proposed(TERMS, "mentor", WEEKS, NOW)
    assert changed.agreement is not None
    assert (changed.agreement.version, changed.agreement.signed_by) == (2, ())
    assert changed.signed(2, "mentee", NOW).state is MentorshipState.AGREEMENT_PENDING


def test_an_older_version_cannot_be_signed() -> None:
    changed = proposed().proposed(TERMS, "mentor", WEEKS, NOW)
    with pytest.raises(StaleAgreement):
        changed.signed(1, "mentee", NOW)


def test_what_was_agreed_stays_in_force_until_both_sign_the_change() -> None:
    changed = signed_by_both().proposed(replace(TERMS, duration_weeks=30), "mentor", WEEKS, NOW)
    half = changed.signed(2, "mentor", NOW)
    assert half.state is MentorshipState.ACTIVE
    assert half.in_force is not None
    assert half.in_force.terms.duration_weeks == 20
    both = half.signed(2, "mentee", NOW)
    assert both.in_force is not None
    assert both.in_force.terms.duration_weeks == 30


def test_nothing_can_be_signed_before_it_is_proposed() -> None:
    with pytest.raises(NoAgreement):
        mentorship().signed(1, "mentor", NOW)


def test_a_stranger_neither_proposes_nor_signs_nor_learns_of_the_pair() -> None:
    with pytest.raises(NotFound):
        mentorship().proposed(TERMS, "stranger", WEEKS, NOW)
    with pytest.raises(NotFound):
        proposed().signed(1, "stranger", NOW)


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (replace(TERMS, goals=()), "/goals"),
        (replace(TERMS, goals=("a", "b", "c", "d")), "/goals"),
        (replace(TERMS, goals=("a", "  ")), "/goals/1"),
        (replace(TERMS, goals=("a" * 501,)), "/goals/0"),
        (replace(TERMS, duration_weeks=3), "/duration_weeks"),
        (replace(TERMS, duration_weeks=25), "/duration_weeks"),
        (replace(TERMS, boundaries="a" * 2001), "/boundaries"),
        (replace(TERMS, confidentiality="a" * 2001), "/confidentiality"),
    ],
)
def test_terms_outside_what_is_allowed_are_refused(terms: Terms, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        terms.check((4, 24))
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


@pytest.mark.parametrize("weeks", [4, 24])
def test_the_programs_shortest_and_longest_duration_are_allowed(weeks: int) -> None:
    terms = replace(TERMS, goals=("a", "b", "c"), duration_weeks=weeks)
    assert mentorship().proposed(terms, "mentor", (4, 24), NOW).agreement is not None


def test_an_ended_mentorship_tells_why_and_frees_its_seat() -> None:
    ended = signed_by_both().ended("moved_on", "mentee", NOW)
    assert (ended.ended_reason, ended.ended_by, ended.ended_at) == ("moved_on", "mentee", NOW)
    assert not ended.holds_seat


def test_every_live_state_holds_the_mentors_seat() -> None:
    holding = {state for state in MentorshipState if mentorship(state=state).holds_seat}
    assert holding == set(MentorshipState) - {MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY}


def test_work_begins_with_the_signed_agreement() -> None:
    with pytest.raises(IllegalTransition):
        proposed().require_work()
    signed_by_both().require_work()


def test_a_session_is_confirmed_by_the_other_one() -> None:
    with pytest.raises(OwnProposal):
        session().confirmed("mentee", NOW)
    assert session().confirmed("mentor", NOW).state is SessionState.CONFIRMED


def test_a_rescheduled_session_keeps_its_id_and_must_be_confirmed_anew() -> None:
    later = NOW + timedelta(days=3)
    confirmed = session().confirmed("mentor", NOW)
    moved = confirmed.rescheduled("mentor", NOW, starts_at=later, duration_minutes=30, meeting_format=None, place=None)
    assert (moved.id, moved.sequence, moved.starts_at, moved.state) == ("x1", 1, later, SessionState.PROPOSED)
    assert moved.confirmed("mentee", NOW).state is SessionState.CONFIRMED


@pytest.mark.parametrize(("hours", "late"), [(3.0, False), (2.99, True)])
def test_a_cancellation_less_than_three_hours_before_is_late(hours: float, late: bool) -> None:
    soon = session(starts_at=NOW + timedelta(hours=hours))
    cancelled = soon.cancelled("mentor", timedelta(hours=3), NOW)
    assert (cancelled.late, cancelled.cancelled_by, cancelled.sequence) == (late, "mentor", 1)
