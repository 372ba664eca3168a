"""Field x reader x setting, through the door of suggestions: hidden content counts and is never told."""

from typing import Any

import pytest

from services.matching.domain.member import Day, Language, Member, Side, Skill, Window
from services.matching.domain.parts import Part
from services.matching.domain.program import OrganizationRule, Rules
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.candidates import candidates
from services.matching.engine.explanations import Audience
from services.matching.engine.features import features
from services.matching.engine.pool import Criteria
from services.matching.engine.suggestions import Suggestion, suggestion
from services.profiles.domain.visibility import DEFAULTS
from tests.unit.matching.people import person, pool

CONTENT: dict[str, tuple[Part, tuple[str, ...]]] = {
    "skills": (Part.SKILLS, ("Falconry",)),
    "goals": (Part.GOALS, ("cartography",)),
    "availability": (Part.AVAILABILITY, ("137",)),
    "languages": (Part.LANGUAGES, ("eu at",)),
    "seniority": (Part.SENIORITY, ("executive", "student", "steps")),
    "industry": (Part.INDUSTRY, ("Shipping", "Weaving")),
    "organization": (Part.ORGANIZATION, ("Acme",)),
}
"""Each field that a reason can tell of, the part it makes, and words of its content that stand nowhere else."""

SETTINGS = ("nobody", "participants", "all", "default")


def people(visibility: dict[str, str]) -> tuple[Member, Member]:
    """A pair who have something in every field; both set their visibility so."""
    common: dict[str, Any] = {
        "organization": "Acme",
        "time_zone": "UTC",
        "languages": (Language("eu", 4),),
        "goals": ("Learn cartography",),
        "visibility": visibility,
    }
    mentor = person(
        "mentor",
        industry="Shipping",
        seniority=4,
        skills=(Skill("Falconry", Side.OFFERS, 4),),
        availability=(Window(Day.MON, "09:00", "12:00"),),
        **common,
    )
    mentee = person(
        "mentee",
        industry="Weaving",
        seniority=0,
        skills=(Skill("Falconry", Side.SEEKS, 1),),
        availability=(Window(Day.MON, "09:00", "11:17"),),
        **common,
    )
    return mentor, mentee


def suggested(visibility: dict[str, str], audience: Audience) -> Suggestion:
    mentor, mentee = people(visibility)
    known = features(pool([mentor], [mentee]))
    criteria = Criteria(Rules(organization=OrganizationRule.PREFERRED))
    return suggestion(known, candidates(known, criteria), 0, visible_to_participants, audience)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("field", CONTENT)
@pytest.mark.parametrize("audience", list(Audience))
def test_a_reason_tells_of_a_field_what_its_members_show_to_participants(
    audience: Audience, field: str, setting: str
) -> None:
    closed = dict.fromkeys(DEFAULTS, "nobody") | {field: setting}
    if setting == "default":
        del closed[field]
    effective = DEFAULTS[field] if setting == "default" else setting
    found = suggested(closed, audience)
    part, words = CONTENT[field]
    assert part in found.parts
    told = any(word in reason for word in words for reason in found.reasons)
    assert told is (effective != "nobody")
    # Opening one field opens no other.
    others = {word for name, (_, each) in CONTENT.items() if name != field for word in each}
    assert not [word for word in others for reason in found.reasons if word in reason]


@pytest.mark.parametrize("audience", list(Audience))
def test_what_is_hidden_counts_as_what_is_shown(audience: Audience) -> None:
    hidden, shown = (suggested(dict.fromkeys(DEFAULTS, setting), audience) for setting in ("nobody", "all"))
    assert (hidden.score, hidden.parts) == (shown.score, shown.parts)
    assert len(hidden.reasons) == len(shown.reasons)


@pytest.mark.parametrize("field", CONTENT)
def test_a_field_has_the_same_default_here_as_on_the_profile(field: str) -> None:
    assert visible_to_participants(person("a"), field) is (DEFAULTS[field] != "nobody")
