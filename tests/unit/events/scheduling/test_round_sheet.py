"""What a plan of speed rounds was made of, as the next one begins with it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.events.scheduling.round_sheet import RoundSheet, told_anew
from services.events.scheduling.rounds import ABSENT, BYE, Guest, asked
from services.events.scheduling.ties import MUTUAL, ONE_SIDED, Ties, rows_of


def pairs(*some: tuple[int, int]) -> NDArray[np.int64]:
    return np.array(some, np.int64).reshape(-1, 2)


NOTHING = Ties(pairs(), pairs(), pairs())


def sheet(*seats: tuple[int, ...], left_out: dict[int, str] | None = None) -> RoundSheet:
    people = tuple("abcdefgh"[: len(seats)])
    numbers, table = np.arange(len(seats), dtype=np.int32), np.array(seats, np.int32)
    return RoundSheet(1, people, {}, numbers, table, left_out or {}, NOTHING, {}, ())


def test_a_plan_is_another_one_for_whoever_sits_elsewhere_or_with_others() -> None:
    before = np.array([(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1), (BYE, BYE, BYE)], np.int32)
    after = np.array([(0, 0, 0), (0, ABSENT, ABSENT), (1, 1, 0), (1, 1, BYE), (BYE, BYE, BYE)], np.int32)
    assert told_anew(before, after, 1).tolist() == [True, False, False, True, False]
    assert not told_anew(before, before, 0).any()


def test_whoever_comes_in_is_told_and_so_are_those_they_sit_with() -> None:
    before = np.array([(0, 0), (0, 0), (ABSENT, ABSENT), (1, BYE)], np.int32)
    after = np.array([(0, 0), (0, 0), (ABSENT, 1), (1, 1)], np.int32)
    assert told_anew(before, after, 1).tolist() == [False, False, True, True]


def test_people_have_their_numbers_whoever_is_there_no_more() -> None:
    some = sheet((0, 0), (1, BYE))
    numbered = replace(some, numbers=np.array([3, 1], np.int32)).by_number()
    assert numbered.tolist() == [[1, BYE], [ABSENT, ABSENT], [0, 0]]


def test_who_is_out_of_the_coming_rounds_stays_out_of_them() -> None:
    begins, ends = sheet((0, 1, ABSENT, ABSENT), (ABSENT, ABSENT, 2, BYE)).windows(1)
    assert list(zip(begins.tolist(), ends.tolist(), strict=True)) == [(1, 2), (2, 4)]
    begins, ends = sheet((0, 1, ABSENT, ABSENT)).windows(2)
    assert begins.tolist() == ends.tolist() == [2]


def test_a_wish_of_both_counts_twice_that_of_one_and_what_was_declined_is_forbidden() -> None:
    ties = Ties(pairs((0, 1), (1, 0), (0, 1), (2, 0)), pairs((3, 2)), pairs((1, 2)))
    told = ties.of(asked([Guest(each) for each in "abcd"], 2), np.arange(4), pairs((1, 0)))
    assert told.affinity_pairs.tolist() == [[0, 1], [0, 2]]
    assert told.affinity.tolist() == [MUTUAL, ONE_SIDED]
    assert told.forbidden.tolist() == [[0, 1], [2, 3]]
    assert told.met.tolist() == [[1, 2]]


def test_of_people_who_do_not_take_part_nothing_is_asked() -> None:
    ties = Ties(pairs((0, 1), (1, 3)), pairs((2, 1)), pairs((2, 3)))
    told = ties.of(asked([Guest(each) for each in "bd"], 2), np.array([1, 3]), pairs((0, 3)))
    assert told.affinity_pairs.tolist() == [[0, 1]]
    assert (len(told.forbidden), len(told.met)) == (0, 0)


def test_what_somebody_says_takes_the_place_of_all_they_said_before() -> None:
    ties = Ties(pairs((0, 1), (1, 0), (2, 0)), pairs((0, 2)), pairs()).said_anew([0], pairs((0, 3)), pairs((0, 1)))
    assert sorted(map(tuple, ties.wished.tolist())) == [(0, 3), (1, 0), (2, 0)]
    assert ties.declined.tolist() == [[0, 1]]


def test_pairs_are_those_of_who_people_are_now() -> None:
    now_is = {"a": "a", "old": "a", "b": "b", "other": "other"}
    said = [("old", "b"), ("a", "old"), ("b", "other"), ("b", "a")]
    assert rows_of(said, {"a": 0, "b": 1}, now_is).tolist() == [[0, 1], [1, 0]]
