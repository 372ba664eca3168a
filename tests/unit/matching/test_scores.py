"""Each part of the score, and their weighted mean."""

from typing import Any

import pytest

from services.matching.domain.member import Day, Language, Member, Skill, Window
from services.matching.domain.parts import FULL, Part, Weight, Weights
from services.matching.domain.program import Format, OrganizationRule, Rules
from services.matching.engine.candidates import PARTS, candidates
from services.matching.engine.features import features
from services.matching.engine.parts import MISSING
from services.matching.engine.pool import Criteria, Encounter, unordered
from tests.unit.matching.people import offers, person, pool, seeks

OFF = dict.fromkeys((part.value for part in Part), Weight.OFF)


def scored(
    mentor: Member, mentee: Member, criteria: Criteria | None = None, **facts: Any
) -> tuple[int, dict[Part, int]]:
    found = candidates(features(pool([mentor], [mentee], **facts)), criteria or Criteria())
    points = zip(PARTS, found.parts[0].tolist(), strict=True)
    return int(found.score[0]), {part: value for part, value in points if value != MISSING}


def part(name: Part, mentor: dict[str, Any], mentee: dict[str, Any], **more: Any) -> int | None:
    criteria = Criteria(more.pop("rules", Rules()), format=more.pop("format", Format.ONE_TO_ONE))
    return scored(person("mentor", **mentor), person("mentee", **mentee), criteria, **more)[1].get(name)


def skills(given: tuple[Skill, ...]) -> dict[str, Any]:
    return {"skills": given}


@pytest.mark.parametrize(
    ("offered", "sought", "expected"),
    [
        (offers("Leadership", "python", "sales"), seeks("leadership ", "Python", "SALES", "law"), 7_500),
        (offers("sales", level=2), seeks("sales", level=4), 5_000),
        (offers("sales", level=5), seeks("sales", level=3), FULL),
        (offers("sales", level=1), seeks("sales"), FULL),
        (offers("sales"), seeks("sales", level=5), FULL),
        (offers("law"), seeks("sales"), 0),
        ((), seeks("sales"), None),
        (offers("sales"), (), None),
        (seeks("sales"), seeks("sales"), None),
    ],
)
def test_skills_are_the_share_sought_that_is_offered(offered: Any, sought: Any, expected: int | None) -> None:
    assert part(Part.SKILLS, skills(offered), skills(sought)) == expected


def test_a_taxonomy_id_joins_labels_that_differ() -> None:
    english = Skill("leadership", offers("x")[0].side, None, "tax:1")
    italian = Skill("guida", seeks("x")[0].side, None, "tax:1")
    bare = seeks("Leadership")[0]
    assert part(Part.SKILLS, skills((english,)), skills((italian,))) == FULL
    assert part(Part.SKILLS, skills((english,)), skills((bare,))) == FULL


def test_two_taxonomies_ids_of_one_label_are_one_skill() -> None:
    ours = Skill("Leadership", offers("x")[0].side, None, "tax:1")
    theirs = Skill("leadership", seeks("x")[0].side, None, "other:9")
    assert part(Part.SKILLS, skills((ours,)), skills((theirs,))) == FULL


@pytest.mark.parametrize(
    ("mentor", "mentee", "expected"),
    [
        ({"goals": ("Grow engineering managers",)}, {"goals": ("Become an engineering manager",)}, FULL),
        (skills(offers("engineering")), {"goals": ("Become an engineering manager",)}, 8_857),
        (skills(offers("engineering", "law", "tax")), {"goals": ("Become an engineering manager",)}, 5_847),
        ({"goals": ("sailing",)}, {"goals": ("Become an engineering manager",)}, 0),
        ({}, {"goals": ("Become an engineering manager",)}, None),
        ({"goals": ("sailing",)}, {}, None),
        ({"goals": ("Gestión de PROYECTOS",)}, {"goals": ("gestion proyecto",)}, FULL),
    ],
)
def test_goals_fit_by_how_alike_their_words_are(mentor: Any, mentee: Any, expected: int | None) -> None:
    assert part(Part.GOALS, mentor, mentee) == expected


@pytest.mark.parametrize(("until", "expected"), [("09:30", 2_500), ("11:00", FULL), ("18:00", FULL)])
def test_availability_saturates_at_two_hours_a_week(until: str, expected: int) -> None:
    def free(end: str) -> dict[str, Any]:
        return {"time_zone": "UTC", "availability": (Window(Day.MON, "09:00", end),)}

    assert part(Part.AVAILABILITY, free("20:00"), free(until)) == expected
    assert part(Part.AVAILABILITY, free("20:00"), {}) is None


def test_languages_are_as_good_as_the_weaker_speaker_of_the_best_one() -> None:
    mentor = {"languages": (Language("en", 5), Language("it", 2))}
    assert part(Part.LANGUAGES, mentor, {"languages": (Language("en-GB", 3), Language("it", 5))}) == 6_000
    assert part(Part.LANGUAGES, mentor, {"languages": (Language("de", 5),)}) == 0
    assert part(Part.LANGUAGES, mentor, {}) is None


