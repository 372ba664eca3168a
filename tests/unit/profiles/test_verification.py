"""Verified is what the association says now, and what it said and nobody has changed."""

import dataclasses

import pytest

from services.profiles.domain.member import Identifier, number_key
from services.profiles.domain.verification import VERIFIABLE, verified
from services.profiles.domain.visibility import verified_among
from tests.unit.profiles.association import NOW, registered

ADA = dataclasses.replace(
    registered("Ada", "Okafor", number="M-1"),
    grade="Fellow",
    section="Milan",
    organization="Northwind",
    job_title="Head",
)


def test_what_is_vouched_for_is_verified_where_there_is_a_value() -> None:
    assert verified(None, ADA, VERIFIABLE).verified == VERIFIABLE
    assert verified(None, dataclasses.replace(ADA, grade=None, section=""), VERIFIABLE).verified == (
        "member_number",
        "organization",
        "job_title",
    )
    assert verified(None, ADA, ()).verified == ()
    assert verified(None, ADA, ("given_name", "grade")).verified == ("grade",)


@pytest.mark.parametrize("name", ["grade", "section", "organization", "job_title"])
def test_a_change_that_is_not_vouched_for_takes_it_away_from_that_field_alone(name: str) -> None:
    before = verified(None, ADA, VERIFIABLE)
    after = dataclasses.replace(before, **{name: "Another"})
    assert verified(before, after, ()).verified == tuple(each for each in VERIFIABLE if each != name)
    assert verified(before, after, (name,)).verified == VERIFIABLE


def test_another_number_is_another_value() -> None:
    before = verified(None, ADA, VERIFIABLE)
    after = dataclasses.replace(before, identifiers=(Identifier(*number_key("M-2"), NOW, 1),))
    assert "member_number" not in verified(before, after, ()).verified


def test_what_was_not_verified_does_not_become_so_by_staying() -> None:
    assert verified(ADA, ADA, ()).verified == ()


def test_a_number_is_shown_as_verified_with_the_identifiers() -> None:
    member = verified(None, ADA, VERIFIABLE)
    assert verified_among(member, ("identifiers", "grade")) == ("member_number", "grade")
    assert verified_among(member, ("id", "organization")) == ("organization",)
