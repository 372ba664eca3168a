"""A goal as a member states it, before there is anybody to work toward it with."""

from dataclasses import dataclass

from shared.errors import Conflict, Fault, Invalid

PROMPTS = (
    "What do you want to be able to do, or to have done, that you cannot or have not today?",
    "Why does it matter to you now?",
    "How will you, and somebody else, see that you got there?",
    "By when do you want to be there?",
    "What have you tried, and what would a mentor spare you?",
)
"""Questions that help, unless the program has its own."""


@dataclass(frozen=True, slots=True)
class StatedGoal:
    """What is wanted, how one will know it is reached, and by when; `target_date` is an ISO 8601 date."""

    text: str
    measure: str | None = None
    target_date: str | None = None


class NoGoal(Conflict):
    """Whoever asks a mentor says what for."""

    def __init__(self, program_id: str) -> None:
        super().__init__(
            "State a goal before you ask a mentor: its text, how you will know it is reached (measure) and by when "
            "(target_date). It goes into `goals` of PATCH /v1/members/me; "
            f"GET /v1/programs/{program_id}/goal-prompts has questions that help."
        )


def chosen_goal(goals: tuple[StatedGoal, ...], text: str | None) -> StatedGoal | None:
    """The goal with this text, the first where none is named; None where there is none. Raises Invalid."""
    if text is None:
        return goals[0] if goals else None
    for goal in goals:
        if goal.text == text:
            return goal
    raise Invalid([Fault("/goal", "Must be the text of one of your goals; those are in your profile.")])
