"""Records may come in any order, and more than once: the outcome is the same."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import tried
from tests.unit.profiles.association import Association, Record, outline, record, registered

ADDRESSES = ("ada@example.org", "ADA@example.org", "ben@example.org", "office@example.org")
NAMES = (None, "Ada Okafor", "ada okafor", "Ben Lindqvist")


def association() -> Association:
    return Association(
        registered("Ada", "Okafor", email="ada@example.org"),
        registered("Carla", "Reyes", number="100"),
    )


def outcome(records: list[Record]) -> list[object]:
    heard = association()
    for each in records:
        heard.hear(each, each["source_registration_id"] + each["updated_at"])
    return outline(heard.members.values())


def outcome_together(records: list[Record], at_once: int) -> list[object]:
    """Of records that are settled in batches."""
    heard = association()
    for first in range(0, len(records), at_once):
        for each in records[first : first + at_once]:
            heard.take(each, each["source_registration_id"] + each["updated_at"])
        heard.settle()
    return outline(heard.members.values())


persons: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(ADDRESSES),
        "buyer_email": st.sampled_from(ADDRESSES),
        "name": st.sampled_from(NAMES),
        "member_number": st.sampled_from(("100", "200", "300")),
        "organization": st.sampled_from(("Northwind", "Harbor")),
        "mentoring": st.sampled_from((["mentor"], ["mentee"], ["mentor", "mentee"])),
        "goals": st.sampled_from((["Lead a team"], ["Change field"])),
        "skills": st.just([{"label": "welding", "side": "offers"}]),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Records of up to four tickets, each record with a moment of its own."""
    days = iter(draw(st.permutations(range(1, 29))))
    return [
        record(ticket, next(days), removed=draw(st.integers(0, 6)) == 0, **draw(persons))
        for ticket in draw(st.lists(st.sampled_from(("A-1", "A-2", "B-1", "C-1")), min_size=1, max_size=7))
    ]


@settings(max_examples=tried(400), deadline=None)
@given(histories(), st.data())
def test_any_order_and_repetition_of_records_ends_the_same(history: list[Record], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history))
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=3))
    assert outcome([*shuffled, *repeated]) == outcome(history)


@settings(max_examples=tried(400), deadline=None)
@given(histories(), st.integers(1, 7))
def test_records_taken_together_end_as_those_taken_one_by_one(history: list[Record], at_once: int) -> None:
    assert outcome_together(history, at_once) == outcome(history)


@settings(max_examples=tried(200), deadline=None)
@given(histories())
def test_no_two_members_have_the_same_identifier(history: list[Record]) -> None:
    heard = association()
    for each in history:
        heard.hear(each)
        held = [identifier.key for member in heard.members.values() for identifier in member.identifiers]
        assert len(held) == len(set(held))
        assert {key: holding.member_id for key, holding in heard.holdings.items() if holding.member_id} == {
            key: member.id for member in heard.members.values() for key in member.keys
        }


@settings(max_examples=tried(200), deadline=None)
@given(histories())
def test_an_identifier_that_changes_its_owner_has_a_higher_version(history: list[Record]) -> None:
    heard = association()
    seen: dict[object, tuple[str, int]] = {}
    for each in history:
        heard.hear(each)
        for member in heard.members.values():
            for identifier in member.identifiers:
                owner, version = seen.get(identifier.key, (member.id, identifier.version))
                assert identifier.version >= version
                assert identifier.version > version or owner == member.id
                seen[identifier.key] = (member.id, identifier.version)


@settings(max_examples=tried(100), deadline=None)
@given(histories())
def test_settling_again_changes_nothing(history: list[Record]) -> None:
    heard = association()
    for each in history:
        heard.hear(each)
    settlement = heard.settle()
    assert (settlement.members, settlement.registrations, settlement.holdings) == ([], [], {})


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_couple_with_one_mailbox_and_a_group_order_end_the_same(order: tuple[int, ...]) -> None:
    records = (
        record("A-1", 1, email="home@example.org", member_number="1", name="Dora Ivanova"),
        record("A-2", 2, email="home@example.org", member_number="2", name="Emil Ivanov"),
        record("B-1", 3, buyer_email="dora@example.org", name="Dora Ivanova"),
        record("A-1", 4, email="dora@example.org", member_number="1", name="Dora Ivanova"),
    )
    assert outcome([records[each] for each in order]) == outcome(list(records))
