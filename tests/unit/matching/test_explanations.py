"""Why two people fit, to whom it may be told."""

from typing import Any

import pytest

from services.matching.domain.member import Day, Language, Member, Window
from services.matching.domain.parts import Part
from services.matching.domain.program import OrganizationRule, Rules
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.candidates import candidates
from services.matching.engine.explanations import Audience
from services.matching.engine.features import features
from services.matching.engine.pool import Criteria, Encounter, unordered
from services.matching.engine.suggestions import suggestion
from tests.unit.matching.people import everything_visible, nothing_visible, offers, person, pool, seeks

MENTOR = person(
    "mentor",
    organization="Acme",
    industry="Shipping",
    seniority=4,
    time_zone="UTC",
    languages=(Language("en", 5), Language("el", 4)),
    skills=offers("Leadership", "Python", "Sales"),
    goals=("Grow managers",),
    availability=(Window(Day.MON, "09:00", "12:00"),),
)
MENTEE = person(
    "mentee",
    organization="Acme",
    industry="Weaving",
    seniority=2,
    time_zone="UTC",
    languages=(Language("en", 3), Language("el", 5)),
    skills=seeks("Leadership", "Python", "Sales", "Law"),
    goals=("Become an engineering manager",),
    availability=(Window(Day.MON, "10:00", "11:30"),),
)
FACTS: dict[str, Any] = {
    "encounters": {unordered("mentor", "mentee"): Encounter.MET},
    "wishes": {"mentee": frozenset({"mentor"}), "mentor": frozenset({"mentee"})},
}
SECRETS = ("Acme", "Shipping", "Weaving", "Leadership", "Python", "manager", "90", "el at", "executive", "asked for")


def told(
    audience: Audience,
    visible: Any = everything_visible,
    mentor: Member = MENTOR,
    mentee: Member = MENTEE,
    **facts: Any,
) -> dict[Part, str]:
    people = pool([mentor], [mentee], **(facts or FACTS))
    known = features(people)
    criteria = Criteria(Rules(organization=OrganizationRule.PREFERRED))
    found = suggestion(known, candidates(known, criteria), 0, visible, audience)
    return dict(zip(found.parts, found.reasons, strict=True))


def test_a_mentee_reads_what_the_mentor_offers() -> None:
    assert told(Audience.MENTEE) == {
        Part.SKILLS: "offers 3 of the 4 skills you seek: Leadership, Python, Sales",
        Part.GOALS: "knows about what your goals name: manager",
        Part.AVAILABILITY: "you are both free for 90 minutes a week",
        Part.LANGUAGES: "you share a language: el at level 4, en at level 3",
        Part.SENIORITY: "is 2 steps more senior: executive to mid career",
        Part.INDUSTRY: "you differ in industry: Shipping and Weaving",
        Part.ORGANIZATION: "you share the organization: Acme",
        Part.MET: "you have met at an event",
        Part.PREFERENCE: "you asked for this mentor",
    }


def test_a_mentor_reads_what_the_mentee_seeks() -> None:
    reasons = told(Audience.MENTOR)
    assert reasons[Part.SKILLS] == "you offer 3 of the 4 skills the mentee seeks: Leadership, Python, Sales"
    assert reasons[Part.GOALS] == "you know about what the mentee's goals name: manager"
    assert reasons[Part.SENIORITY] == "you are 2 steps more senior: executive to mid career"
    assert reasons[Part.PREFERENCE] == "you asked for this mentee"


def test_staff_read_of_both() -> None:
    reasons = told(Audience.STAFF)
    assert reasons[Part.SKILLS] == "offers 3 of the 4 skills the mentee seeks: Leadership, Python, Sales"
    assert reasons[Part.AVAILABILITY] == "they are both free for 90 minutes a week"
    assert reasons[Part.PREFERENCE] == "asked for by: mentee, mentor"


@pytest.mark.parametrize("audience", [Audience.MENTEE, Audience.MENTOR, Audience.STAFF])
def test_hidden_fields_count_as_numbers_and_their_content_never_appears(audience: Audience) -> None:
    open_parts, hidden = told(audience), told(audience, nothing_visible)
    assert hidden.keys() == open_parts.keys()
    assert hidden[Part.SKILLS] == "skills fit 75%, the details are private"
    content = {part: text for part, text in hidden.items() if part not in (Part.MET, Part.PREFERENCE)}
    assert not [secret for secret in SECRETS for text in content.values() if secret.casefold() in text.casefold()]


def test_by_default_goals_and_availability_stay_private() -> None:
    reasons = told(Audience.MENTEE, visible_to_participants)
    assert reasons[Part.AVAILABILITY] == "availability fit 75%, the details are private"
    assert reasons[Part.GOALS] == "goals fit 33%, the details are private"
    assert reasons[Part.SKILLS].endswith("Leadership, Python, Sales")


def test_a_wish_of_the_other_one_is_not_given_away() -> None:
    reasons = told(Audience.MENTEE, wishes={"mentor": frozenset({"mentee"})})
    assert reasons[Part.PREFERENCE] == "preference fit 100%, the details are private"


@pytest.mark.parametrize(
    ("part", "mentor", "mentee", "expected"),
    [
        (Part.SKILLS, {"skills": offers("tax")}, {"skills": seeks("law")}, "offers none of the 1 skill you seek"),
        (
            Part.SKILLS,
            {"skills": offers(*"abcdefg")},
            {"skills": seeks(*"abcdefg")},
            "offers 7 of the 7 skills you seek: a, b, c, d, e and 2 more",
        ),
        (Part.GOALS, {"goals": ("sail",)}, {"goals": ("weave",)}, "goals name nothing in common"),
        (
            Part.LANGUAGES,
            {"languages": (Language("en", 5),)},
            {"languages": (Language("it", 5),)},
            "you share no language",
        ),
        (Part.SENIORITY, {"seniority": 1}, {"seniority": 1}, "you are both at the same step: early career"),
        (Part.SENIORITY, {"seniority": 1}, {"seniority": 2}, "is 1 step less senior: early career to mid career"),
        (
            Part.AVAILABILITY,
            {"time_zone": "UTC", "availability": (Window(Day.MON, "09:00", "10:00"),)},
            {"time_zone": "UTC", "availability": (Window(Day.TUE, "09:00", "10:00"),)},
            "you have no time of the week in common",
        ),
    ],
)
def test_what_does_not_fit_is_said_too(part: Part, mentor: Any, mentee: Any, expected: str) -> None:
    assert told(Audience.MENTEE, mentor=person("mentor", **mentor), mentee=person("mentee", **mentee))[part] == expected


def test_having_been_at_the_same_event_is_told_apart_from_having_met() -> None:
    pair = unordered("mentor", "mentee")
    assert told(Audience.MENTEE, encounters={pair: Encounter.SAME_EVENT})[Part.MET] == "you were at the same event"
    elsewhere = {unordered("mentor", "x"): Encounter.MET}
    assert told(Audience.MENTEE, encounters=elsewhere)[Part.MET] == "you have not been at the same event"
    gatherings = (frozenset({"mentor", "mentee"}),)
    assert told(Audience.STAFF, encounters={}, gatherings=gatherings)[Part.MET] == "they were at the same event"
