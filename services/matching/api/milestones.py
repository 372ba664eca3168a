"""Milestones: what a pair sets itself."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.set_milestone import MilestoneChange, change_milestone, set_milestone
from services.matching.domain.milestone import Milestone, MilestoneState
from shared.contracts.fields import Choice, Day, Id, Line, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import MILESTONE_STATES
from shared.errors import NotFound
from shared.storage import Repository
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "milestones",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/milestones",
    description="Steps toward a pair's goals, for the two alone.",
)


class NewMilestoneSchema(Record):
    title = Line("What is to be reached.", 300, shortest=1, required=True)
    due_on = Day("By when.")
    skill = Line("The skill it is about: its taxonomy id, or its label on the mentee's profile.", 200)


class MilestoneChangeSchema(NewMilestoneSchema):
    state = Choice("`completed` or `dropped`.", MILESTONE_STATES)
    evidence = Text("What shows that it is reached; with its completion.", 4000)
    level = Whole("The level the mentee now gives themselves; with its completion.", 1, 5)


class MilestoneSchema(MilestoneChangeSchema):
    id = Id("The milestone.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    state = Choice("Where it stands.", MILESTONE_STATES, required=True)
    completed_at = Timestamp("When it was reached.")


@blueprint.post("")
@roles("member")
@blueprint.arguments(NewMilestoneSchema)
@blueprint.response(201, MilestoneSchema)
def add(body: dict[str, Any], mentorship_id: str) -> Any:
    """Sets a milestone."""
    current = transaction()
    milestone = set_milestone(
        current,
        store(),
        own_mentorship(mentorship_id, current.session),
        member_id(),
        title=body["title"],
        due_on=_iso(body.get("due_on")),
        skill=body.get("skill"),
    )
    etag(milestone.version)
    return milestone, 201, {"Location": f"/v1/mentorships/{mentorship_id}/milestones/{milestone.id}"}


@blueprint.get("")
@roles("member")
@blueprint.page(MilestoneSchema)
def index(mentorship_id: str) -> Page[Milestone]:
    """Lists the pair's milestones."""
    own_mentorship(mentorship_id)
    wanted = requested()
    found = _milestones().page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page(found, key=lambda milestone: milestone.id)


@blueprint.get("/<id:milestone_id>")
@roles("member")
@blueprint.response(200, MilestoneSchema)
def read(mentorship_id: str, milestone_id: str) -> Milestone:
    """Shows a milestone."""
    own_mentorship(mentorship_id)
    found = _of_mentorship(_milestones().get(principal().tenant, milestone_id), mentorship_id)
    etag(found.version)
    return found


@blueprint.patch("/<id:milestone_id>")
@roles("member")
@blueprint.arguments(MilestoneChangeSchema(partial=True))
@blueprint.response(200, MilestoneSchema)
def change(body: dict[str, Any], mentorship_id: str, milestone_id: str) -> Milestone:
    """Changes, completes or drops a milestone."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = _of_mentorship(_milestones().get(current.tenant, milestone_id, current.session), mentorship_id)
    require_match(found.version)
    milestone = change_milestone(current, store(), mentorship, found, member_id(), _change(found, body))
    etag(milestone.version)
    return milestone


def _change(milestone: Milestone, body: dict[str, Any]) -> MilestoneChange:
    """The milestone with the merge patch on it (RFC 7386): null removes, what is absent stays."""
    return MilestoneChange(
        title=body.get("title", milestone.title),
        due_on=_iso(body["due_on"]) if "due_on" in body else milestone.due_on,
        skill=body.get("skill", milestone.skill),
        state=MilestoneState(body.get("state") or milestone.state),
        evidence=body.get("evidence", milestone.evidence),
        level=body.get("level", milestone.level),
    )


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _milestones() -> Repository[Milestone]:
    return store().mentorships.milestones


def _of_mentorship(milestone: Milestone, mentorship_id: str) -> Milestone:
    if milestone.mentorship_id != mentorship_id:
        raise NotFound("milestone", milestone.id)
    return milestone
