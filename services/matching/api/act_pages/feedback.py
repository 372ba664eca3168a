"""One of a pair answers a survey."""

from collections.abc import Sequence
from typing import Any

from services.matching.api.act_pages.names import shown_name, zone_of
from services.matching.api.feedback import FeedbackWordsSchema
from services.matching.commands.write_feedback import write_feedback
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.questions import IMPACTS
from services.matching.domain.survey import ASKED, LONGEST_TEXT, Survey, SurveyState
from services.matching.store import Store
from shared.contracts.acts import Act
from shared.errors import Invalid, NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, Field, Kind, PageAct, Sight, Standing, isolated

_RATING = "rating_"
_TEXT, _SHARED = "text", "share_with_coordinators"
_WORDS = FeedbackWordsSchema()


def feedback_acts(store: Store) -> Sequence[PageAct]:
    """The answer."""

    def pair_and_survey(asked: Asked) -> tuple[Mentorship, Survey]:
        survey = store.surveys.get(asked.tenant, asked.subject_id, asked.session)
        if survey.state not in ASKED:
            raise NotFound("survey", asked.subject_id)
        return store.mentorships.get(asked.tenant, survey.mentorship_id, asked.session), survey

    def look(asked: Asked) -> Sight:
        mentorship, survey = pair_and_survey(asked)
        partner = mentorship.partner_of(asked.member_id)
        questions = survey.questions_for(asked.member_id)
        session = (
            None
            if survey.session_id is None
            else store.mentorships.sessions.find(asked.tenant, survey.session_id, asked.session)
        )
        to_partner = survey.kind in IMPACTS
        return Sight(
            _standing(survey, asked.member_id),
            {
                "other": isolated(shown_name(store, asked.tenant, partner, asked.session)),
                "kind": survey.kind.value,
                "impact": to_partner,
                "held_at": None if session is None else session.starts_at,
                "reveals_at": survey.reveals_at,
            },
            fields=[
                *(Field(f"{_RATING}{each.code}", Kind.RATING) for each in questions),
                Field(_TEXT, Kind.TEXT, longest=LONGEST_TEXT),
                *(() if to_partner else (Field(_SHARED, Kind.TICK),)),
            ],
            zone=zone_of(store, asked.tenant, asked.member_id, asked.session),
        )

    def write(transaction: Transaction, asked: Asked, _sight: Sight, entry: Entry) -> None:
        mentorship, survey = pair_and_survey(asked)
        words: dict[str, Any] = _WORDS.load(_entered(entry))
        write_feedback(
            transaction,
            store,
            mentorship,
            survey.id,
            asked.member_id,
            ratings=words.get("ratings") or {},
            text=words.get("text") or "",
            share_with_coordinators=bool(words.get(_SHARED)),
        )

    return (PageAct(Act.GIVE_FEEDBACK, "feedback", look, write, _refusal),)


def _standing(survey: Survey, member_id: str) -> Standing:
    if survey.answer_of(member_id) is not None:
        return Standing.DONE
    return Standing.OPEN if survey.state is SurveyState.OPEN else Standing.OVER


def _entered(entry: Entry) -> dict[str, Any]:
    """As the API takes it. A browser sends lines that end with CR LF; what is no number is left for the schema."""
    rated = {
        name.removeprefix(_RATING): int(rate) if rate in ("1", "2", "3", "4", "5") else rate
        for name, rate in entry.items()
        if name.startswith(_RATING)
    }
    return {"ratings": rated, _TEXT: entry.get(_TEXT, "").replace("\r\n", "\n"), _SHARED: _SHARED in entry}


def _refusal(error: Exception, asked: Asked) -> str | None:  # noqa: ARG001 - as every refusal is asked
    if isinstance(error, Invalid) and any(fault.pointer == "/text" for fault in error.faults):
        return "nothing_said"
    return None
