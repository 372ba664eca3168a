"""A survey of one pair: each writes alone, and both read what the other wrote at the same moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.questions import IMPACTS, LEAST, MOST, Question, SurveyKind, questions
from shared.errors import Fault, Invalid, NotFound
from shared.transitions import Machine

LONGEST_TEXT = 4000


class SurveyState(StrEnum):
    """Where a survey stands; `lapsed`: its time was over and nobody had written."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    REVEALED = "revealed"
    LAPSED = "lapsed"
    DROPPED = "dropped"


SURVEY = Machine(
    "survey",
    {
        "ask": {SurveyState.SCHEDULED: SurveyState.OPEN},
        "drop": {SurveyState.SCHEDULED: SurveyState.DROPPED},
        "answer": {SurveyState.OPEN: SurveyState.OPEN},
        "reveal": {SurveyState.OPEN: SurveyState.REVEALED},
        "lapse": {SurveyState.OPEN: SurveyState.LAPSED},
    },
)

ASKED = (SurveyState.OPEN, SurveyState.REVEALED, SurveyState.LAPSED)
"""Of what is only scheduled, or never was asked, the pair knows nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One's feedback: ratings by the code of the question, and a text, for the partner.

    `share_with_coordinators`: the author lets staff read the text, with who wrote it.
    """

    author_id: str
    written_at: datetime
    ratings: Mapping[str, int]
    text: str = ""
    share_with_coordinators: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """`about` tells surveys of one kind apart: the session, or the end that was agreed on then.

    `due_at` is when a worker must look at it: to ask, or to reveal. `peers`: nobody of the two is the other's mentor,
    and what has come of it is asked of each in a survey of their own, whose `mentee_id` they are.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentorship_id: str
    mentor_id: str
    mentee_id: str
    kind: SurveyKind
    about: str
    state: SurveyState = SurveyState.SCHEDULED
    due_at: datetime | None = None
    asked_at: datetime | None = None
    reveals_at: datetime | None = None
    session_id: str | None = None
    peers: bool = False
    withheld: bool = False
    """Whether the two were kept apart when it was to be revealed: neither reads the other then, nor hears why."""
    answers: tuple[Answer, ...] = ()

    @property
    def asked_ids(self) -> Sequence[str]:
        """Who is asked: both, the mentee alone for what has come of it."""
        return (self.mentee_id,) if self.kind in IMPACTS else (self.mentor_id, self.mentee_id)

    def questions_for(self, member_id: str) -> Sequence[Question]:
        """What this one is asked. Raises NotFound for whoever is not."""
        if member_id not in self.asked_ids:
            raise NotFound("survey", self.id)
        return questions(self.kind, of_mentee=member_id == self.mentee_id, peers=self.peers)

    def answer_of(self, member_id: str) -> Answer | None:
        """What this one wrote."""
        return next((each for each in self.answers if each.author_id == member_id), None)

    def seen_by(self, member_id: str) -> Answer | None:
        """What the partner wrote, once it is revealed; without what only staff count."""
        if self.state is not SurveyState.REVEALED or self.withheld:
            return None
        theirs = next((each for each in self.answers if each.author_id != member_id), None)
        if theirs is None:
            return None
        hidden = {each.code for each in self.questions_for(theirs.author_id) if each.for_staff}
        return replace(theirs, ratings={code: rate for code, rate in theirs.ratings.items() if code not in hidden})

    @property
    def everybody_wrote(self) -> bool:
        """Whether nobody who is asked is waited for."""
        return {each.author_id for each in self.answers} >= set(self.asked_ids)

    def asked(self, window: timedelta, now: datetime) -> "Survey":
        """Open for so long. Raises IllegalTransition."""
        until = now + window
        state = SURVEY.after(self.state, "ask")
        return replace(self, state=state, asked_at=now, reveals_at=until, due_at=until, updated_at=now)

    def put_off(self, due_at: datetime, now: datetime) -> "Survey":
        """Still scheduled, for later."""
        return replace(self, due_at=due_at, updated_at=now)

    def dropped(self, now: datetime) -> "Survey":
        """Never asked. Raises IllegalTransition."""
        return replace(self, state=SURVEY.after(self.state, "drop"), due_at=None, updated_at=now)

    def answered(self, answer: Answer, now: datetime, *, apart: bool = False) -> "Survey":
        """With this answer in the place of the author's one before; revealed when nobody is waited for.

        To two who are kept `apart` it looks as if the other were silent.

        Raises NotFound for whoever is not asked, Invalid, and IllegalTransition once it was revealed.
        """
        asked = self.questions_for(answer.author_id)
        SURVEY.after(self.state, "answer")
        _check(answer, [each.code for each in asked])
        others = tuple(each for each in self.answers if each.author_id != answer.author_id)
        written = replace(self, answers=(*others, answer), updated_at=now)
        return written.over(now) if written.everybody_wrote and not apart else written

    def over(self, now: datetime, *, apart: bool = False) -> "Survey":
        """Revealed, though not to two who are kept `apart`, or lapsed where nobody wrote. Raises IllegalTransition."""
        state = SURVEY.after(self.state, "reveal" if self.answers else "lapse")
        return replace(self, state=state, withheld=apart, due_at=None, updated_at=now)

    def without(self, ids: Collection[str], now: datetime) -> "Survey":
        """Without what these wrote, and over where one of them is asked: there is nobody left to wait for or to read.

        What the partner wrote stays with the partner.
        """
        answers = tuple(each for each in self.answers if each.author_id not in ids)
        survey = self if answers == self.answers else replace(self, answers=answers, updated_at=now)
        if {self.mentor_id, self.mentee_id}.isdisjoint(ids):
            return survey
        for verb in ("drop", "lapse"):
            if SURVEY.allows(survey.state, verb):
                return replace(survey, state=SURVEY.after(survey.state, verb), due_at=None, updated_at=now)
        return survey

    def named_anew(self, names: Mapping[str, str], now: datetime) -> "Survey":
        """By the ids that the two have now; `names` has these."""
        return replace(
            self,
            mentor_id=names[self.mentor_id],
            mentee_id=names[self.mentee_id],
            answers=tuple(replace(each, author_id=names[each.author_id]) for each in self.answers),
            updated_at=now,
        )


def _check(answer: Answer, codes: Sequence[str]) -> None:
    faults = [
        Fault(f"/ratings/{code}", f"This survey asks you: {', '.join(codes) or 'for words alone'}.")
        for code in answer.ratings
        if code not in codes
    ]
    faults += [
        Fault(f"/ratings/{code}", f"Must be from {LEAST} to {MOST}.")
        for code, rate in answer.ratings.items()
        if code in codes and not LEAST <= rate <= MOST
    ]
    if not answer.ratings and not answer.text.strip():
        faults.append(Fault("/text", "Rate something, or write something."))
    if faults:
        raise Invalid(faults)
