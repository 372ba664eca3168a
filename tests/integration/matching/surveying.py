"""A pair that is asked for feedback."""

from typing import Any

from tests.integration.matching.asking import paired
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import Pair, pair_at_work
from tests.integration.matching.test_attendance import agreed, over, say

TOLD = ("feedback.requested.v1", "feedback.revealed.v1")


def ended(association: Association) -> Pair:
    """A pair that came to its good end, and is asked how it was."""
    made = pair_at_work(association)
    assert made.call(made.mentee, "POST", "/complete").status_code == 200
    return made


def after_a_session(association: Association) -> Pair:
    """A pair that has met, and is asked how that was."""
    made = pair_at_work(association)
    path = agreed(made)
    over(association)
    say(made, made.mentee, path, "held")
    return made


def asked(made: Pair, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.call(who, "GET", "/feedback").json["items"]
    return found


def write(made: Pair, who: str, status: int = 201, *, survey: str | None = None, **said: Any) -> Any:
    """This one's answer to the survey, or to the newest."""
    body = {"survey_id": survey or asked(made, who)[-1]["id"], **(said or {"ratings": {"satisfaction": 4}})}
    answer = made.call(who, "POST", "/feedback", body)
    assert answer.status_code == status, answer.json
    return answer.json


def of_program(association: Association, mentor_of: int) -> list[Pair]:
    """Pairs of one mentor, each at its good end."""
    program = association.program()
    mentor = association.mentor(program, mentor_of)
    pairs = []
    for _ in range(mentor_of):
        mentee = association.mentee(program)
        made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
        made.agree()
        made.call(mentee, "POST", "/complete")
        pairs.append(made)
    return pairs
