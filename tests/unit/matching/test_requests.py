"""Asking for a mentor."""

from datetime import timedelta

import pytest

from services.matching.domain.asking import AlreadyAsked, TooManyOpenRequests, check_asking
from services.matching.domain.program import Format, Settings
from services.matching.domain.request import Exchange, RequestState
from shared.errors import Invalid
from shared.transitions import IllegalTransition
from tests.unit.matching.people import NOW, request

SENT = request().sent(Settings(), Format.ONE_TO_ONE, NOW)


def test_a_request_is_due_for_a_reminder_on_day_7_and_expires_on_day_14() -> None:
    assert (SENT.due_at, SENT.expires_at) == (NOW + timedelta(days=7), NOW + timedelta(days=14))
    assert SENT.reminded(NOW + timedelta(days=7)).due_at == SENT.expires_at


def test_a_flash_request_expires_after_48_hours_without_a_reminder() -> None:
    flash = request().sent(Settings(), Format.FLASH, NOW)
    assert flash.due_at == flash.expires_at == NOW + timedelta(hours=48)


def test_a_program_sets_its_own_times() -> None:
    own = request().sent(Settings(request_expiry_days=3, request_reminder_days=1), Format.GROUP, NOW)
    assert (own.due_at, own.expires_at) == (NOW + timedelta(days=1), NOW + timedelta(days=3))


def test_a_mentor_may_ask_and_the_mentee_answers() -> None:
    answered = SENT.asked("What have you tried?", NOW).answered("Courses.", NOW)
    assert answered.state is RequestState.VIEWED
    assert answered.exchanges == (Exchange("What have you tried?", "Courses."),)


@pytest.mark.parametrize("settle", ["accepted", "withdrawn", "expired"])
def test_nothing_is_due_once_a_request_is_settled(settle: str) -> None:
    settled = getattr(SENT, settle)(NOW)
    assert (settled.due_at, settled.is_open, settled.state) == (None, False, RequestState(settle))


def test_an_invalidated_request_keeps_the_reason_and_nothing_is_due() -> None:
    settled = SENT.invalidated("mentor_full", NOW)
    assert (settled.due_at, settled.is_open, settled.reason) == (None, False, "mentor_full")


def test_a_declined_request_keeps_the_reason() -> None:
    declined = SENT.declined("no_time", NOW)
    assert (declined.state, declined.reason, declined.due_at) == (RequestState.DECLINED, "no_time", None)


def test_a_request_past_its_time_cannot_be_accepted_even_before_a_worker_expires_it() -> None:
    with pytest.raises(IllegalTransition, match="expired"):
        SENT.accepted(NOW + timedelta(days=14))


def test_a_request_can_be_accepted_until_the_last_moment() -> None:
    assert SENT.accepted(NOW + timedelta(days=14) - timedelta(milliseconds=1)).state is RequestState.ACCEPTED


def test_up_to_five_mentors_are_asked_at_once() -> None:
    check_asking("me", ["a", "b", "c", "d", "e"], open_to=(), limit=5)
    with pytest.raises(Invalid) as refusal:
        check_asking("me", ["a", "b", "c", "d", "e", "f"], open_to=(), limit=9)
    assert [fault.pointer for fault in refusal.value.faults] == ["/mentor_ids"]


def test_every_fault_of_a_list_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        check_asking("me", ["a", "me", "a"], open_to=(), limit=5)
    assert [fault.pointer for fault in refusal.value.faults] == ["/mentor_ids/1", "/mentor_ids/2"]


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(Invalid):
        check_asking("me", [], open_to=(), limit=5)


def test_a_pair_has_one_open_request() -> None:
    with pytest.raises(AlreadyAsked):
        check_asking("me", ["a"], open_to=("a",), limit=5)


def test_open_requests_are_limited() -> None:
    check_asking("me", ["d", "e"], open_to=("a", "b", "c"), limit=5)
    with pytest.raises(TooManyOpenRequests):
        check_asking("me", ["d", "e", "f"], open_to=("a", "b", "c"), limit=5)
