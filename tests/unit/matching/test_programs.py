"""A program and what its rules allow."""

import pytest

from services.matching.domain.member import Membership
from services.matching.domain.parts import Part, Weight, Weights
from services.matching.domain.program import Kind, ProgramState, Rules, Settings
from services.matching.domain.visibility import visible_to_participants
from shared.errors import Invalid
from shared.transitions import IllegalTransition
from tests.unit.matching.people import NOW, person, program


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"kind": Kind.EVENT}, "/event_id"),
        ({"event_id": "e1"}, "/event_id"),
        ({"rules": Rules(shared_language_level=0)}, "/rules/shared_language_level"),
        ({"rules": Rules(shared_language_level=6)}, "/rules/shared_language_level"),
        ({"rules": Rules(overlap_minutes=-1)}, "/rules/overlap_minutes"),
        ({"rules": Rules(overlap_minutes=10_081)}, "/rules/overlap_minutes"),
        ({"rules": Rules(seniority_gap=(3, 1))}, "/rules/seniority_gap"),
        ({"rules": Rules(seniority_gap=(1, 5))}, "/rules/seniority_gap"),
        ({"settings": Settings(open_request_limit=0)}, "/settings/open_request_limit"),
        ({"settings": Settings(duration_weeks=(9, 4))}, "/settings/duration_weeks"),
    ],
)
def test_a_program_with_an_impossible_value_is_refused_by_name(fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        program(**fields).checked()
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


def test_a_program_within_the_rules_is_taken_as_it_is() -> None:
    rules = Rules(shared_language_level=5, overlap_minutes=10_080, seniority_gap=(-4, 4))
    sound = program(kind=Kind.EVENT, event_id="e1", rules=rules)
    assert sound.checked() is sound


def test_people_enroll_only_while_a_program_is_open() -> None:
    program(state=ProgramState.OPEN).require("enroll")
    with pytest.raises(IllegalTransition):
        program(state=ProgramState.CLOSED).require("enroll")


def test_a_revised_program_is_checked_again() -> None:
    opened = program().moved("open", NOW)
    assert opened.revised(NOW, name="Autumn").name == "Autumn"
    with pytest.raises(Invalid):
        opened.revised(NOW, rules=Rules(overlap_minutes=-5))


def test_a_completed_program_is_not_revised() -> None:
    with pytest.raises(IllegalTransition):
        program(state=ProgramState.COMPLETED).revised(NOW, name="Autumn")


def test_mandatory_counts_as_much_as_high() -> None:
    assert [weight.number for weight in Weight] == [0, 1, 2, 3, 3]


def test_every_part_has_a_weight() -> None:
    assert {part: Weights().of(part) for part in Part} == {
        Part.SKILLS: Weight.HIGH,
        Part.GOALS: Weight.HIGH,
        Part.AVAILABILITY: Weight.MEDIUM,
        Part.LANGUAGES: Weight.MEDIUM,
        Part.SENIORITY: Weight.LOW,
        Part.INDUSTRY: Weight.LOW,
        Part.ORGANIZATION: Weight.LOW,
        Part.MET: Weight.LOW,
        Part.PREFERENCE: Weight.MEDIUM,
    }


def test_lapsed_and_suspended_members_start_nothing_new() -> None:
    starting = {state for state in Membership if person("a", membership=state).may_start_something}
    assert starting == {Membership.ACTIVE, Membership.GRACE}


def test_goals_are_hidden_and_skills_shown_unless_a_member_says_otherwise() -> None:
    silent, outspoken = person("a"), person("b", visibility={"goals": "all", "skills": "nobody"})
    assert [visible_to_participants(silent, field) for field in ("goals", "skills")] == [False, True]
    assert [visible_to_participants(outspoken, field) for field in ("goals", "skills")] == [True, False]
