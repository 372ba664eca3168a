"""What registrations say about a member, and what they leave alone."""

import dataclasses

import pytest

from services.profiles.domain.member import Goal, Skill
from services.profiles.domain.naming import parted
from tests.unit.profiles.association import Association, record, registered

ADA = "ada@example.org"


def test_the_newest_record_describes_a_provisional_member_whatever_came_last() -> None:
    association = Association()
    association.hear(record("B-1", 9, email=ADA, name="Ada Okafor", organization="Harbor", goals=["Lead a team"]))
    association.hear(record("A-1", 2, email=ADA, name="A. Okafor", organization="Northwind", job_title="Engineer"))
    ada = association.owner("A-1")
    assert (ada.given_name, ada.organization, ada.job_title) == ("Ada", "Harbor", "Engineer")
    assert ada.goals == (Goal("Lead a team"),)


def test_opting_in_adds_roles_goals_and_skills_to_a_registered_member() -> None:
    association = Association(registered("Ada", "Okafor", email=ADA))
    skills = [{"label": "welding", "side": "offers"}, {"label": "leadership", "side": "seeks", "level": 2}]
    association.hear(record("A-1", email=ADA, mentoring=["mentee"], goals=["Lead a team"], skills=skills))
    association.hear(record("B-1", 2, email=ADA, mentoring=["mentor"], organization="Harbor"))
    ada = association.owner("A-1")
    assert ada.roles == ("mentor", "mentee")
    assert ada.goals == (Goal("Lead a team"),)
    assert ada.skills == (Skill("welding", 3, "offers"), Skill("leadership", 2, "seeks"))
    assert ada.organization is None


def test_what_a_member_has_said_is_not_overwritten() -> None:
    own = dataclasses.replace(
        registered("Ada", "Okafor", email=ADA), goals=(Goal("Rest"),), said=("goals", "roles", "skills")
    )
    association = Association(own)
    skills = [{"label": "welding", "side": "offers"}]
    association.hear(record("A-1", email=ADA, mentoring=["mentor"], goals=["Lead a team"], skills=skills))
    ada = association.owner("A-1")
    assert (ada.roles, ada.goals, ada.skills) == ((), (Goal("Rest"),), ())


def test_roles_given_by_the_association_stay_beside_those_of_tickets() -> None:
    association = Association(dataclasses.replace(registered("Ada", "Okafor", email=ADA), own_roles=("mentee",)))
    association.hear(record("A-1", email=ADA, mentoring=["mentor"]))
    assert association.owner("A-1").roles == ("mentor", "mentee")
    association.hear(record("A-1", 2, email=ADA))
    assert association.owner("A-1").roles == ("mentee",)


def test_a_provisional_member_without_any_ticket_left_stays_as_they_were() -> None:
    association = Association()
    association.hear(record("A-1", email=ADA, name="Ada Okafor", mentoring=["mentor"]))
    ada = association.owner("A-1")
    association.hear(record("A-1", 2, removed=True))
    left = association.members[ada.id]
    assert (left.given_name, left.roles, left.email) == ("Ada", ("mentor",), "ada@example.org")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("Ada", "Okafor", "Someone Else"), ("Ada", "Okafor")),
        ((None, None, "Ada  Maria Okafor"), ("Ada Maria", "Okafor")),
        ((" ", "", "Ada"), ("Ada", "")),
        ((None, None, None), ("", "")),
        ((None, "Okafor", None), ("", "Okafor")),
    ],
)
def test_names_are_parted_as_the_source_parts_them_else_at_the_last_word(
    told: tuple[str | None, str | None, str | None], expected: tuple[str, str]
) -> None:
    assert parted(*told) == expected
