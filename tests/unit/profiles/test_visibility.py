"""What members see of each other."""

import dataclasses

from services.profiles.domain.visibility import shown_to_members
from tests.unit.profiles.association import registered

ADA = registered("Ada", "Okafor", email="ada@example.org")


def test_nothing_is_shown_to_all_unless_the_member_says_so() -> None:
    assert shown_to_members(ADA) == ("id",)


def test_a_field_opened_to_all_is_shown_and_no_other() -> None:
    opened = dataclasses.replace(ADA, visibility={"name": "all", "email": "participants", "goals": "all"})
    assert set(shown_to_members(opened)) == {"id", "given_name", "family_name", "goals"}
