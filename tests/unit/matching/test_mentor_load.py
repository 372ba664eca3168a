"""Capacity is an invariant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.mentor_load import MentorFull, MentorLoad, NothingToRelease
from tests.unit.matching.people import NOW, load


def test_a_full_mentor_cannot_take_another_mentee() -> None:
    with pytest.raises(MentorFull):
        load(capacity=2, active=1, reserved=1).taken(NOW)


def test_a_full_mentor_has_no_seat_to_reserve() -> None:
    with pytest.raises(MentorFull):
        load(capacity=1, active=1).with_reservation(NOW)


def test_a_seat_given_back_can_be_taken_again() -> None:
    assert load(capacity=1, active=1).released(NOW).taken(NOW).active == 1


def test_a_seat_is_given_back_only_once() -> None:
    released = load(capacity=1, active=1).released(NOW)
    with pytest.raises(NothingToRelease):
        released.released(NOW)


def test_a_reservation_is_given_back_only_once() -> None:
    released = load(capacity=1, reserved=1).without_reservation(NOW)
    with pytest.raises(NothingToRelease):
        released.without_reservation(NOW)


def test_lowering_capacity_below_the_load_ends_nothing_and_blocks_new_ones() -> None:
    lowered = load(capacity=3, active=3).with_capacity(1, NOW)
    assert (lowered.active, lowered.free) == (3, 0)
    with pytest.raises(MentorFull):
        lowered.released(NOW).taken(NOW)


@given(st.integers(0, 4), st.lists(st.sampled_from(["take", "release", "reserve", "unreserve"]), max_size=40))
def test_no_order_of_taking_and_releasing_exceeds_capacity(capacity: int, steps: list[str]) -> None:
    current, taken, reserved = load(capacity=capacity), 0, 0
    for step in steps:
        moves = {
            "take": (MentorLoad.taken, 1, 0),
            "release": (MentorLoad.released, -1, 0),
            "reserve": (MentorLoad.with_reservation, 0, 1),
            "unreserve": (MentorLoad.without_reservation, 0, -1),
        }
        verb, more_taken, more_reserved = moves[step]
        possible = taken + more_taken >= 0 and reserved + more_reserved >= 0
        possible = possible and taken + more_taken + reserved + more_reserved <= capacity
        if possible:
            current, taken, reserved = verb(current, NOW), taken + more_taken, reserved + more_reserved
        else:
            with pytest.raises((MentorFull, NothingToRelease)):
                verb(current, NOW)
    assert (current.active, current.reserved, current.free) == (taken, reserved, capacity - taken - reserved)