@pytest.mark.parametrize(
    ("program_format", "expected"),
    [
        (Format.ONE_TO_ONE, [0, 0, 0, 0, 5_000, 10_000, 10_000, 7_500, 5_000]),
        (Format.REVERSE, [5_000, 7_500, 10_000, 10_000, 5_000, 0, 0, 0, 0]),
        (Format.PEER, [0, 2_500, 5_000, 7_500, 10_000, 7_500, 5_000, 2_500, 0]),
    ],
)
def test_seniority_fits_by_the_steps_between(program_format: Format, expected: list[int]) -> None:
    steps = [(max(0, gap), max(0, -gap)) for gap in range(-4, 5)]
    found = [
        part(Part.SENIORITY, {"seniority": mentor}, {"seniority": mentee}, format=program_format)
        for mentor, mentee in steps
    ]
    assert found == expected


def test_an_unknown_seniority_is_no_part() -> None:
    assert part(Part.SENIORITY, {"seniority": 3}, {}) is None


def test_industry_fits_when_it_is_the_same() -> None:
    assert part(Part.INDUSTRY, {"industry": "Finance"}, {"industry": "finance"}) == FULL
    assert part(Part.INDUSTRY, {"industry": "Finance"}, {"industry": "health"}) == 0
    assert part(Part.INDUSTRY, {"industry": "Finance"}, {}) is None


@pytest.mark.parametrize(
    ("rule", "same", "different"),
    [
        (OrganizationRule.PREFERRED, FULL, 0),
        (OrganizationRule.AVOIDED, 0, FULL),
        (OrganizationRule.INDIFFERENT, None, None),
        (None, None, None),
    ],
)
def test_the_organization_counts_where_the_program_cares(rule: Any, same: int | None, different: int | None) -> None:
    rules, acme = Rules(organization=rule), {"organization": "Acme"}
    assert part(Part.ORGANIZATION, acme, {"organization": "ACME"}, rules=rules) == same
    assert part(Part.ORGANIZATION, acme, {"organization": "Other"}, rules=rules) == different
    assert part(Part.ORGANIZATION, acme, {}, rules=rules) is None


def test_having_met_counts_more_than_the_same_event_and_nothing_is_known_without_events() -> None:
    pair, elsewhere = unordered("mentee", "mentor"), unordered("mentee", "someone")
    assert part(Part.MET, {}, {}, encounters={pair: Encounter.MET}) == FULL
    assert part(Part.MET, {}, {}, encounters={pair: Encounter.SAME_EVENT}) == 5_000
    assert part(Part.MET, {}, {}, encounters={elsewhere: Encounter.MET}) == 0


def test_a_gathering_counts_as_the_same_event_for_all_who_were_there() -> None:
    both, one = frozenset({"mentor", "mentee", "x"}), frozenset({"mentor", "x"})
    assert part(Part.MET, {}, {}, gatherings=(one, both)) == 5_000
    assert part(Part.MET, {}, {}, gatherings=(one,)) == 0
    met = {unordered("mentor", "mentee"): Encounter.MET}
    assert part(Part.MET, {}, {}, gatherings=(both,), encounters=met) == FULL
    assert part(Part.MET, {}, {}, gatherings=()) is None
    assert part(Part.MET, {}, {}) is None


def test_a_preference_is_the_share_of_those_with_wishes_that_named_the_other() -> None:
    mentee, mentor = frozenset({"mentee"}), frozenset({"mentor"})
    other = frozenset({"other"})
    assert part(Part.PREFERENCE, {}, {}, wishes={"mentee": mentor}) == FULL
    assert part(Part.PREFERENCE, {}, {}, wishes={"mentee": mentor, "mentor": mentee}) == FULL
    assert part(Part.PREFERENCE, {}, {}, wishes={"mentee": mentor, "mentor": other}) == 5_000
    assert part(Part.PREFERENCE, {}, {}, wishes={"mentor": other}) == 0
    assert part(Part.PREFERENCE, {}, {}) is None


def test_the_score_is_the_weighted_mean_of_the_parts_there_are() -> None:
    mentor = person("mentor", skills=offers("a"), industry="x", seniority=3)
    mentee = person("mentee", skills=seeks("a", "b"), industry="y", seniority=2)
    weights = Weights(skills=Weight.HIGH, industry=Weight.LOW, seniority=Weight.MEDIUM)
    score, parts = scored(mentor, mentee, Criteria(weights=weights))
    assert parts == {Part.SKILLS: 5_000, Part.SENIORITY: 10_000, Part.INDUSTRY: 0}
    assert score == round((3 * 5_000 + 2 * 10_000) / 6)


def test_a_part_that_is_off_neither_counts_nor_shows() -> None:
    mentor, mentee = person("mentor", industry="x", seniority=3), person("mentee", industry="y", seniority=2)
    assert scored(mentor, mentee, Criteria(weights=Weights(industry=Weight.OFF))) == (FULL, {Part.SENIORITY: FULL})


def test_people_of_whom_nothing_is_known_score_zero() -> None:
    assert scored(person("mentor"), person("mentee")) == (0, {})
    assert scored(person("mentor", industry="x"), person("mentee", industry="x"), Criteria(weights=Weights(**OFF))) == (
        0,
        {},
    )
