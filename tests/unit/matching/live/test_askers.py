"""Mentees as last read: packed and back, and gone when they are forgotten."""

import time
from dataclasses import replace

import pytest
from hypothesis import given

from services.matching.engine.pool import Pool
from services.matching.live.askers import Askers, Asking
from tests.unit.matching.crowds import crowds
from tests.unit.matching.people import person


@given(crowds())
def test_what_is_kept_decides_as_what_was_read(pool: Pool) -> None:
    askers = Askers(lambda: 100)
    for place in (*pool.mentors, *pool.mentees):
        mentee = Asking.of(place.member, frozenset({"fair"}))
        askers.keep(mentee, time.monotonic())
        found = askers.find("acme", place.member.id)
        assert found is not None
        assert found.packed == mentee.packed
        assert replace(found.member, version=1, updated_at=place.member.updated_at) == place.member
        assert found.packed != Asking.of(place.member, frozenset()).packed


def test_whoever_was_forgotten_after_they_were_read_is_not_kept() -> None:
    askers, mentee = Askers(lambda: 100), Asking.of(person("e"), frozenset())
    read_at = time.monotonic()
    askers.forget(["e"])
    askers.keep(mentee, read_at)
    assert askers.find("acme", "e") is None
    askers.keep(mentee, time.monotonic() + 1)
    assert askers.find("acme", "e") is not None
    askers.forget_all()
    assert askers.find("acme", "e") is None


def test_of_too_many_those_go_who_came_first() -> None:
    askers = Askers(lambda: 2)
    for name in ("a", "b", "c"):
        askers.keep(Asking.of(person(name), frozenset()), time.monotonic())
    assert [askers.find("acme", name) is None for name in ("a", "b", "c")] == [True, False, False]


def test_of_whoever_was_forgotten_not_even_the_id_stays_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matching.live.askers._REMEMBERED", 0.0)
    askers = Askers(lambda: 2)
    askers._forgotten["e"] = time.monotonic() - 1.0
    askers.tidy()
    assert not askers._forgotten
