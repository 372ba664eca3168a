"""A topic's states, who has a place in it, and whose time it holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.events.domain.topic import (
    LONGEST_LINE,
    TOPIC,
    Guest,
    PlacesTaken,
    Standing,
    Topic,
    TopicBegun,
    TopicFormat,
    TopicState,
    parties,
)
from shared.errors import Conflict
from shared.transitions import IllegalTransition

NOW = datetime(2026, 5, 5, 8, tzinfo=UTC)
STARTS = NOW + timedelta(hours=2)
QUARTER = timedelta(minutes=15)

DRAWN = """
open -join->   open
open -leave->  open
open -fill->   full
open -free->   open
open -change-> open
open -move->   open
open -remind-> open
open -close->  closed
open -cancel-> cancelled
full -join->   full
full -leave->  full
full -fill->   full
full -free->   open
full -change-> full
full -move->   full
full -remind-> full
full -close->  closed
full -cancel-> cancelled
"""


def topic(*guests: str, capacity: int = 2) -> Topic:
    made = Topic(
        id="t",
        tenant="a",
        version=1,
        updated_at=NOW,
        event_id="e",
        host_id="host",
        format=TopicFormat.GROUP,
        capacity=capacity,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(minutes=45),
        party_ids=parties("host"),
        title="Grants",
    ).awaited(NOW, QUARTER)
    for each in guests:
        made = made.joined(each, NOW)
    return made


def test_its_states_are_those_drawn() -> None:
    drawn = {
        (verb.strip("->"), TopicState(before), TopicState(after))
        for before, verb, after in (line.split() for line in DRAWN.strip().splitlines())
    }
    known = {(verb, before, after) for verb, steps in TOPIC.table.items() for before, after in steps.items()}
    assert known == drawn


def test_it_is_full_exactly_while_every_place_is_taken() -> None:
    assert topic("a").state is TopicState.OPEN
    full = topic("a", "b", "c")
    assert (full.state, full.ids(Standing.WAITING)) == (TopicState.FULL, ("c",))
    assert full.left(["a"], NOW).state is TopicState.OPEN
    assert full.left(["a"], NOW).promoted((), NOW).state is TopicState.FULL


def test_it_holds_the_time_of_its_host_and_of_who_joined_until_it_is_over() -> None:
    full = topic("a", "b", "c")
    assert {each.member_id for each in full.holds} == {"host", "a", "b"}
    assert full.closed(NOW).holds == full.cancelled(NOW, "member").holds == frozenset()


def test_promotion_is_of_as_many_as_there_are_free_places_in_order_without_the_busy() -> None:
    waiting = topic("a", "b", "c", "d", "e").left(["a", "b"], NOW)
    assert waiting.promoted((), NOW).ids(Standing.JOINED) == ("c", "d")
    passed = waiting.promoted({"c"}, NOW)
    assert (passed.ids(Standing.JOINED), passed.ids(Standing.WAITING)) == (("d", "e"), ("c",))
    assert waiting.promoted((), STARTS) is waiting


def test_nobody_joins_or_moves_what_has_begun_and_the_host_is_no_guest() -> None:
    with pytest.raises(TopicBegun):
        topic().joined("a", STARTS)
    with pytest.raises(TopicBegun):
        topic().moved(STARTS, STARTS, STARTS + QUARTER, QUARTER, ())
    with pytest.raises(Conflict, match="You host"):
        topic().joined("host", NOW)


def test_nothing_changes_once_its_time_is_over() -> None:
    over = topic("a").ends_at
    for change in (
        lambda: topic("a").left(["a"], over),
        lambda: topic("a").cancelled(over, "member"),
        lambda: topic("a").changed(over, title="x", description=None, place=None, capacity=2),
    ):
        with pytest.raises(TopicBegun):
            change()
    with pytest.raises(IllegalTransition):
        topic("a").closed(over).joined("b", NOW)


def test_it_cannot_have_fewer_places_than_are_taken() -> None:
    with pytest.raises(PlacesTaken):
        topic("a", "b").changed(NOW, title="x", description=None, place=None, capacity=1)


def test_the_line_has_an_end() -> None:
    waiting = tuple(Guest(str(each), Standing.WAITING) for each in range(LONGEST_LINE))
    full = replace(topic("a", capacity=1), guests=(Guest("a", Standing.JOINED), *waiting))
    with pytest.raises(Conflict, match="wait already"):
        full.joined("late", NOW)


def test_only_another_time_or_place_and_the_end_raise_the_sequence() -> None:
    kept = topic("a").changed(NOW, title="Other", description="x", place=None, capacity=3)
    assert kept.sequence == 0
    placed = kept.changed(NOW, title="Other", description="x", place="Hall", capacity=3)
    later = placed.moved(NOW, STARTS + QUARTER, STARTS + 2 * QUARTER, QUARTER, ())
    assert (placed.sequence, later.sequence, later.cancelled(NOW, "member").sequence) == (1, 2, 3)


def test_who_is_busy_when_it_moves_keeps_a_place_without_being_held_until_the_reminder() -> None:
    moved = topic("a", "b").moved(NOW, STARTS + QUARTER, STARTS + 2 * QUARTER, QUARTER, {"a"})
    assert moved.standing("a") is Standing.UNDECIDED
    assert (moved.taken, {each.member_id for each in moved.holds}) == (2, {"host", "b"})
    assert moved.joined("a", NOW).standing("a") is Standing.JOINED
    told = moved.told(STARTS)
    assert (told.standing("a"), told.reminded, told.due_at) == (None, True, told.ends_at)


def test_it_is_looked_at_at_the_reminder_then_at_the_end() -> None:
    assert topic().due_at == STARTS - QUARTER
    assert topic().awaited(STARTS - QUARTER, QUARTER).due_at == topic().ends_at


def test_people_keep_the_id_they_had_at_first() -> None:
    named = topic("a", "b", "c").named_anew({"host": "h2", "a": "b", "b": "b", "c": "h2"}, NOW)
    assert (named.host_id, named.host_as) == ("h2", "host")
    assert named.guests == (Guest("b", Standing.JOINED, "a"),)
    back = named.named_anew({"host": "host", "a": "a"}, NOW)
    assert (back.host_id, back.host_as, back.guests) == ("host", None, (Guest("a", Standing.JOINED),))
