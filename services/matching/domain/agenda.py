"""What a pair could talk about when they meet next: made from what both are after and what is still open.

The same facts give the same agenda: nothing is drawn by lot, and nothing is asked of anybody else. It is for both, so
it speaks of the mentor and the mentee.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.action import Action
from services.matching.domain.goal import Goal
from services.matching.domain.milestone import Milestone, MilestoneState

MOST_MILESTONES = 5
_MOST_PROMPTS = 6


class Occasion(StrEnum):
    """Which meeting it is for."""

    FIRST = "first"
    NEXT = "next"


class Subject(StrEnum):
    """What an item is about."""

    ACQUAINTANCE = "acquaintance"
    GOAL = "goal"
    SKILL = "skill"
    EXPECTATIONS = "expectations"
    ACTION = "action"
    MILESTONE = "milestone"
    PROGRESS = "progress"
    NEXT_STEP = "next_step"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as far as the other may see: goals as they wrote them, skills by their label in lower case."""

    goals: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the two have come: sessions held, the goals they work toward now, and what is still to be done.

    Milestones are in their order.
    """

    held: int = 0
    goals: tuple[Goal, ...] = ()
    actions: tuple[Action, ...] = ()
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to talk about; `about_id` is the action, milestone or goal, where it is one."""

    subject: Subject
    text: str
    about_id: str | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """Items in the order in which to take them, and questions to begin a conversation with."""

    occasion: Occasion
    items: tuple[Item, ...]
    prompts: tuple[str, ...]


_OF_A_GOAL = (
    "What would have to be different in a year for “{goal}” to be reached?",
    "What has the mentee tried so far for “{goal}”, and what came of it?",
    "When was the mentor in a place like “{goal}”, and what helped?",
    "What is the smallest step toward “{goal}” that could be taken before you meet again?",
    "Who else could help with “{goal}”?",
    "What stands in the way of “{goal}”?",
)
_OF_THE_MENTOR_S_GOAL = "The mentor works toward “{goal}”: what could the mentee contribute to it?"
_OF_A_SHARED_GOAL = "You both work toward “{goal}”: how does each of you go about it?"
_OF_A_SKILL = "The mentor offers what the mentee seeks: {skill}. Which situation could you go through together?"
_OF_THE_OTHER_WAY = "The mentee knows {skill}, which the mentor would like to learn: when could you turn the tables?"
_ALWAYS = "What should each of you do more of, or less, the next time you meet?"


def agenda(mentor: Side, mentee: Side, standing: Standing) -> Agenda:
    """For the first meeting, as long as none was held; then for the next one."""
    first = standing.held == 0
    items = _first(mentee, standing) if first else _next(mentee, standing)
    prompts = list(dict.fromkeys(_prompts(mentor, mentee, standing)))[:_MOST_PROMPTS]
    return Agenda(Occasion.FIRST if first else Occasion.NEXT, tuple(items), tuple(prompts))


def _first(mentee: Side, standing: Standing) -> Iterator[Item]:
    yield Item(Subject.ACQUAINTANCE, "Get to know each other: what brought you here, and what you hope for.")
    yield from _goals(mentee, standing, "What would show that it is reached, and until when?")
    yield Item(
        Subject.EXPECTATIONS,
        "What you expect of each other: how often you meet, what stays between you, how you tell each other what could "
        "be better.",
    )
    yield from _open(standing)
    yield Item(Subject.NEXT_STEP, "Agree on one step for each of you, and on when you meet again.")


def _next(mentee: Side, standing: Standing) -> Iterator[Item]:
    yield from _open(standing)
    completed = sum(1 for each in standing.milestones if each.state is MilestoneState.COMPLETED)
    set_ = sum(1 for each in standing.milestones if each.state is not MilestoneState.DROPPED)
    if set_:
        yield Item(Subject.PROGRESS, f"{completed} of {set_} milestones reached: what have you learned on the way?")
    yield from _goals(mentee, standing, "What has moved since you last met?")
    yield Item(Subject.NEXT_STEP, "Agree on one step for each of you, and on when you meet again.")


def _open(standing: Standing) -> Iterator[Item]:
    for action in standing.actions:
        yield Item(Subject.ACTION, f"Agreed before: {action.text}", action.id)
    for milestone in [each for each in standing.milestones if each.state is MilestoneState.OPEN][:MOST_MILESTONES]:
        by = "" if milestone.due_on is None else f", by {milestone.due_on}"
        yield Item(Subject.MILESTONE, f"Milestone: {milestone.title}{by}", milestone.id)


def _goals(mentee: Side, standing: Standing, question: str) -> Iterator[Item]:
    """What they work toward, with what was noted of it last; else what the mentee came with."""
    for goal in standing.goals:
        until = "" if goal.target_date is None else f", until {goal.target_date}"
        noted = f" Noted last: {goal.progress[-1].text}" if goal.progress else ""
        yield Item(Subject.GOAL, f"Goal: “{goal.statement}”{until}. {question}{noted}", goal.id)
    if not standing.goals:
        for text in mentee.goals:
            yield Item(Subject.GOAL, f"Goal: “{text}”. {question}")


def _prompts(mentor: Side, mentee: Side, standing: Standing) -> Iterator[str]:
    shared = {_same(goal) for goal in mentor.goals} & {_same(goal) for goal in mentee.goals}
    for goal in mentee.goals:
        if _same(goal) in shared:
            yield _OF_A_SHARED_GOAL.format(goal=goal)
    for goal in dict.fromkeys((*(each.statement for each in standing.goals), *mentee.goals)):
        yield _OF_A_GOAL[_place(goal, standing.held)].format(goal=goal)
    for skill in mentee.seeks:
        if skill in mentor.offers:
            yield _OF_A_SKILL.format(skill=skill)
    for skill in mentor.seeks:
        if skill in mentee.offers:
            yield _OF_THE_OTHER_WAY.format(skill=skill)
    for goal in mentor.goals:
        if _same(goal) not in shared:
            yield _OF_THE_MENTOR_S_GOAL.format(goal=goal)
    yield _ALWAYS


def _same(goal: str) -> str:
    return " ".join(goal.casefold().split())


def _place(goal: str, held: int) -> int:
    """Another question about the goal after each session."""
    digest = hashlib.blake2b(_same(goal).encode(), digest_size=4).digest()
    return (int.from_bytes(digest, "big") + held) % len(_OF_A_GOAL)
