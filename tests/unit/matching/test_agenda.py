"""What a pair could talk about."""

from dataclasses import replace

from services.matching.domain.action import Action
from services.matching.domain.agenda import MOST_MILESTONES, Occasion, Side, Standing, Subject, agenda
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import Goal
from services.matching.domain.milestone import Milestone, MilestoneState
from tests.unit.matching.people import NOW

MENTOR = Side(goals=("Write a book",), offers=("leadership",), seeks=("python",))
MENTEE = Side(goals=("Lead a team", "Change industry"), offers=("python",), seeks=("leadership", "speaking"))
MILESTONE = Milestone("m1", "acme", 1, NOW, "m", "First talk", due_on="2026-03-01")

GOAL = Goal("g1", "acme", 1, NOW, "m", "p", "Lead a team", Role.MENTEE, target_date="2026-06-01")
GOAL = GOAL.progressed(Role.MENTEE, "Asked for one", NOW)


def said(*parts: object) -> str:
    return " ".join(str(each) for each in parts)


def test_a_first_meeting_goes_by_the_goals_of_both() -> None:
    made = agenda(MENTOR, MENTEE, Standing())
    assert made.occasion is Occasion.FIRST
    assert [each.subject for each in made.items] == [
        Subject.ACQUAINTANCE,
        Subject.GOAL,
        Subject.GOAL,
        Subject.EXPECTATIONS,
        Subject.NEXT_STEP,
    ]
    for goal in (*MENTEE.goals, *MENTOR.goals):
        assert any(goal in prompt for prompt in made.prompts), goal
    assert any("leadership" in prompt for prompt in made.prompts)
    assert any("python" in prompt for prompt in made.prompts)
    assert "speaking" not in said(*made.prompts), "nobody of the two offers it"


def test_a_goal_that_both_have_is_talked_of_as_one() -> None:
    made = agenda(replace(MENTOR, goals=("lead  a TEAM",)), MENTEE, Standing())
    assert made.prompts[0] == "You both work toward “Lead a team”: how does each of you go about it?"


def test_what_is_open_comes_first_at_the_next_meeting() -> None:
    milestones = (replace(MILESTONE, id="m0", state=MilestoneState.COMPLETED), MILESTONE)
    standing = Standing(held=2, goals=(GOAL,), actions=(Action("a1", "Read"),), milestones=milestones)
    made = agenda(MENTOR, MENTEE, standing)
    assert made.occasion is Occasion.NEXT
    assert [(each.subject, each.about_id) for each in made.items] == [
        (Subject.ACTION, "a1"),
        (Subject.MILESTONE, "m1"),
        (Subject.PROGRESS, None),
        (Subject.GOAL, "g1"),
        (Subject.NEXT_STEP, None),
    ]
    assert made.items[1].text == "Milestone: First talk, by 2026-03-01"
    assert made.items[2].text.startswith("1 of 2 milestones")
    assert made.items[3].text == (
        "Goal: “Lead a team”, until 2026-06-01. What has moved since you last met? Noted last: Asked for one"
    )


def test_only_the_next_milestones_are_on_it_and_dropped_ones_never() -> None:
    dropped = replace(MILESTONE, id="gone", state=MilestoneState.DROPPED)
    many = tuple(replace(MILESTONE, id=f"m{number}") for number in range(MOST_MILESTONES + 3))
    made = agenda(MENTOR, MENTEE, Standing(held=1, milestones=(dropped, *many)))
    on_it = [each.about_id for each in made.items if each.subject is Subject.MILESTONE]
    assert on_it == [each.id for each in many[:MOST_MILESTONES]]


def test_the_same_facts_give_the_same_agenda_and_each_session_another_question() -> None:
    assert agenda(MENTOR, MENTEE, Standing(held=3)) == agenda(MENTOR, MENTEE, Standing(held=3))
    asked = {agenda(MENTOR, MENTEE, Standing(held=held)).prompts[0] for held in range(6)}
    assert len(asked) == 6


def test_of_people_who_have_said_nothing_there_is_an_agenda_all_the_same() -> None:
    made = agenda(Side(), Side(), Standing())
    assert len(made.items) == 3
    assert made.prompts
