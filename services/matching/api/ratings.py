"""Ratings: how far the mentee is with a goal or a skill, before, during and at the end."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.rate import rate
from services.matching.domain.goal import Goal
from services.matching.domain.rating import Moment, Rating
from shared.contracts.fields import Choice, Id, Line, Record, Timestamp, Whole
from shared.contracts.vocabulary import ROLES
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction
from shared.web import Blueprint, Page, member_id, principal, requested, roles, transaction

blueprint = Blueprint(
    "ratings",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/ratings",
    description="How far the mentee, or each peer, is; for the two alone.",
)

MOMENTS = tuple(moment.value for moment in Moment)


class NewRatingSchema(Record):
    goal_id = Id("The goal it is about.")
    skill = Line("Or the skill: its taxonomy id or its label.", 200, shortest=1)
    moment = Choice("`before` and `end` are given once, `during` as often as you like.", MOMENTS, required=True)
    level = Whole("From 1, not at all, to 5.", 1, 5, required=True)


class RatingSchema(NewRatingSchema):
    id = Id("The rating.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    by = Choice("Who says so: the mentee and peers of themselves, the mentor of the mentee.", ROLES, required=True)
    rated_at = Timestamp("When.", required=True)


@blueprint.post("")
@roles("member")
@blueprint.arguments(NewRatingSchema)
@blueprint.response(201, RatingSchema)
def add(body: dict[str, Any], mentorship_id: str) -> Rating:
    """Rates a goal or a skill.

    The mentee's own number of a goal before and at the end is its outcome, of peers each one's own; coordinators see
    such numbers counted together, never one.
    """
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    goal = _goal(current, body, mentorship_id)
    moment = Moment(body["moment"])
    return rate(
        current,
        store(),
        mentorship,
        member_id(),
        moment=moment,
        level=body["level"],
        goal=goal,
        skill=body.get("skill"),
    )


@blueprint.get("")
@roles("member")
@blueprint.page(RatingSchema)
def index(mentorship_id: str) -> Page[Rating]:
    """Lists the pair's ratings, oldest first."""
    own_mentorship(mentorship_id)
    wanted = requested()
    found = store().ratings.page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page(found, key=lambda rating: rating.id)


def _goal(current: Transaction, body: dict[str, Any], mentorship_id: str) -> Goal | None:
    """The pair's goal, None for a skill. Raises Invalid where it is neither, or both, or no goal of theirs."""
    goal_id, skill = body.get("goal_id"), body.get("skill")
    if (goal_id is None) == (skill is None or not skill.strip()):
        raise Invalid([Fault("", "Rate either a goal or a skill.")])
    if goal_id is None:
        return None
    found = store().goals.find(current.tenant, goal_id, current.session)
    if found is None or found.mentorship_id != mentorship_id:
        raise Invalid([Fault("/goal_id", "Not a goal of this mentorship.")])
    return found
