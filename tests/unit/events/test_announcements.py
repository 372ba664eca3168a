"""What the world is told of a registration: the difference between what it knows and what is so."""

from typing import Any

import pytest

from services.events.domain.announcements import announcements
from services.events.domain.registration import Announced, Status
from tests.unit.events.registrations import NOW, registration

TOLD = Announced("ada", Status.CONFIRMED, checked_in=False, mentoring=())
TOLD_IN = Announced("ada", Status.CONFIRMED, checked_in=True, mentoring=())


def words(told: Announced | None, **fields: Any) -> list[tuple[str, str]]:
    due, _ = announcements(registration(announced=told, **fields), "source")
    return [(each.type.removeprefix("registration.").removesuffix(".v1"), each.member_id) for each in due]


@pytest.mark.parametrize("status", list(Status))
def test_nothing_is_told_while_nobody_knows_whose_it_is(status: Status) -> None:
    assert announcements(registration(status=status, member_id=None), None) == ([], None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.PENDING, []),
        (Status.CONFIRMED, [("confirmed", "ada")]),
        (Status.WAITLISTED, [("waitlisted", "ada")]),
        (Status.CANCELLED, []),
        (Status.REFUNDED, []),
        (Status.NO_SHOW, [("no_show", "ada")]),
    ],
)
def test_a_registration_never_told_of_is_told_by_its_status(status: Status, expected: list[tuple[str, str]]) -> None:
    assert words(None, status=status) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.PENDING, [("cancelled", "ada")]),
        (Status.CONFIRMED, []),
        (Status.WAITLISTED, [("waitlisted", "ada")]),
        (Status.CANCELLED, [("cancelled", "ada")]),
        (Status.REFUNDED, [("cancelled", "ada")]),
        (Status.NO_SHOW, [("no_show", "ada")]),
    ],
)
def test_a_confirmed_one_is_told_of_when_it_no_longer_is(status: Status, expected: list[tuple[str, str]]) -> None:
    assert words(TOLD, status=status) == expected


def test_one_that_moves_is_cancelled_for_the_old_member_before_the_new_one_has_it() -> None:
    due, told = announcements(registration(announced=TOLD_IN, member_id="ben", checked_in_at=NOW), None)
    assert [(each.type, each.member_id, each.reason) for each in due] == [
        ("registration.cancelled.v1", "ada", "moved"),
        ("registration.confirmed.v1", "ben", None),
        ("registration.checked_in.v1", "ben", None),
    ]
    assert told == Announced("ben", Status.CONFIRMED, checked_in=True, mentoring=())


def test_one_that_moves_while_cancelled_is_nobody_s() -> None:
    assert words(TOLD, member_id="ben", status=Status.CANCELLED) == [("cancelled", "ada")]


def test_a_cancellation_says_why_and_is_told_once() -> None:
    (due,), told = announcements(registration(announced=TOLD, status=Status.CANCELLED), "member")
    assert (due.reason, told) == ("member", None)
    assert words(told, status=Status.CANCELLED) == []


def test_check_in_and_its_reversal_are_told_once_each() -> None:
    assert words(TOLD, checked_in_at=NOW) == [("checked_in", "ada")]
    assert words(TOLD_IN, checked_in_at=NOW) == []
    assert words(TOLD_IN) == [("check_in_reverted", "ada")]
    assert words(TOLD) == []


def test_a_cancelled_registration_is_not_also_a_reverted_check_in() -> None:
    assert words(TOLD_IN, status=Status.CANCELLED, checked_in_at=NOW) == [("cancelled", "ada")]


def test_the_order_of_the_roles_opted_into_is_no_news() -> None:
    both = Announced("ada", Status.CONFIRMED, checked_in=False, mentoring=("mentor", "mentee"))
    assert words(both, mentoring=("mentee", "mentor")) == []
    assert words(both, mentoring=("mentee",)) == [("confirmed", "ada")]
