"""Goals: what a pair works toward, and how far the mentee is."""

from collections.abc import Sequence
from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.change_goal import GoalChange, change_goal, note_progress
from services.matching.commands.set_goal import set_goal
from services.matching.domain.agreement import LONGEST_GOAL
from services.matching.domain.goal import MOST_ENTRIES, Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.peers import rates_as
from services.matching.domain.rating import Moment
from services.matching.store.goals import Goals
from shared.contracts.fields import Choice, Day, Id, Many, One, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import ROLES
from shared.errors import NotFound
from shared.storage.repository import converter
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "goals",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/goals",
    description="What a pair works toward, for the two alone.",
)

GOAL_STATES = tuple(state.value for state in GoalState)


class GoalWordsSchema(Record):
    statement = Text("What is to be different at the end.", LONGEST_GOAL, shortest=1, required=True)
    measure = Text("What shows that it is reached.", LONGEST_GOAL)
    target_date = Day("By when.")


class NewGoalSchema(GoalWordsSchema):
    baseline = Whole(
        "How far the mentee, or a peer, says that they are themselves, 1 not at all to 5 there; not for mentors.", 1, 5
    )


class GoalChangeSchema(GoalWordsSchema):
    state = Choice("`achieved` or `dropped`, for good.", GOAL_STATES)


class NewProgressSchema(Record):
    text = Text("What has moved.", 2000, shortest=1, required=True)


class ProgressSchema(NewProgressSchema):
    at = Timestamp("When.", required=True)
    by = Choice("Which of the two noted it.", ROLES, required=True)


class GoalSchema(GoalChangeSchema):
    id = Id("The goal.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    state = Choice("Where it stands.", GOAL_STATES, required=True)
    baseline = Whole("How far the mentee was before, by themselves; among peers the caller.", 1, 5)
    closing = Whole("How far at the end, likewise.", 1, 5)
    progress = Many("Its entries, oldest first.", One("An entry.", ProgressSchema, required=True), MOST_ENTRIES)
    agreed_in = Whole("The version of the agreement that named it.", 1, 10_000)
    closed_at = Timestamp("When it was achieved or dropped.")


@blueprint.post("")
@roles("member")
@blueprint.arguments(NewGoalSchema)
@blueprint.response(201, GoalSchema)
def add(body: dict[str, Any], mentorship_id: str) -> Any:
    """Sets a goal.

    Three at a time at most. What an agreement names is a goal as soon as both have signed it.
    """
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    goal = set_goal(
        current,
        store(),
        mentorship,
        member_id(),
        statement=body["statement"],
        measure=body.get("measure"),
        target_date=_iso(body.get("target_date")),
        baseline=body.get("baseline"),
    )
    return (
        _tagged(goal, mentorship, current.session),
        201,
        {"Location": f"/v1/mentorships/{mentorship_id}/goals/{goal.id}"},
    )


@blueprint.get("")
@roles("member")
@blueprint.page(GoalSchema)
def index(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists the pair's goals."""
    mentorship = own_mentorship(mentorship_id)
    wanted = requested()
    found = _goals().page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda goal: goal.id)
    return Page(_shown(page.items, mentorship), page.next)


@blueprint.get("/<id:goal_id>")
@roles("member")
@blueprint.response(200, GoalSchema)
def read(mentorship_id: str, goal_id: str) -> dict[str, Any]:
    """Shows a goal."""
    mentorship = own_mentorship(mentorship_id)
    return _tagged(_of_mentorship(_goals().get(principal().tenant, goal_id), mentorship_id), mentorship)


@blueprint.patch("/<id:goal_id>")
@roles("member")
@blueprint.arguments(GoalChangeSchema(partial=True))
@blueprint.response(200, GoalSchema)
def change(body: dict[str, Any], mentorship_id: str, goal_id: str) -> dict[str, Any]:
    """Puts a goal otherwise, achieves or drops it."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = _of_mentorship(_goals().get(current.tenant, goal_id, current.session), mentorship_id)
    require_match(found.version)
    changed = change_goal(current, store(), mentorship, found, member_id(), _change(found, body))
    return _tagged(changed, mentorship, current.session)


@blueprint.post("/<id:goal_id>/progress")
@roles("member")
@blueprint.arguments(NewProgressSchema)
@blueprint.response(201, GoalSchema)
def progress(body: dict[str, Any], mentorship_id: str, goal_id: str) -> dict[str, Any]:
    """Notes progress toward a goal: either of the two."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = _of_mentorship(_goals().get(current.tenant, goal_id, current.session), mentorship_id)
    require_match(found.version)
    noted = note_progress(current, store(), mentorship, found, member_id(), body["text"])
    return _tagged(noted, mentorship, current.session)


def _change(goal: Goal, body: dict[str, Any]) -> GoalChange:
    """The goal with the merge patch on it (RFC 7386): null removes, what is absent stays."""
    return GoalChange(
        statement=body.get("statement", goal.statement),
        measure=body.get("measure", goal.measure),
        target_date=_iso(body["target_date"]) if "target_date" in body else goal.target_date,
        state=GoalState(body.get("state") or goal.state),
    )


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _goals() -> Goals:
    return store().goals


def _of_mentorship(goal: Goal, mentorship_id: str) -> Goal:
    if goal.mentorship_id != mentorship_id:
        raise NotFound("goal", goal.id)
    return goal


def _tagged(goal: Goal, mentorship: Mentorship, session: ClientSession | None = None) -> dict[str, Any]:
    """With a tag of the goal as the pair writes it: ratings are things of their own."""
    etag(goal.version)
    [shown] = _shown([goal], mentorship, session)
    return shown


def _shown(goals: Sequence[Goal], mentorship: Mentorship, session: ClientSession | None = None) -> list[dict[str, Any]]:
    tenant = principal().tenant
    program = store().programs.get(tenant, mentorship.program_id, session)
    side = rates_as(program.format, mentorship.side_of(member_id()))
    levels = store().ratings.said_by(tenant, goals, side, session)
    return [
        {
            **converter.unstructure(goal),
            "baseline": levels.get((goal.id, Moment.BEFORE)),
            "closing": levels.get((goal.id, Moment.END)),
        }
        for goal in goals
    ]
