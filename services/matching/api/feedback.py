"""Feedback: what each of a pair answers when asked, read by both at one moment."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.write_feedback import write_feedback
from services.matching.domain.questions import IMPACTS, SurveyKind
from services.matching.domain.survey import ASKED, LONGEST_TEXT, Survey
from shared.contracts.fields import ByName, Choice, Code, Flag, Id, Line, Many, One, Record, Text, Timestamp, Whole
from shared.web import Blueprint, Page, member_id, principal, requested, roles, transaction

blueprint = Blueprint(
    "feedback",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/feedback",
    description="Surveys of a pair. Neither sees what the other wrote, nor whether, until both have or time is up.",
)


class FeedbackWordsSchema(Record):
    ratings = ByName("From 1 to 5, by the code of the question.", Whole("", 1, 5, required=True), 20)
    text = Text("For the partner, once it is revealed.", LONGEST_TEXT)
    share_with_coordinators = Flag("Whether coordinators may read `text`, with who wrote it. Not unless said.")


class FeedbackSchema(FeedbackWordsSchema):
    survey_id = Id("The survey, as in the list.", required=True)


class OwnFeedbackSchema(FeedbackWordsSchema):
    written_at = Timestamp("When.", required=True)


class PartnerFeedbackSchema(Record):
    ratings = ByName("From 1 to 5, by the code of the question.", Whole("", 1, 5, required=True), 20)
    text = Text("The words.", LONGEST_TEXT)
    written_at = Timestamp("When.", required=True)


class SurveyQuestionSchema(Record):
    code = Code("Names it in `ratings`.", required=True)
    text = Line("The question.", 300, required=True)
    for_staff = Flag("Whether the answer only counts in the means that coordinators see: nobody else ever does.")


class SurveySchema(Record):
    id = Id("The survey.", required=True)
    kind = Choice("What it is about.", [each.value for each in SurveyKind], required=True)
    state = Choice(
        "`open` to answers, `revealed`, or `lapsed`: nobody had written.", [each.value for each in ASKED], required=True
    )
    session_id = Id("The session it is about.")
    asked_at = Timestamp("When it was asked.")
    reveals_at = Timestamp("When what was written is revealed, though one has not written.")
    questions = Many("What the caller is asked.", One("", SurveyQuestionSchema, required=True), 20, required=True)
    mine = One("What the caller wrote. It may be written anew until it is revealed.", OwnFeedbackSchema)
    theirs = One("What the partner wrote; not before it is revealed.", PartnerFeedbackSchema)


@blueprint.get("")
@roles("member")
@blueprint.page(SurveySchema)
def index(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists what the caller is, or was, asked."""
    own_mentorship(mentorship_id)
    wanted, me = requested(), member_id()
    where = {
        "mentorship_id": mentorship_id,
        "state": {"$in": [each.value for each in ASKED]},
        "$or": [{"kind": {"$nin": [each.value for each in IMPACTS]}}, {"mentee_id": me}],
    }
    found = store().surveys.page(principal().tenant, where, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda survey: survey.id)
    return Page([_shown(each, me) for each in page.items], page.next)


@blueprint.post("")
@roles("member")
@blueprint.arguments(FeedbackSchema)
@blueprint.response(201, SurveySchema)
def write(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Answers a survey, or answers it anew before it is revealed."""
    current, me = transaction(), member_id()
    written = write_feedback(
        current,
        store(),
        own_mentorship(mentorship_id, current.session),
        body["survey_id"],
        me,
        ratings=body.get("ratings") or {},
        text=body.get("text") or "",
        share_with_coordinators=bool(body.get("share_with_coordinators")),
    )
    return _shown(written, me)


def _shown(survey: Survey, me: str) -> dict[str, Any]:
    """To one of the two: no version and no time of the last change, since they would tell that the other wrote."""
    mine, theirs = survey.answer_of(me), survey.seen_by(me)
    return {
        "id": survey.id,
        "kind": survey.kind,
        "state": survey.state,
        "session_id": survey.session_id,
        "asked_at": survey.asked_at,
        "reveals_at": survey.reveals_at,
        "questions": survey.questions_for(me),
        "mine": mine,
        "theirs": theirs,
    }
