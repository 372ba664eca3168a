"""What each survey asks: ratings from 1 to 5, by code; a text may come with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST, MOST = 1, 5


class SurveyKind(StrEnum):
    """What a survey is about."""

    SESSION = "session"
    MIDPOINT = "midpoint"
    CLOSE = "close"
    EARLY_END = "early_end"
    IMPACT_90 = "impact_90"
    IMPACT_180 = "impact_180"


IMPACTS = (SurveyKind.IMPACT_90, SurveyKind.IMPACT_180)
"""What the mentee alone, or each peer alone, is asked, some time after the good end: what has come of it."""


@dataclass(frozen=True, slots=True)
class Question:
    """`for_staff`: the answer is a number in coordinators' means and nothing else, whoever asks."""

    code: str
    text: str
    for_staff: bool = False


SATISFACTION = Question("satisfaction", "How satisfied are you, all in all?")
"""Asked in every survey of both, so that they can be compared."""

MENTOR_RATING = Question("mentor_rating", "How do you rate your mentor? Your mentor never sees this.", for_staff=True)

_BOTH: Mapping[SurveyKind, Sequence[Question]] = {
    SurveyKind.SESSION: (SATISFACTION, Question("next_steps", "How clear is it what comes next?")),
    SurveyKind.MIDPOINT: (
        SATISFACTION,
        Question("progress", "How far have you come toward the goals?"),
        Question("communication", "How well do you two work together?"),
    ),
    SurveyKind.CLOSE: (
        SATISFACTION,
        Question("progress", "How far did you come toward the goals?"),
        Question("recommendation", "Would you recommend the program to a colleague?"),
    ),
    SurveyKind.EARLY_END: (SATISFACTION, Question("communication", "How well did you two work together?")),
}
_RATES_MENTOR = (SurveyKind.MIDPOINT, SurveyKind.CLOSE, SurveyKind.EARLY_END)


def questions(kind: SurveyKind, *, of_mentee: bool, peers: bool) -> Sequence[Question]:
    """What one of the two is asked; among peers nobody is the other's mentor."""
    rates = of_mentee and not peers and kind in _RATES_MENTOR
    return (*_BOTH.get(kind, ()), *((MENTOR_RATING,) if rates else ()))
