"""The numbers of a program's report: buckets, tenths, and people by value with nobody singled out."""

import math
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.enrollment import Role
from services.matching.domain.people_by_value import FEWEST_NAMED, Counted, Group, Kind, groups
from services.matching.domain.program_report import buckets, deciles

POINTS = st.lists(st.integers(0, 10_000), max_size=60)


@given(POINTS)
def test_every_pair_is_in_the_bucket_of_its_score(points: list[int]) -> None:
    found = buckets(Counter(points))
    assert [each.pairs for each in found] == [
        sum(1 for each in points if low * 500 <= each < low * 500 + 500 or (low == 19 and each == 10_000))
        for low in range(20)
    ]
    assert (found[0].least, found[-1].most) == (0.0, 1.0)


@given(POINTS)
def test_tenths_take_the_pairs_in_order_and_all_of_them(points: list[int]) -> None:
    found = deciles(Counter(points))
    left = sorted(points)
    for tenth in found:
        taken, left = left[: tenth.pairs], left[tenth.pairs :]
        assert (tenth.least, tenth.most) == (taken[0] / 10_000, taken[-1] / 10_000)
        assert tenth.mean_score == pytest.approx(sum(taken) / len(taken) / 10_000, abs=0.00006)
    assert left == []
    if points:
        assert (found[0].decile, found[0].pairs) == (1, math.ceil(len(points) / 10))
    assert len({tenth.decile for tenth in found}) == min(len(points), 10)


def people(count: int, matched: int = 0) -> Counted:
    return Counted(count, matched, matched, matched * 5_000)


def told(named: Mapping[str, int], rare: int = 0, unknown: int = 0) -> list[tuple[Kind, str | None, int]]:
    """Rows of these values, of as many people with a value of their own, and of those who have told none."""
    own = {f"value of {number}": people(1) for number in range(rare)}
    values: dict[str | None, Counted] = {value: people(count) for value, count in named.items()} | own
    found = groups(Role.MENTEE, values | ({None: people(unknown)} if unknown else {}))
    return [(group.kind, group.value, group.people) for group in found]


def test_values_come_by_how_many_have_them_then_the_rare_ones_together_then_who_tells_none() -> None:
    assert told({"law": 7, "energy": 9, "arts": 7}, rare=6, unknown=8) == [
        (Kind.VALUE, "energy", 9),
        (Kind.VALUE, "arts", 7),
        (Kind.VALUE, "law", 7),
        (Kind.OTHER, None, 6),
        (Kind.UNKNOWN, None, 8),
    ]


def test_too_few_others_take_the_smallest_value_to_themselves() -> None:
    assert told({"energy": 9, "law": 5}, rare=2) == [(Kind.VALUE, "energy", 9), (Kind.OTHER, None, 7)]


def test_too_few_who_tell_none_are_among_the_others() -> None:
    assert told({"energy": 9}, rare=3, unknown=2) == [(Kind.VALUE, "energy", 9), (Kind.OTHER, None, 5)]
    assert told({}, rare=2, unknown=9) == [(Kind.OTHER, None, 11)]


def test_of_fewer_than_five_people_nothing_is_told() -> None:
    assert told({}, rare=3, unknown=1) == []


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(FEWEST_NAMED, 12), max_size=5),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_no_row_is_of_fewer_than_five_and_none_is_left_out(named: dict[str, int], rare: int, unknown: int) -> None:
    rows = told(named, rare, unknown)
    everybody = sum(named.values()) + rare + unknown
    assert all(count >= FEWEST_NAMED for _, _, count in rows)
    assert sum(count for _, _, count in rows) == (everybody if everybody >= FEWEST_NAMED else 0)


def test_of_very_many_values_the_most_frequent_are_named() -> None:
    rows = told({f"{number:03d}": 5 + number for number in range(60)})
    assert len(rows) == 51
    assert (rows[0], rows[-1]) == ((Kind.VALUE, "059", 64), (Kind.OTHER, None, sum(range(5, 15))))


def test_share_and_mean_are_of_those_who_have_the_value() -> None:
    [row] = groups(Role.MENTOR, {"law": Counted(8, 6, 9, 63_000)})
    assert row == Group(Role.MENTOR, Kind.VALUE, "law", 8, 6, 0.75, 0.7)
    [alone] = groups(Role.MENTOR, {"law": Counted(8)})
    assert (alone.share, alone.mean_score) == (0.0, None)
