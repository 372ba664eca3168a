"""How soon a mentor answers, and when a mentee is reminded to ask."""

from datetime import timedelta

import pytest

from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.program import Format, Settings
from services.matching.domain.request import RequestOver
from services.matching.domain.response import Band, band_of
from services.matching.domain.what_happened import what_happened
from tests.unit.matching.people import NOW, request

SENT = request().sent(Settings(), Format.ONE_TO_ONE, NOW)


@pytest.mark.parametrize(
    ("hours", "band"),
    [
        ([], None),
        ([1, 1], None),
        ([1, 1, 300], Band.UNDER_2_DAYS),
        ([47, 47, 47], Band.UNDER_2_DAYS),
        ([48, 48, 48], Band.UNDER_A_WEEK),
        ([1, 48, 167, 300], Band.UNDER_A_WEEK),
        ([168, 168, 1], Band.SLOWER),
    ],
)
def test_the_band_is_that_of_the_median_of_enough_answers(hours: list[int], band: Band | None) -> None:
    assert band_of(hours, 3) is band


def test_the_first_word_of_the_mentor_is_the_answer() -> None:
    asked = SENT.asked("Why me?", NOW + timedelta(hours=30, minutes=50))
    assert asked.hours_to_answer == 30
    declined = asked.answered("So.", NOW + timedelta(days=3)).declined("other", NOW + timedelta(days=9))
    assert declined.hours_to_answer == 30
    assert SENT.declined("other", NOW + timedelta(days=9)).hours_to_answer == 216
    assert SENT.expired(NOW + timedelta(days=14)).hours_to_answer is None


@pytest.mark.parametrize("verb", ["viewed", "accepted", "withdrawn", "expired"])
def test_whatever_comes_too_late_is_told_what_happened(verb: str) -> None:
    over = SENT.invalidated("mentor_full", NOW)
    with pytest.raises(RequestOver, match="whoever was asked has no place left"):
        getattr(over, verb)(NOW)


def test_a_reason_that_is_nobody_s_business_is_not_put_in_words() -> None:
    assert what_happened("invalidated", "blocked") == what_happened("invalidated", "erased")
    assert what_happened("sent", None) is None


def test_a_mentee_is_reminded_on_each_day_and_days_that_went_by_unseen_are_one() -> None:
    mentee = Enrollment("e1", "acme", 1, NOW, "p1", "m1", Role.MENTEE, state=EnrollmentState.APPROVED)
    assert mentee.begins_to_ask
    waiting = mentee.first_approved((3, 10), NOW)
    assert waiting.due_at == NOW + timedelta(days=3)
    assert not waiting.begins_to_ask
    assert waiting.reminded((3, 10), NOW + timedelta(days=3)).due_at == NOW + timedelta(days=10)
    assert waiting.reminded((3, 10), NOW + timedelta(days=30)).due_at is None
    assert mentee.first_approved((), NOW).due_at is None
