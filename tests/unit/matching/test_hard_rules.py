"""Who may not be paired, and which rule says so first."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.matching.domain.match_run import Objective, Unmatched
from services.matching.domain.member import Day, Language, Window
from services.matching.domain.parts import Weight, Weights
from services.matching.domain.program import OrganizationRule, Rules
from services.matching.engine.matching import match
from services.matching.engine.pool import Criteria, Pool
from tests.unit.matching.people import everything_visible, offers, person, places, pool, seeks

PAIR = ("mentee", "mentor")


def reason(people: Pool, criteria: Criteria) -> str | None:
    """Why the mentee stays alone, or None when paired; the mentor is told the same."""
    result = match(people, criteria, Objective.MOST_PEOPLE, visible=everything_visible)
    reasons = {alone.reason for alone in result.unmatched}
    assert len(reasons) == 1 - len(result.pairs)
    return reasons.pop() if reasons else None


def told(rules: Rules, mentor: dict[str, Any], mentee: dict[str, Any], **facts: Any) -> str | None:
    weights = facts.pop("weights", Weights())
    people = pool([person("mentor", **mentor)], [person("mentee", **mentee)], **facts)
    return reason(people, Criteria(rules, weights))


def test_a_rule_left_out_does_not_apply() -> None:
    assert told(Rules(), {}, {}) is None


def test_a_mentor_without_a_free_seat_is_no_candidate() -> None:
    assert told(Rules(), {}, {}, capacity=0) == "no_capacity"


def test_nobody_mentors_themselves() -> None:
    both = person("ada")
    assert reason(pool([both], [both]), Criteria()) == "self"


@pytest.mark.parametrize("fact", ["blocked", "paired_before"])
def test_blocked_and_earlier_pairs_are_kept_apart(fact: str) -> None:
    assert told(Rules(), {}, {}, **{fact: frozenset({PAIR})}) == fact


def test_a_forbidden_pair_is_kept_apart_in_that_direction() -> None:
    assert told(Rules(), {}, {}, forbidden=frozenset({("mentor", "mentee")})) == "forbidden"
    assert told(Rules(), {}, {}, forbidden=frozenset({("mentee", "mentor")})) is None


@pytest.mark.parametrize(
    ("rule", "other", "expected"),
    [
        (OrganizationRule.REQUIRED, "acme ", None),
        (OrganizationRule.REQUIRED, "Other", "organization"),
        (OrganizationRule.REQUIRED, None, "organization"),
        (OrganizationRule.FORBIDDEN, "acme", "organization"),
        (OrganizationRule.FORBIDDEN, "Other", None),
        (OrganizationRule.FORBIDDEN, None, None),
        (OrganizationRule.PREFERRED, "Other", None),
        (OrganizationRule.AVOIDED, "Acme", None),
        (OrganizationRule.INDIFFERENT, "Other", None),
    ],
)
def test_the_organization_rule(rule: OrganizationRule, other: str | None, expected: str | None) -> None:
    assert told(Rules(organization=rule), {"organization": "Acme"}, {"organization": other}) == expected


@pytest.mark.parametrize(("level", "expected"), [(3, None), (4, "language")])
def test_a_language_is_shared_at_the_level_of_the_weaker_speaker(level: int, expected: str | None) -> None:
    mentor, mentee = {"languages": (Language("en", 5),)}, {"languages": (Language("en", 3), Language("it", 5))}
    assert told(Rules(shared_language_level=level), mentor, mentee) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(60, None), (61, "overlap")])
def test_the_overlap_is_counted_to_the_minute(minutes: int, expected: str | None) -> None:
    mentor = {"time_zone": "UTC", "availability": (Window(Day.MON, "09:00", "11:00"),)}
    mentee = {"time_zone": "Europe/Rome", "availability": (Window(Day.MON, "11:00", "13:00"),)}
    assert told(Rules(overlap_minutes=minutes), mentor, mentee) == expected


@pytest.mark.parametrize(("mentor", "expected"), [(1, "seniority"), (2, None), (3, None), (4, "seniority")])
def test_the_mentor_stands_above_by_steps_within_the_gap(mentor: int, expected: str | None) -> None:
    assert told(Rules(seniority_gap=(1, 2)), {"seniority": mentor}, {"seniority": 1}) == expected


def test_only_members_of_the_programs_groups_are_paired() -> None:
    assert told(Rules(groups=("north", "south")), {"groups": ("North",)}, {"groups": ("south", "x")}) is None
    assert told(Rules(groups=("north",)), {"groups": ("north",)}, {"groups": ("south",)}) == "groups"


MANDATORY = Weights(skills=Weight.MANDATORY)


def test_a_mandatory_part_must_be_above_zero() -> None:
    sought = {"skills": seeks("law", "sales")}
    assert told(Rules(), {"skills": offers("law")}, sought, weights=MANDATORY) is None
    assert told(Rules(), {"skills": offers("tax")}, sought, weights=MANDATORY) == "mandatory_skills"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(shared_language_level=1), "language"),
        (Rules(overlap_minutes=1), "overlap"),
        (Rules(seniority_gap=(-4, 4)), "seniority"),
    ],
)
def test_a_rule_that_cannot_be_seen_to_hold_does_not_hold(rules: Rules, expected: str) -> None:
    assert told(rules, {}, {}) == expected


def test_a_mandatory_part_without_data_excludes() -> None:
    assert told(Rules(), {}, {}, weights=MANDATORY) == "mandatory_skills"


ORDER: list[tuple[str, Callable[[Pool], Pool], Criteria]] = [
    ("no_capacity", lambda p: replace(p, mentors=places([m.member for m in p.mentors], 0)), Criteria()),
    ("groups", lambda p: p, Criteria(Rules(groups=("north",)))),
    ("blocked", lambda p: replace(p, blocked=frozenset({PAIR})), Criteria()),
    ("forbidden", lambda p: replace(p, forbidden=frozenset({("mentor", "mentee")})), Criteria()),
    ("paired_before", lambda p: replace(p, paired_before=frozenset({PAIR})), Criteria()),
    ("organization", lambda p: p, Criteria(Rules(organization=OrganizationRule.REQUIRED))),
    ("language", lambda p: p, Criteria(Rules(shared_language_level=1))),
    ("overlap", lambda p: p, Criteria(Rules(overlap_minutes=1))),
    ("seniority", lambda p: p, Criteria(Rules(seniority_gap=(0, 1)))),
    ("mandatory_skills", lambda p: p, Criteria(weights=MANDATORY)),
]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=[name for name, _, _ in ORDER])
def test_of_several_broken_rules_the_first_is_named(first: int) -> None:
    people, rules, weights = pool([person("mentor")], [person("mentee")]), Rules(), Weights()
    for _, breaking, criteria in ORDER[first:]:
        people = breaking(people)
        changed = {name: getattr(criteria.rules, name) or getattr(rules, name) for name in Rules.__slots__}
        rules = Rules(**changed)
        weights = criteria.weights if criteria.weights != Weights() else weights
    assert reason(people, Criteria(rules, weights)) == ORDER[first][0]


def test_each_person_is_told_the_rule_that_left_them_nobody() -> None:
    mentors = [person("m1", languages=(Language("en", 5),), seniority=3), person("m2", languages=(Language("de", 5),))]
    mentees = [
        person("fits", languages=(Language("en", 5),), seniority=1),
        person("mute"),
        person("peer", languages=(Language("en", 5),), seniority=3),
        person("late", languages=(Language("en", 1),), seniority=1),
    ]
    criteria = Criteria(Rules(shared_language_level=1, seniority_gap=(1, 4)))
    result = match(pool(mentors, mentees), criteria, Objective.BEST_SCORE, visible=everything_visible)
    assert [(pair.mentor_id, pair.mentee_id) for pair in result.pairs] == [("m1", "fits")]
    assert result.unmatched == (
        Unmatched("late", "mentee", "outcompeted"),
        Unmatched("mute", "mentee", "language"),
        Unmatched("peer", "mentee", "seniority"),
        Unmatched("m2", "mentor", "language"),
    )


def test_with_nobody_on_the_other_side_there_is_no_counterpart() -> None:
    assert reason(pool([], [person("mentee")]), Criteria()) == "no_counterpart"
    assert reason(pool([person("mentor")], []), Criteria()) == "no_counterpart"
