"""What feedback comes to, for coordinators: numbers of enough people, and words whose authors share them."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.matching.api.context import store
from services.matching.domain.questions import SurveyKind
from services.matching.store.survey_results import Result
from shared.contracts.fields import Choice, Code, Id, Many, Number, One, Record, Text, Timestamp, Whole
from shared.web import Blueprint, Page, audit, principal, requested, roles

blueprint = Blueprint(
    "program_feedback",
    __name__,
    url_prefix="/v1/programs/<id:program_id>/feedback",
    description="Feedback of a program, as means.",
)

_KINDS = [each.value for each in SurveyKind]


class FeedbackResultSchema(Record):
    kind = Choice("The survey.", _KINDS, required=True)
    question = Code("The question.", required=True)
    mean = Number("From 1 to 5.", 1, 5, required=True)
    count = Whole("How many answers.", 1, 100_000_000, required=True)
    authors = Whole("Of how many members.", 1, 10_000_000, required=True)


class MentorFeedbackResultSchema(FeedbackResultSchema):
    mentor_id = Id("The mentor whose mentees, or the peer whose partners, answered.", required=True)


class ProgramFeedbackSchema(Record):
    fewest = Whole("Of how many members at least: `fewest_ratings` of the program.", 1, 100, required=True)
    results = Many("By kind and question.", One("", FeedbackResultSchema, required=True), 100, required=True)
    mentors = Many(
        "Likewise by mentor, or peer.",
        One("", MentorFeedbackResultSchema, required=True),
        100_000,
        required=True,
    )


class FeedbackCommentSchema(Record):
    survey_id = Id("The survey.", required=True)
    kind = Choice("What it was about.", _KINDS, required=True)
    mentorship_id = Id("Of which mentorship.", required=True)
    author_id = Id("Who wrote it and shares it.", required=True)
    text = Text("The words.", 4000, required=True)
    written_at = Timestamp("When.", required=True)


@blueprint.get("")
@roles("coordinator")
@blueprint.response(200, ProgramFeedbackSchema)
def results(program_id: str) -> Mapping[str, Any]:
    """Shows what answers come to, where enough members gave one.

    Only what was revealed counts. Ratings of mentors are seen here and nowhere else, never a single one.
    """
    tenant = principal().tenant
    fewest = store().programs.get(tenant, program_id).settings.fewest_ratings
    return {
        "fewest": fewest,
        "results": store().survey_results.of_program(tenant, program_id, fewest),
        "mentors": _still_there(store().survey_results.of_mentors(tenant, program_id, fewest)),
    }


@blueprint.get("/comments")
@roles("coordinator")
@blueprint.page(FeedbackCommentSchema)
def comments(program_id: str) -> Page[dict[str, Any]]:
    """Lists the words that their authors share with coordinators, once they are revealed."""
    store().programs.get(principal().tenant, program_id)
    wanted = requested()
    found = store().survey_results.comments(principal().tenant, program_id, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda survey: survey.id)
    shown: list[dict[str, Any]] = [
        {
            "survey_id": each.id,
            "kind": each.kind,
            "mentorship_id": each.mentorship_id,
            "author_id": answer.author_id,
            "text": answer.text,
            "written_at": answer.written_at,
        }
        for each in page.items
        for answer in each.answers
        if answer.share_with_coordinators and answer.text
    ]
    audit.shows(sorted({each["author_id"] for each in shown}))
    return Page(shown, page.next)


def _still_there(mentors: Sequence[Result]) -> Sequence[Result]:
    """Of whoever was erased nothing is said by their id."""
    tenant, copies = principal().tenant, store().copies
    named = {each.mentor_id for each in mentors if each.mentor_id is not None}
    there = {each for each in named if copies.find(tenant, each) is not None}
    return [each for each in mentors if each.mentor_id in there]
