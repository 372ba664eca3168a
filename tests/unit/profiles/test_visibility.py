"""What members see of each other, and find each other by."""

import dataclasses

import pytest

from services.profiles.domain.directory import Search, terms_of
from services.profiles.domain.member import Skill
from services.profiles.domain.visibility import DEFAULTS, EARNED, earned_shown_to_members, shown_to_members
from tests.unit.profiles.association import registered

ADA = registered("Ada", "Okafor", email="ada@example.org")


def test_nothing_is_shown_to_all_unless_the_member_says_so() -> None:
    assert shown_to_members(ADA, participates=False) == ("id",)


@pytest.mark.parametrize("field", DEFAULTS)
@pytest.mark.parametrize("setting", [None, "nobody", "participants", "all"])
@pytest.mark.parametrize("participates", [True, False])
def test_every_field_is_shown_to_whom_its_setting_or_else_its_default_says(
    field: str, setting: str | None, participates: bool
) -> None:
    closed = dict.fromkeys(DEFAULTS, "nobody")
    del closed[field]
    member = dataclasses.replace(ADA, visibility=closed | ({field: setting} if setting else {}))
    names = {"given_name", "family_name"} if field == "name" else {field}
    open_to = {"all", "participants"} if participates else {"all"}
    seen = names if (setting or DEFAULTS[field]) in open_to else set()
    shown = {*shown_to_members(member, participates=participates)} - {"id"}
    earned = {*earned_shown_to_members(member, participates=participates)}
    assert (shown, earned) == ((set(), seen) if field in EARNED else (seen, set()))


def test_a_field_opened_to_all_is_shown_and_no_other() -> None:
    opened = dataclasses.replace(ADA, visibility={"name": "all", "email": "participants", "goals": "all"})
    assert set(shown_to_members(opened, participates=False)) == {"id", "given_name", "family_name", "goals"}


def test_who_takes_part_together_sees_what_is_for_participants_and_nothing_of_what_is_for_nobody() -> None:
    closed = dataclasses.replace(ADA, visibility={"email": "participants", "skills": "nobody"})
    shown = set(shown_to_members(closed, participates=True))
    assert {"given_name", "email", "organization"} <= shown
    assert shown.isdisjoint({"skills", "goals", "availability", "time_zone", "locale", "membership", "identifiers"})


@pytest.mark.parametrize(
    "name",
    ["name", "organization", "job_title", "grade", "section", "industry", "languages", "roles", "skills"],
)
@pytest.mark.parametrize(
    ("shown", "found_by"),
    [("nobody", {"staff"}), ("participants", {"staff", "participants"}), ("all", {"staff", "all"}), (None, None)],
)
def test_a_field_is_found_by_whom_it_is_shown_to(name: str, shown: str | None, found_by: set[str] | None) -> None:
    member = dataclasses.replace(
        ADA,
        organization="Rivertown",
        job_title="Surveyor",
        grade="Fellow",
        section="Milan",
        industry="Hydrology",
        roles=("mentor",),
        skills=(Skill("geodesy", 4, "offers"),),
        visibility=dict.fromkeys(DEFAULTS, "nobody") | ({name: shown} if shown else {}),
    )
    opened = {term.partition(" ")[0] for term in terms_of(member)}
    expected = {"staff"} if found_by is None or name == "languages" else found_by | {"staff"}
    assert opened == expected


def test_who_is_suspended_is_found_by_staff_alone() -> None:
    gone = dataclasses.replace(ADA, visibility={"name": "all"}, membership="suspended")
    assert {term.partition(" ")[0] for term in terms_of(gone)} == {"staff"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("okafor", True),
        ("OKA ad", True),
        ("o", False),
        ("okafors", False),
        ("", None),
        ("!?", False),
        ("  ", None),
    ],
)
def test_a_name_is_found_by_its_beginnings(text: str, found: bool | None) -> None:
    wanted = {f"staff {term}" for term in Search(text).terms}
    assert (wanted <= set(terms_of(ADA)) if wanted else None) is found


def test_case_and_accents_make_no_difference() -> None:
    named = dataclasses.replace(ADA, family_name="Åström-Ñúñez", industry="Énergie  verte")
    terms = set(terms_of(named))
    for asked in (Search("astrom nunez"), Search("ÅSTRÖM"), Search(industry="energie verte"), Search("ENERGIE")):
        assert {f"staff {term}" for term in asked.terms} <= terms
